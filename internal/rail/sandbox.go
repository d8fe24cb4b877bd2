package rail

import (
	"sync"

	"github.com/fairlead/fairlead/internal/payout"
)

// Sandbox is a bank that exists only in memory: it takes every payment, once
// per key, and no money moves. Script makes it refuse or lose. It is safe for
// concurrent use; the zero Sandbox is ready.
type Sandbox struct {
	// Script, if set, decides a submission: what the bank does with it, and
	// what the caller hears. Answering Lost while taking the payment is the
	// case that matters.
	Script func(a payout.Attempt, call int) (taken bool, heard payout.Answer)

	mu    sync.Mutex
	calls int
	taken map[string]payout.Attempt
}

// Submit takes the payment.
func (s *Sandbox) Submit(a payout.Attempt) payout.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
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
func (s *Sandbox) Lookup(a payout.Attempt) (payout.Answer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.taken[a.Key]; known {
		return accepted(a), true
	}
	return payout.Answer{}, false
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
