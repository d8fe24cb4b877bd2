package incentive

import (
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
)

// Parse reads and checks a plan document. Every problem is reported at once, as
// fault.Invalid with JSON paths. The examples are checked for form only: see
// Check.
func Parse(data []byte) (*Plan, error) {
	return nil, fault.New(fault.Internal, "internal", "not built yet")
}

// ExampleResult is how one worked example came out. Detail shows the
// difference line by line; it is empty when OK.
type ExampleResult struct {
	Name   string
	OK     bool
	Detail string
}

// Check computes the plan's worked examples. The error is set when one of them
// fails (fault.Invalid, slug example_failed, the difference in its fields) or
// cannot be computed.
func (p *Plan) Check(cal channel.Calendar) ([]ExampleResult, error) { return nil, nil }

// Explain says the plan in plain sentences, one per component and what belongs
// to it.
func (p *Plan) Explain() []string { return nil }

// Warnings says what is allowed but unwise: a hand-over that pays less than its
// wholeAtLeast of what staying would have paid.
func (p *Plan) Warnings() []string { return nil }

// Wholeness says, for each hand-over, what it pays over its months as a share of
// what a customer at the promotion threshold would have earned the partner.
func (p *Plan) Wholeness() []string { return nil }

// Timeline is who was on which plan version when: the assignments, each cut
// where a newer version of its plan takes effect. versions are all published
// versions of the plans named, in any order; of those in effect the one with
// the greatest EffectiveFrom counts, then the greatest Version.
func Timeline(cal channel.Calendar, assigned []channel.Assignment, versions []*Plan) []PlanSpan {
	return nil
}

// Compute is the statement of in.Period: for that month and for every closed
// month, what it is worth now less what was booked for it. An error means that
// the Input is impossible (a plan in another currency than the partner's) or
// that amounts left the range of int64; it is never a matter of taste.
func Compute(in Input) (Result, error) {
	return Result{}, fault.New(fault.Internal, "internal", "not built yet")
}
