package routing

import "github.com/fairlead/fairlead/internal/channel"

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

// ExampleResult is one worked example, computed.
type ExampleResult struct {
	Name     string
	Expected string // "outcome sales_force, tier focal"
	Got      string
	OK       bool
}

// Check computes the policy's examples as of EffectiveFrom. It returns one line
// per example and, if any fails, a fault.Invalid with slug example_failed that
// names each with what was expected and what came out.
func (p *Policy) Check() ([]ExampleResult, error) { panic("routing: not built yet") }

// Sentences is the document in plain words, one sentence each.
func (p *Policy) Sentences() []string { panic("routing: not built yet") }
