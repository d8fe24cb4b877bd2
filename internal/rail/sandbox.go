package rail

import (
	"context"
	"sync"

	"github.com/fairlead/fairlead/internal/payout"
)

// sandboxBatch is of no bank: it is enough for batches to be seen.
const sandboxBatch = 25

// Sandbox is a bank that exists only in memory: it takes every payment, once
// per key, and no money moves. Script makes it refuse or lose. It is safe for
// concurrent use; the zero Sandbox is ready.
type Sandbox struct {
	// Script, if set, decides the submission of one payment, the call-th of all:
	// what the bank does with it, and what the caller hears. Answering Lost while taking the payment is the
	// case that matters.
	Script func(a payout.Attempt, call int) (taken bool, heard payout.Answer)

	mu    sync.Mutex
	calls int
	taken map[string]payout.Attempt
}

// Submit takes the payments.
func (s *Sandbox) Submit(_ context.Context, batch []Submission) ([]payout.Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	answers := make([]payout.Answer, len(batch))
	for i := range batch {
		answers[i] = s.take(batch[i].Attempt)
	}
	return answers, nil
}

// take is called with mu held.
func (s *Sandbox) take(a payout.Attempt) payout.Answer {
	s.calls++
	if _, known := s.taken[a.Key]; known {
		return accepted(a)
	}
	taken, heard := true, accepted(a)
	if s.Script != nil {
		taken, heard = s.Script(a, s.calls)
	}
	if taken {
		if s.taken == nil {
			s.taken = map[string]payout.Attempt{}
		}
		s.taken[a.Key] = a
	}
	return heard
}

// Lookup knows every payment that was taken.
func (s *Sandbox) Lookup(_ context.Context, batch []Submission) ([]payout.Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	answers := make([]payout.Answer, len(batch))
	for i := range batch {
		answers[i] = payout.Answer{Outcome: Unheard}
		if _, known := s.taken[batch[i].Key]; known {
			answers[i] = accepted(batch[i].Attempt)
		}
	}
	return answers, nil
}

// Paid is what the bank paid in all, in minor units by partner and currency:
// what a test compares with what was owed.
func (s *Sandbox) Paid() map[string]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	sums := map[string]int64{}
	for _, a := range s.taken {
		sums[string(a.Partner)+" "+a.Currency] += a.Minor
	}
	return sums
}

func accepted(a payout.Attempt) payout.Answer {
	return payout.Answer{Outcome: payout.Accepted, Reference: "sandbox:" + a.Key}
}
