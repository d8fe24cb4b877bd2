package routing

import "github.com/fairlead/fairlead/internal/channel"

// Decide says who serves the customer. It is pure: the same input gives the
// same bytes on every processor. Impossible input (no policy, no directory, an
// unknown currency) panics with the reason; the error is for a person's
// decision that cannot be (fault.Conflict).
func Decide(in Input) (Decision, error) { panic("routing: not built yet") }

// Replay decides again from a record. p and d must be the ones that the record
// names (fault.Internal otherwise). Agrees says that the bytes are the same.
func Replay(recorded []byte, p *Policy, d *Directory) (Replayed, error) { panic("routing: not built yet") }

// Replayed is a decision made again. Difference names the first key that differs.
type Replayed struct {
	Decision   Decision
	Agrees     bool
	Difference string
}

// ParseRecord reads the canonical bytes of a record.
func ParseRecord(canonical []byte) (Record, error) { panic("routing: not built yet") }

// View is a decision for people: rules tried, candidates and reasons in words.
type View struct {
	Reasons    []ReasonLine
	Rules      []RuleLine
	Candidates []Candidate
	Of         int      // how many candidates there were
	Text       []string // the whole story, one sentence each
}

// ReasonLine is a reason with its sentence.
type ReasonLine struct {
	Code Code
	Text string
}

// Show is the full view of a decision.
func (d Decision) Show(p *Policy, dir *Directory) View { panic("routing: not built yet") }

// ShowTo is what a partner sees of a decision: its own candidate line, the
// winning score and the number of candidates.
func (d Decision) ShowTo(partner channel.PartnerID, p *Policy, dir *Directory) View {
	panic("routing: not built yet")
}

// Alternative is one single change that gives another result, proven by
// deciding again. Change is value, dwell, protection, guard, capacity, weight
// or rule.
type Alternative struct {
	Change string
	Text   string
	Result string
}

// Alternatives is what would have to differ for another result.
func (d Decision) Alternatives(p *Policy, dir *Directory) []Alternative {
	panic("routing: not built yet")
}

// FirstCandidates are the owners with a limit among the first n of the draw,
// whose counters are worth reading together with the customer: the draw needs
// only seed, ids and weights.
func FirstCandidates(p *Policy, d *Directory, customer channel.CustomerID, n int) []channel.Owner {
	panic("routing: not built yet")
}
