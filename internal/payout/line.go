package payout

import (
	"cmp"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/ledger"
	"github.com/fairlead/fairlead/internal/seal"
)

// LineState is how far an obligation has come.
type LineState string

// The states of a line. Paid and Carried are final.
const (
	Open      LineState = "open"      // to be paid, no attempt under way
	Reserved  LineState = "reserved"  // an attempt has its money set aside
	Submitted LineState = "submitted" // the rail may have heard of it
	Unknown   LineState = "unknown"   // the rail's answer was lost: ask, never pay a second time
	Exported  LineState = "exported"  // it is in the payments file: a person says when the bank has paid
	Paid      LineState = "paid"
	Rejected  LineState = "rejected" // refused for certain; the next pay begins a new attempt
	Carried   LineState = "carried"  // nothing to pay: the balance goes into the next period
)

// Why nothing is paid.
const (
	Negative     = "negative"
	BelowMinimum = "below_minimum"
	NothingDue   = "nothing_due"
)

// Due is what a closed statement says about one partner's money, in minor
// units of Currency: Payable is what it orders to pay (never negative), Closing
// the balance left after that.
type Due struct {
	Partner  channel.PartnerID
	Period   channel.Period
	Currency string
	Earned   int64
	Payable  int64
	Closing  int64
}

// Line is one obligation and its payment so far. Amounts are minor units.
type Line struct {
	Partner   channel.PartnerID
	Period    channel.Period
	Currency  string
	Run       int // number of the run that holds it
	Earned    int64
	Payable   int64
	Carried   int64 // balance carried forward
	Reason    string
	State     LineState
	Attempts  int
	PaymentID string // rail key of the latest attempt
	PaidAt    time.Time
	Reference string
	Message   string

	ConfirmedBy string // who said that an exported line is paid
}

// NewLine is the line of a statement in run number n.
func NewLine(d Due, n int) Line {
	l := Line{Partner: d.Partner, Period: d.Period, Currency: d.Currency, Run: n,
		Earned: d.Earned, Payable: d.Payable, Carried: d.Closing, State: Open}
	if d.Payable > 0 {
		return l
	}
	l.State = Carried
	switch {
	case d.Closing < 0:
		l.Reason = Negative
	case d.Closing > 0:
		l.Reason = BelowMinimum
	default:
		l.Reason = NothingDue
	}
	return l
}

// Final reports whether nothing can happen to the line any more.
func (l Line) Final() bool { return l.State == Paid || l.State == Carried }

// Underway reports whether the rail may hold a payment of this line.
func (l Line) Underway() bool { return l.State == Submitted || l.State == Unknown }

// Sent reports whether the latest attempt may have reached the bank and was not
// refused: these lines are the payments file.
func (l Line) Sent() bool { return l.Underway() || l.State == Exported || l.State == Paid }

// Attempt is one try at paying a line. Key is what the rail knows it by, for
// ever; Hash is of all that stands here, but for the time.
type Attempt struct {
	Key      string
	Partner  channel.PartnerID
	Period   channel.Period
	Currency string
	N        int // from 1
	Minor    int64
	Hash     string
	At       time.Time

	// Rail is the name of the rail that is asked, and asked again: no other one
	// knows what became of it. "": it was made before rails had names.
	Rail string
}

// Outcome is what a rail says about an attempt.
type Outcome string

// The outcomes.
const (
	Accepted Outcome = "accepted" // it is paid, or certainly will be
	Out      Outcome = "exported" // it is in the payments file; whether it is paid is for a person to say
	Refused  Outcome = "rejected" // it is certain that it was not and will not be paid
	Lost     Outcome = "unknown"  // anything else
)

// Answer is a rail's answer. Reference is the rail's own name of the payment,
// Message its words for people.
type Answer struct {
	Outcome   Outcome
	Reference string
	Message   string
}

