package rail

import (
	"context"
	"slices"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/payout"
)

// Submit asks the rail for payments, at most Batch in a call. Every submission
// has an answer: what the rail did not say is Lost.
func (n Named) Submit(ctx context.Context, all []Submission) []payout.Answer {
	return n.inBatches(all, func(batch []Submission) ([]payout.Answer, error) { return n.Rail.Submit(ctx, batch) })
}

// Lookup asks the rail what became of payments, at most Batch in a call. Every
// submission has an answer: what the rail did not say is Lost, never Unheard.
func (n Named) Lookup(ctx context.Context, all []Submission) []payout.Answer {
	return n.inBatches(all, func(batch []Submission) ([]payout.Answer, error) { return n.Rail.Lookup(ctx, batch) })
}

func (n Named) inBatches(all []Submission, call func([]Submission) ([]payout.Answer, error)) []payout.Answer {
	out := make([]payout.Answer, 0, len(all))
	for batch := range slices.Chunk(all, max(1, n.Batch)) {
		answers, err := call(batch)
		for i := range batch {
			if err != nil || len(answers) > len(batch) || i >= len(answers) || answers[i].Outcome == "" {
				out = append(out, lost(err))
				continue
			}
			out = append(out, answers[i])
		}
	}
	return out
}

// lost is the answer where there is none.
func lost(err error) payout.Answer {
	why := "the rail did not answer"
	if f := fault.Of(err); f != nil && f.Kind != fault.Internal {
		why = f.Msg
	}
	return payout.Answer{Outcome: payout.Lost, Message: why}
}
