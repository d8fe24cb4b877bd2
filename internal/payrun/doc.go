// Package payrun closes periods and pays them: the steps of docs/data-model.md
// ("Closing a period") and the life of a payout run, each safe to repeat after
// any crash. It computes nothing itself (incentive does) and decides no state
// (payout does): it loads, calls them, and commits. It writes, through store,
// seals, statements, positions, transfers, resolutions, attempts, approvals,
// runs and lines, and moves the control block's periods.
package payrun
