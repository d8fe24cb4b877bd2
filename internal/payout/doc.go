// Package payout is the life of a payout run as pure steps: what a run, a line
// and an attempt may become, and how a run differs from the last one. A step
// takes what was and what happened, and returns what is then, or a fault with
// the reason why not. It owns those rules and their words; loading, calling a
// rail and committing are for the room that pays. It writes no keys. README.md
// has its invariants and the tests that hold them.
package payout
