// Package incentive owns the plan document and the one computation behind every
// statement: what a month earns a partner, line by line. Compute is a pure
// function of an Input, and there is no second path: preview, close, the
// independent check before approval, the worked examples of a plan, what-if and
// offline verification all call it. It does not own who is credited with an
// order (history), how a line is booked and paid (ledger, closing, paying) or how a
// statement looks (statement). It writes no keys.
//
// # The one rule
//
// A statement books, for its own month and for every closed month, what that
// month is worth now less what was booked for it. So each component only says
// what a month is worth (computation.book), and late facts, refunds and windows
// need no code of their own. Position carries what was booked.
//
// # Reading order
//
// components, component: the table of component types, and what each fills in.
// Then one of them, top to bottom: mdf or retention first, commission last. The
// rest is shared. plan, keys, parse, schema: the document. compute: the steps.
// months: which version holds when. customer, gather, match, tally: from
// histories to credited orders. kind, line, formula: what is booked and how it
// is worded. limit: guarantee and cap over closed months. result, position: what
// the statement says, and what the next one opens with. example, check, explain:
// publishing.
//
// # Where the rules are silent
//
//   - A line of nothing is left out. There is one line for each component, month
//     and kind, rounded once, whatever customers and orders are behind it.
//   - Shares are priced gross, as if nothing were refunded; a `whole` share at
//     the rate of what all known orders up to its month attain gross.
//   - order.first: no order that counts precedes it. So a refund in full makes
//     the next order first without unmaking the refunded one, whose share is
//     reversed. A component that counts orders counts live ones only.
//   - An order that matches only since a late fact, or no longer, is part of the
//     tier adjustment.
//   - Under waive, order of booking is: by the statement that books an order,
//     then by month, then by (time, id). A step up names the month whose orders
//     reach it.
//   - An assignment's end inside a month, like any change, takes effect with the
//     next month. Where a plan begins inside a month, only orders and hand-overs
//     before that do not count; answers and retention go by the whole month.
//   - An order in another currency earns nothing, but its customer is active for
//     retention and new for recognition.
//   - A month is worth a trail on its net orders; what refunds take of that is
//     the trail reversal. Trails go on after the partner's plan has ended, with
//     the clawback of the hand-over's version. whenGuarded looks at the month of
//     the move for the one-time share, at that of the order for the trail.
//   - A hand-over whose value is in another currency does not use up the
//     one-time share of its customer.
//   - Growth of a closed month stays as booked. Its guard is that of all regions.
//   - A version without guarantee, or with one that is not recoverable, leaves a
//     draw as it is; without a cap, carried excess comes in whole.
//   - Reserve days are calendar days. Points and shown badges never expire.
//   - Conditions read the customer as of the order, the order itself included,
//     money in the plan's currency only; and the partner as it was when the month
//     was first booked, so that a new level changes no closed month.
package incentive
