package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/table"
)

// Buckets is the number of partitions over which claims, heads and stored
// answers are spread, fixed for ever: BucketName(0) to BucketName(Buckets-1).
const Buckets = 1024

// BucketName is the n-th bucket as three hex digits, 000 to 3ff.
func BucketName(n int) string { return fmt.Sprintf("%03x", n) }

// bucket is the first ten bits of SHA-256 of the rest of a key.
func bucket(rest string) string { return BucketName(bucketNumber(rest)) }

func bucketNumber(rest string) int {
	sum := sha256.Sum256([]byte(rest))
	return int(sum[0])<<2 | int(sum[1])>>6
}

// Hash16 is the first 16 hex digits of SHA-256: short ids made of a cause.
func Hash16(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}

func ledger(pk, sk string) table.Key { return table.Key{Table: table.Ledger, PK: pk, SK: sk} }
func state(pk, sk string) table.Key  { return table.Key{Table: table.State, PK: pk, SK: sk} }

// stamp is how a time is written into keys: it sorts bytewise.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// The keys of the ledger. What is read out of a key somewhere has its parse
// beside what builds it: it returns what the key was built of, and false for a
// key of another kind.

// ClaimKey is the permanent record that an event was taken.
func ClaimKey(source channel.Source, id channel.EventID) table.Key {
	sk := string(source) + "#" + string(id)
	return ledger(claimPK(bucket(sk)), sk)
}

// claimPK is the partition of all claims of a bucket.
func claimPK(bucket string) string { return "E#" + bucket }

// isClaim reports whether a key is that of a claim or of the conflicts about one.
func isClaim(pk string) bool { return strings.HasPrefix(pk, "E#") }

// ConflictKey is the audit record of another body under a claimed event.
func ConflictKey(source channel.Source, id channel.EventID, hash16 string) table.Key {
	k := ClaimKey(source, id)
	k.SK += "#X#" + hash16
	return k
}

// CustomerPK is the partition of everything that ever happened to a customer.
func CustomerPK(id channel.CustomerID) string { return "C#" + string(id) }

func parseCustomerPK(pk string) (channel.CustomerID, bool) {
	id, ok := strings.CutPrefix(pk, "C#")
	return channel.CustomerID(id), ok && id != ""
}

// DecisionKey is a decision, or an alias of one, under the hash of its
// idempotency key.
func DecisionKey(id channel.CustomerID, hash16 string) table.Key {
	return ledger(CustomerPK(id), "D#"+hash16)
}

func parseDecisionKey(pk, sk string) (channel.DecisionID, bool) {
	customer, ofCustomer := parseCustomerPK(pk)
	hash, ok := strings.CutPrefix(sk, "D#")
	if !ok || !ofCustomer || !isHash16(hash) {
		return "", false
	}
	return decisionID(customer, hash), true
}

// AnswerKey is what became of the offer that a decision made.
func AnswerKey(id channel.CustomerID, hash16 string) table.Key {
	return ledger(CustomerPK(id), "D#"+hash16+"#A")
}

func parseAnswerKey(pk, sk string) (channel.DecisionID, bool) {
	decision, ok := strings.CutSuffix(sk, "#A")
	if !ok {
		return "", false
	}
	return parseDecisionKey(pk, decision)
}

// NoticeKey is what others are told of a customer on a day that no decision
// says: it sorts behind decisions and entries.
func NoticeKey(id channel.CustomerID, day, kind string) table.Key {
	return ledger(CustomerPK(id), "N#"+day+"#"+kind)
}

func parseNoticeKey(pk, sk string) (id channel.CustomerID, day, kind string, ok bool) {
	id, ofCustomer := parseCustomerPK(pk)
	sk, isNotice := strings.CutPrefix(sk, "N#")
	day, kind, ok = strings.Cut(sk, "#")
	return id, day, kind, ok && ofCustomer && isNotice
}

// EntryKey is one booked fact of a customer.
func EntryKey(id channel.CustomerID, e *history.Entry) table.Key {
	return ledger(CustomerPK(id), e.SK())
}

