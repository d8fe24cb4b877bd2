package rail

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/payout"
)

// scripted answers both calls alike, and keeps what it was asked.
type scripted struct {
	answer  func(batch []Submission) ([]payout.Answer, error)
	batches [][]string
}

func (s *scripted) Submit(_ context.Context, batch []Submission) ([]payout.Answer, error) {
	var keys []string
	for _, b := range batch {
		keys = append(keys, b.Key)
	}
	s.batches = append(s.batches, keys)
	return s.answer(batch)
}

func (s *scripted) Lookup(ctx context.Context, batch []Submission) ([]payout.Answer, error) {
	return s.Submit(ctx, batch)
}

var letters = []Submission{payment("a"), payment("b"), payment("c"), payment("d"), payment("e")}

func all(outcome payout.Outcome) func([]Submission) ([]payout.Answer, error) {
	return func(batch []Submission) ([]payout.Answer, error) {
		return slices.Repeat([]payout.Answer{{Outcome: outcome}}, len(batch)), nil
	}
}

func TestNamed_AsksNoMoreAtATimeThanTheRailTakes(t *testing.T) {
	for size, want := range map[int][][]string{
		-1: {{"a"}, {"b"}, {"c"}, {"d"}, {"e"}},
		0:  {{"a"}, {"b"}, {"c"}, {"d"}, {"e"}},
		2:  {{"a", "b"}, {"c", "d"}, {"e"}},
		9:  {{"a", "b", "c", "d", "e"}},
	} {
		bank := &scripted{answer: all(payout.Accepted)}
		n := Named{"bank", bank, size}
		if got := n.Submit(t.Context(), letters); len(got) != 5 || got[4].Outcome != payout.Accepted {
			t.Errorf("%d at a time: %+v", size, got)
		}
		if d := cmp.Diff(want, bank.batches); d != "" {
			t.Errorf("%d at a time: %s", size, d)
		}
		bank.batches = nil
		n.Lookup(t.Context(), letters)
		if d := cmp.Diff(want, bank.batches); d != "" {
			t.Errorf("looked up %d at a time: %s", size, d)
		}
	}
	bank := &scripted{answer: all(payout.Accepted)}
	if got := (Named{"bank", bank, 2}).Submit(t.Context(), nil); len(got) != 0 || bank.batches != nil {
		t.Errorf("asked for nothing it was called: %v, %v", got, bank.batches)
	}
}

// What a rail does not say for certain is Lost: never that it did not hear of it.
func TestNamed_WhatTheRailDoesNotSayIsLost(t *testing.T) {
	yes := payout.Answer{Outcome: payout.Accepted, Reference: "B"}
	never := payout.Answer{Outcome: payout.Lost, Message: "the rail did not answer"}
	for name, c := range map[string]struct {
		answers []payout.Answer
		err     error
		want    []payout.Answer
	}{
		"as many as asked": {[]payout.Answer{yes, yes}, nil, []payout.Answer{yes, yes}},
		"one too few":      {[]payout.Answer{yes}, nil, []payout.Answer{yes, never}},
		"none":             {nil, nil, []payout.Answer{never, never}},
		"one is empty":     {[]payout.Answer{{Reference: "half"}, yes}, nil, []payout.Answer{never, yes}},
		"one too many":     {[]payout.Answer{yes, yes, yes}, nil, []payout.Answer{never, never}},
		"an error, and answers with it": {[]payout.Answer{yes, {Outcome: Unheard}}, errors.New("dial tcp 10.0.0.7: refused"),
			[]payout.Answer{never, never}},
		"an error for people": {nil, fault.New(fault.Unavailable, "unavailable", "the bank is closed until 07:00"),
			slices.Repeat([]payout.Answer{{Outcome: payout.Lost, Message: "the bank is closed until 07:00"}}, 2)},
	} {
		bank := &scripted{answer: func([]Submission) ([]payout.Answer, error) { return c.answers, c.err }}
		n := Named{"bank", bank, 5}
		if d := cmp.Diff(c.want, n.Submit(t.Context(), letters[:2])); d != "" {
			t.Errorf("%s: submitted: %s", name, d)
		}
		if d := cmp.Diff(c.want, n.Lookup(t.Context(), letters[:2])); d != "" {
			t.Errorf("%s: looked up: %s", name, d)
		}
	}
}

// One call that fails says nothing of the other calls.
func TestNamed_ABatchThatIsLostLeavesTheOthers(t *testing.T) {
	bank := &scripted{}
	bank.answer = func(batch []Submission) ([]payout.Answer, error) {
		if len(bank.batches) == 2 {
			return nil, errors.New("timeout")
		}
		return all(payout.Accepted)(batch)
	}
	got := Named{"bank", bank, 2}.Submit(t.Context(), letters)
	for i, want := range []payout.Outcome{payout.Accepted, payout.Accepted, payout.Lost, payout.Lost, payout.Accepted} {
		if got[i].Outcome != want {
			t.Errorf("%s: %s, want %s", letters[i].Key, got[i].Outcome, want)
		}
	}
}
