package incentive

// Kind says what a line is. The words are part of the contract: they stand in
// statements, positions and ids of lines.
type Kind string

// The kinds of a line. Each constant says what the line is the change of, for
// one month: what the month is worth now under the kind, less what was booked.
const (
	Earning        Kind = "earning"         // new orders, customers
	Reversal       Kind = "reversal"        // refunds, at the orders' frozen shares
	TierAdjustment Kind = "tier adjustment" // the rest of what a commission's month changed by
	OneTime        Kind = "one-time"        // hand-over
	Trail          Kind = "trail"           // hand-over: orders as placed
	TrailReversal  Kind = "trail reversal"  // hand-over: what refunds take of the trail
	TopUp          Kind = "top-up"          // guarantee: the month's, never changed
	DrawTaken      Kind = "draw taken back" // guarantee
	DrawGiven      Kind = "draw given back" // guarantee: what corrections show was taken too much
	CarriedIn      Kind = "carried in"      // cap: the excess of earlier months
	ExcessCut      Kind = "excess"          // cap: what is above it
	Correction     Kind = "correction"      // guarantee and cap of a closed month
	PointsBooked   Kind = "points"          // in Booked only
	FundBooked     Kind = "fund"            // in Booked only; minor units
)

// MinimumAndCeiling is the component of correction lines, and of guarantee and
// cap lines where the plan in force has no such component.
const MinimumAndCeiling = "minimum and ceiling"

// role is what the sum of a kind counts for in its month.
type role int

const (
	ownSum      role = iota // of the month: raised by the guarantee, cut by the cap
	handoverSum             // counts for the guarantee, and no cap cuts it
	limitLine               // what guarantee and cap themselves do
	noLine                  // kept by month like a line, but no money of the partner's
)

// kinds are all kinds in the order of a component's lines in a statement. A
// kind that is not here is money of the month's own sum, and comes last.
//
// A sum of a month is a role, not a list of kinds: guarantee, cap, satisfaction
// and positions ask for roles, so a new kind needs nothing but its row here.
var kinds = []struct {
	kind Kind
	role role
}{
	{Earning, ownSum}, {Reversal, ownSum}, {TierAdjustment, ownSum},
	{OneTime, handoverSum}, {Trail, handoverSum}, {TrailReversal, handoverSum},
	{TopUp, limitLine}, {DrawTaken, limitLine}, {DrawGiven, limitLine},
	{CarriedIn, limitLine}, {ExcessCut, limitLine}, {Correction, limitLine},
	{PointsBooked, noLine}, {FundBooked, noLine},
}

// standing is the kind's place among all, from 0, and its role; unknown ones come
// last, as money.
func (k Kind) standing() (place int, is role) {
	for i := range kinds {
		if kinds[i].kind == k {
			return i, kinds[i].role
		}
	}
	return len(kinds), ownSum
}