func parseEntryKey(pk, sk string) (channel.CustomerID, history.EntryName, bool) {
	id, ofCustomer := parseCustomerPK(pk)
	name, ok := history.ParseEntryName(sk)
	return id, name, ok && ofCustomer
}

// StatementKey is an owner's statement of a period.
func StatementKey(o channel.Owner, p channel.Period) table.Key {
	return ledger("S#"+string(o), string(p)+"#S")
}

func parseStatementKey(pk, sk string) (channel.Owner, channel.Period, bool) {
	owner, ofOwner := strings.CutPrefix(pk, "S#")
	period, ok := strings.CutSuffix(sk, "#S")
	return channel.Owner(owner), channel.Period(period), ok && ofOwner
}

// PositionKey is part n (from 0) of an owner's position: the opening of the
// next period.
func PositionKey(o channel.Owner, p channel.Period, n int) table.Key {
	return ledger("S#"+string(o), fmt.Sprintf("%s#P#%03d", p, n))
}

// SealKey is the seal over an owner's entries of a period.
func SealKey(o channel.Owner, p channel.Period) table.Key {
	return ledger("S#"+string(o), string(p)+"#Z")
}

// PeriodHeadKey is the root over all seals of a period.
func PeriodHeadKey(p channel.Period) table.Key { return ledger(periodHeadPK, string(p)) }

const periodHeadPK = "Z#head"

func parsePeriodHeadKey(pk, sk string) (channel.Period, bool) {
	return channel.Period(sk), pk == periodHeadPK
}

// TransferKey is one transfer of an owner's accounts.
func TransferKey(o channel.Owner, p channel.Period, id string) table.Key {
	return ledger("T#"+string(o), string(p)+"#"+id)
}

// ResolutionKey says how a pending transfer ended: posted or voided, exactly one.
func ResolutionKey(o channel.Owner, p channel.Period, pendingID string) table.Key {
	return ledger("T#"+string(o), string(p)+"#"+pendingID+"#R")
}

// isResolution tells the resolutions among an owner's transfers by the sort key:
// the ids of transfers have no "#".
func isResolution(sk string) bool { return strings.HasSuffix(sk, "#R") }

// AttemptKey is the n-th (from 1) attempt to pay a line.
func AttemptKey(p channel.Period, partner channel.PartnerID, currency string, n int) table.Key {
	return ledger("R#"+string(p)+"#A", fmt.Sprintf("%s#%s#%03d", partner, currency, n))
}

// ApprovalKey is the seq-th (from 1) answer to a payout run of a period.
func ApprovalKey(p channel.Period, seq int) table.Key {
	return ledger("R#"+string(p)+"#G", fmt.Sprintf("%06d", seq))
}

// VersionKey is version n (from 1) of a document.
func VersionKey(kind, id string, n int) table.Key {
	return ledger("V#"+kind+"#"+id, fmt.Sprintf("%06d", n))
}

func parseVersionKey(pk, sk string) (kind, id string, n int, ok bool) {
	pk, isVersion := strings.CutPrefix(pk, "V#")
	kind, id, ok = strings.Cut(pk, "#")
	n, err := strconv.Atoi(sk)
	return kind, id, n, ok && isVersion && err == nil && n > 0
}

// PartKey is a content-addressed part of a document.
func PartKey(hash string) table.Key { return ledger("B#"+hash, "P") }

// StoredAnswerKey is the answer to a keyed request. call is "METHOD path".
func StoredAnswerKey(call, caller, key string) table.Key {
	sk := call + "#" + caller + "#" + key
	return ledger("I#"+bucket(sk), sk)
}

// The keys of the state.

// ControlKey is the control block: periods, newest versions, frozen payouts.
func ControlKey() table.Key { return state("X", "control") }

// NightKey says how far the nightly work is.
func NightKey() table.Key { return state("X", "night") }

// OrphansKey says what the last look for customers who lost their owner went by.
func OrphansKey() table.Key { return state("X", "orphans") }

// DueKey is a customer that the night is to route once everybody is valued.
func DueKey(id channel.CustomerID) table.Key {
	return state(DuePK(bucket(string(id))), "C#"+string(id))
}

