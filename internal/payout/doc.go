// Package payout is the life of a payout run as pure steps: what a run, a line
// and an attempt may become, and how a run differs from the last one. A step
// takes the thing and what happened to it and returns the thing after it, or a
// fault with the reason why not. It owns those rules and their words; loading,
// calling a rail and committing are payrun's. It writes no keys.
//
// # Invariants
//
//  1. The line is the obligation: one per period, partner and currency, however
//     many runs look at it.
//  2. A line has at most one attempt under way. A new one begins only after the
//     last was refused for certain; while its fate is unknown it is asked for
//     under the same key, never anew.
//  3. The attempt is recorded as submitted before the rail hears of it.
//  4. Who prepared a run does not approve it, and one denial vetoes.
//  5. A line that left in a payments file is exported until a person says that
//     the bank paid it.
//  6. A run is settled only if its paid lines equal the posted transfers and the
//     approved total, per currency.
package payout
