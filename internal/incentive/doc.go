// Package incentive owns the plan document and the one computation behind every
// statement: what a month earns a partner, line by line. Compute is a pure
// function of an Input, and there is no second path: preview, close, the
// independent check before approval, the worked examples of a plan, what-if and
// offline verification all call it. It does not own who is credited with an
// order (history), how a line is booked and paid (ledger, payrun) or how a
// statement looks (statement). It writes no keys.
package incentive