// parseListed is the customer of an item in a list of customers: who is due, in
// a portfolio, waits, or was referred.
func parseListed(sk string) (channel.CustomerID, bool) {
	id, ok := strings.CutPrefix(sk, "C#")
	return channel.CustomerID(id), ok && id != ""
}

// DuePK is the partition of those of a bucket.
func DuePK(bucket string) string { return "D#" + bucket }

// HeadKey is a customer as of now.
func HeadKey(id channel.CustomerID) table.Key {
	return state(HeadPK(bucket(string(id))), string(id))
}

// HeadPK is the partition of all heads of a bucket.
func HeadPK(bucket string) string { return "H#" + bucket }

func parseHeadKey(pk, sk string) (channel.CustomerID, bool) {
	return channel.CustomerID(sk), strings.HasPrefix(pk, "H#")
}

// OrderKey is an order, or the placeholder of one whose refund came first.
func OrderKey(id channel.OrderID) table.Key { return state("O#"+string(id), "O") }

func parseOrderKey(pk, sk string) (channel.OrderID, bool) {
	id, ok := strings.CutPrefix(pk, "O#")
	return channel.OrderID(id), ok && sk == "O"
}

// PortfolioPK is the partition of an owner's portfolio entries and open offers.
func PortfolioPK(o channel.Owner) string { return "P#" + string(o) }

// PortfolioKey says that an owner has or had a customer.
func PortfolioKey(o channel.Owner, id channel.CustomerID) table.Key {
	return state(PortfolioPK(o), "C#"+string(id))
}

// OfferKey is an open offer, sorted by when it ends.
func OfferKey(o channel.Owner, expires time.Time, d channel.DecisionID) table.Key {
	return state(PortfolioPK(o), "X#"+stamp(expires)+"#"+string(d))
}

// parseOfferKey is when an offer in a portfolio ends, and the decision that made it.
func parseOfferKey(pk, sk string) (time.Time, channel.DecisionID, bool) {
	sk, isOffer := strings.CutPrefix(sk, "X#")
	ends, d, ok := strings.Cut(sk, "#")
	at, err := time.Parse(time.RFC3339, ends)
	return at, channel.DecisionID(d), ok && isOffer && err == nil && strings.HasPrefix(pk, "P#")
}

// waitingPK is the partition of everyone who waits.
const waitingPK = "P#waiting"

// WaitingKey says that a customer waits for somebody who can take it.
func WaitingKey(id channel.CustomerID) table.Key { return state(waitingPK, "C#"+string(id)) }

// CapacityKey counts what an owner that has a limit holds or is offered.
func CapacityKey(o channel.Owner) table.Key { return state("N#"+string(o), "N") }

func parseCapacityKey(pk, sk string) (channel.Owner, bool) {
	owner, ok := strings.CutPrefix(pk, "N#")
	return channel.Owner(owner), ok && sk == "N"
}

// ReferralPK is the partition of the customers that a customer referred.
func ReferralPK(referrer channel.CustomerID) string { return "Y#" + string(referrer) }

// ReferralKey is the last stored value of a customer that another referred.
func ReferralKey(referrer, id channel.CustomerID) table.Key {
	return state(ReferralPK(referrer), "C#"+string(id))
}

// RunKey is the n-th (from 1) payout run of a period.
func RunKey(p channel.Period, n int) table.Key { return state("R#runs", fmt.Sprintf("%s.%d", p, n)) }

// linePartitions is over how many partitions the lines of a period are spread.
const linePartitions = 16

// LinePK is one of the 16 partitions of a period's payout lines, n from 0.
func LinePK(p channel.Period, n int) string { return fmt.Sprintf("R#%s#%x", p, n) }

// LineKey is the obligation towards a partner in a currency for a period.
func LineKey(p channel.Period, partner channel.PartnerID, currency string) table.Key {
	sk := string(partner) + "#" + currency
	sum := sha256.Sum256([]byte(sk))
	return state(LinePK(p, int(sum[0]>>4)), sk)
}
