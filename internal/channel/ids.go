// Package channel holds the nouns of the domain: customers, partners, pods,
// owners, periods, facts, and the typed ids that name them. Everything that
// comes from outside passes a Parse function of this package once and is
// trusted afterwards. It owns no decisions and writes no keys.
package channel

import (
	"strings"

	"github.com/fairlead/fairlead/internal/fault"
)

// The ids. Each is 1 to 64 bytes of [A-Za-z0-9._:-]; an EventID to 256.
type (
	CustomerID string
	PartnerID  string
	PodID      string
	OrderID    string
	RefundID   string
	EventID    string
	Source     string // where a fact comes from: "shop", "file", "api"
	PolicyID   string
	PlanID     string
	DecisionID string // CUSTOMER~HASH16
	OfferID    string
)

const (
	maxID      = 64
	maxEventID = 256
)

// ParseID checks an untrusted id and returns it as its type; field names the
// place for the error (customerId, "line 3, partner_id").
func ParseID[T ~string](field, s string) (T, error) { return parseID[T](field, s, maxID) }

// ParseEventID is ParseID for event ids, which may have 256 bytes.
func ParseEventID(field, s string) (EventID, error) { return parseID[EventID](field, s, maxEventID) }

func parseID[T ~string](field, s string, limit int) (T, error) {
	if s == "" || len(s) > limit {
		return "", badID(field, s, limit)
	}
	for i := 0; i < len(s); i++ {
		if !idByte(s[i]) {
			return "", badID(field, s, limit)
		}
	}
	return T(s), nil
}

// badID says what is wrong with an id that is.
func badID(field, s string, limit int) error {
	bad := fault.New(fault.Invalid, "invalid_id", "not a valid id")
	switch {
	case s == "":
		return bad.At(field, "is missing")
	case len(s) > limit:
		return bad.At(field, "has %d bytes, at most %d are allowed", len(s), limit)
	}
	i := 0
	for idByte(s[i]) {
		i++
	}
	return bad.At(field, "%q: only letters, digits and . _ : - are allowed, byte %d is %q", s, i+1, s[i])
}

func idByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("._:-", c) >= 0
}

// Owner is who serves a customer: "partner:ID", "pod:ID", or "" for nobody.
type Owner string

// Nobody is the owner of a customer that has none.
const Nobody Owner = ""

// PartnerOwner and PodOwner make the owner that is this partner or pod.
func PartnerOwner(id PartnerID) Owner { return Owner("partner:" + string(id)) }

// PodOwner makes the owner that is this pod.
func PodOwner(id PodID) Owner { return Owner("pod:" + string(id)) }

// ParseOwner reads "partner:ID" or "pod:ID".
func ParseOwner(field, s string) (Owner, error) {
	kind, id, ok := strings.Cut(s, ":")
	if !ok || kind != "partner" && kind != "pod" {
		return "", fault.New(fault.Invalid, "invalid_owner", "not an owner").At(field, "%q: want partner:ID or pod:ID", s)
	}
	if _, err := ParseID[PartnerID](field, id); err != nil {
		return "", err
	}
	return Owner(s), nil
}

// Partner is the partner behind the owner, if it is one.
func (o Owner) Partner() (PartnerID, bool) {
	id, ok := strings.CutPrefix(string(o), "partner:")
	return PartnerID(id), ok
}

// Pod is the pod behind the owner, if it is one.
func (o Owner) Pod() (PodID, bool) {
	id, ok := strings.CutPrefix(string(o), "pod:")
	return PodID(id), ok
}

// Channel is the way a customer is served.
type Channel string

// The two channels.
const (
	SalesForce Channel = "sales_force"
	Partners   Channel = "partner"
)

// Channel is the owner's channel, "" for nobody.
func (o Owner) Channel() Channel {
	switch {
	case strings.HasPrefix(string(o), "pod:"):
		return SalesForce
	case strings.HasPrefix(string(o), "partner:"):
		return Partners
	}
	return ""
}