// Reserve begins a new attempt on a rail: it belongs in one transaction with the
// attempt and the pending transfer that it returns.
func (l Line) Reserve(rail string, at time.Time) (Line, Attempt, ledger.Transfer, error) {
	if l.State != Open && l.State != Rejected {
		return l, Attempt{}, ledger.Transfer{}, l.cannot("begin an attempt")
	}
	n := l.Attempts + 1
	a := Attempt{Key: PaymentID(l, n), Partner: l.Partner, Period: l.Period, Currency: l.Currency, N: n,
		Minor: l.Payable, At: at, Rail: rail}
	hash, err := a.hash()
	if err != nil {
		return l, Attempt{}, ledger.Transfer{}, err
	}
	a.Hash = hash
	t := ledger.Transfer{ID: transferID(l, n), Period: l.Period, Debit: ledger.Owed(l.Partner), Credit: ledger.Bank,
		Minor: l.Payable, Currency: l.Currency, Code: ledger.Payout, Cause: a.Key, Pending: true}
	if err := t.Check(); err != nil {
		return l, Attempt{}, ledger.Transfer{}, err
	}
	l.State, l.Attempts, l.PaymentID, l.Message, l.Reference = Reserved, n, a.Key, "", ""
	return l, a, t, nil
}

// Submit records that the rail is about to hear of the attempt. It is written
// before the call, so that who finds it later asks before it pays.
func (l Line) Submit() (Line, error) {
	if l.State != Reserved {
		return l, l.cannot("be submitted")
	}
	l.State = Submitted
	return l, nil
}

// Answered takes a rail's answer: accepted posts the transfer, rejected voids
// it, and nothing is resolved while the line is exported or its fate unknown.
func (l Line) Answered(a Answer, at time.Time) (Line, *ledger.Resolution, error) {
	if !l.Underway() {
		return l, nil, l.cannot("take a rail's answer")
	}
	r := l.resolution()
	l.Reference, l.Message = a.Reference, a.Message
	switch a.Outcome {
	case Accepted:
		l.State, l.PaidAt, r.Post = Paid, at, true
	case Refused:
		l.State = Rejected
	case Out:
		l.State, r = Exported, nil
	case Lost:
		l.State, r = Unknown, nil
	default:
		return l, nil, fault.New(fault.Internal, "impossible_answer", "a rail answered %q", a.Outcome)
	}
	return l, r, nil
}

// Confirm records that somebody saw the payment of an exported line leave the
// bank: it posts the transfer.
func (l Line) Confirm(by string, at time.Time) (Line, *ledger.Resolution, error) {
	if l.State != Exported {
		return l, nil, l.cannot("be confirmed")
	}
	r := l.resolution()
	r.Post = true
	l.State, l.PaidAt, l.ConfirmedBy = Paid, at, by
	return l, r, nil
}

// resolution ends the pending transfer of the latest attempt.
func (l Line) resolution() *ledger.Resolution {
	return &ledger.Resolution{Pending: transferID(l, l.Attempts), Period: l.Period, Cause: l.PaymentID}
}

func (l Line) cannot(what string) *fault.Error {
	return fault.New(fault.Conflict, "line_state", "the line of %s in %s for %s is %s and cannot %s",
		l.Partner, l.Currency, l.Period, l.State, what)
}

// ByPayee orders lines by partner and currency.
func ByPayee(a, b Line) int {
	return cmp.Or(cmp.Compare(a.Partner, b.Partner), cmp.Compare(a.Currency, b.Currency))
}

// hash is of what the rail is asked to do, as the attempt was kept when the first
// one was hashed: without its hash and its time.
func (a Attempt) hash() (string, error) {
	return seal.HashOfValue(struct {
		Key      string            `json:"key"`
		Partner  channel.PartnerID `json:"partner"`
		Period   channel.Period    `json:"period"`
		Currency string            `json:"currency"`
		N        int               `json:"n"`
		Minor    int64             `json:"minor"`
		Hash     string            `json:"hash"`
		At       time.Time         `json:"at"`
		Rail     string            `json:"rail,omitempty"`
	}{a.Key, a.Partner, a.Period, a.Currency, a.N, a.Minor, "", time.Time{}, a.Rail})
}
