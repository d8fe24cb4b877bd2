package routing

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/seal"
)

func mustDecide(t *rapid.T, in Input) Decision {
	d, err := Decide(in)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestReplay_AnyDecision_SameBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := randomWorld(t)
		in := randomInput(t, w)
		d := mustDecide(t, in)
		// The policy and the directory as they come back from the store.
		p, err := Parse(w.policy.Bytes(), channel.Calendar{})
		if err != nil {
			t.Fatal(err)
		}
		dir, err := ParseDirectory(w.dir.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		r, err := Replay(d.Bytes, p.As(3), dir)
		if err != nil || !r.Agrees {
			t.Fatalf("%v, differs in %v\n%s\n%s", err, r.Difference, d.text(), r.Decision.text())
		}
		if hash := seal.Hash(r.Decision.Explanation.Append(nil)); hash != d.Record.Explanation {
			t.Fatalf("the explanation hashes to %s, recorded is %s", hash, d.Record.Explanation)
		}
	})
}

func TestRecord_IsTheCanonicalJSONOfSeal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := randomInput(t, randomWorld(t))
		in.Customer.Attributes[rapid.String().Draw(t, "name")] = rapid.String().Draw(t, "value")
		in.Arm = &Arm{Experiment: "x\ty", Challenger: true}
		d := mustDecide(t, in)
		want, err := seal.Canonical(&d.Record)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(want, d.Bytes) {
			t.Fatalf("canonical\n%s\nwritten\n%s", want, d.Bytes)
		}
		want, err = seal.Canonical(&d.Explanation)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Explanation.Append(nil); !bytes.Equal(want, got) {
			t.Fatalf("canonical\n%s\nwritten\n%s", want, got)
		}
	})
}

func TestDecide_OrderOfListsDoesNotShow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := randomWorld(t)
		in := randomInput(t, w)
		want := mustDecide(t, in)
		people := channel.Directory{Partners: rapid.Permutation(w.people.Partners).Draw(t, "partners"), Pods: rapid.Permutation(w.people.Pods).Draw(t, "pods")}
		for i := range people.Partners {
			people.Partners[i].Regions = rapid.Permutation(people.Partners[i].Regions).Draw(t, "regions")
		}
		dir, err := NewDirectory(people)
		if err != nil {
			t.Fatal(err)
		}
		in.Directory = dir
		in.Full = append(rapid.Permutation(in.Full).Draw(t, "full"), "partner:elsewhere")
		in.State.Refused = rapid.Permutation(in.State.Refused).Draw(t, "refused")
		in.State.Round.Expired = rapid.Permutation(in.State.Round.Expired).Draw(t, "expired")
		if got := mustDecide(t, in); !bytes.Equal(got.Bytes, want.Bytes) {
			t.Fatalf("decided\n%s\nbefore\n%s", got.text(), want.text())
		}
	})
}

// Weights, joins and room never move a customer whose owner is of the decided
// channel and still serves it, unless a rule names somebody else.
func TestDecide_OwnedCustomer_IsNotMovedByWeightsJoinsOrRoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := randomWorld(t)
		in := randomInput(t, w)
		d := mustDecide(t, in)
		if d.Commit.Moved || d.Commit.Offer != nil || in.State.Owner == "" || d.Explanation.Channel != in.State.Owner.Channel() {
			return
		}
		for i := range w.rules {
			if w.rules[i].name == d.Explanation.Applied && w.rules[i].partner != "" {
				return
			}
		}
		if !slices.Contains(d.Record.Reasons, ReasonOwnerKept) || slices.Contains(d.Record.Reasons, ReasonNoPartner) || slices.Contains(d.Record.Reasons, ReasonSalesForceFull) {
			return
		}
		people := w.people
		people.Partners = slices.Clone(people.Partners)
		for i := range people.Partners {
			people.Partners[i].WeightMicros = pick[int64](t, "weight", 0, 10_000, 10_000_000_000)
			people.Partners[i].Capacity = channel.Unlimited
		}
		people.Partners = append(people.Partners, channel.Partner{ID: "new", WeightMicros: maxWeight, Capacity: channel.Unlimited, Certifications: []string{"gold", "silver"}})
		dir, err := NewDirectory(people)
		if err != nil {
			t.Fatal(err)
		}
		in.Directory, in.Full = dir, nil
		if again := mustDecide(t, in); again.Commit.Owner != in.State.Owner || again.Commit.Offer != nil {
			t.Fatalf("moved\n%s\n%s", d.text(), again.text())
		}
	})
}

// Who joins wins some customers and changes the owner of no other.
func TestDraw_PartnerJoins_OthersKeepTheirOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := randomWorld(t)
		in := randomInput(t, w)
		in.State = State{}
		before := mustDecide(t, in)
		people := w.people
		people.Partners = append(slices.Clone(people.Partners), channel.Partner{ID: "new", WeightMicros: weightUnit, Capacity: channel.Unlimited})
		dir, err := NewDirectory(people)
		if err != nil {
			t.Fatal(err)
		}
		in.Directory = dir
		after := mustDecide(t, in)
		if before.Record.Outcome == ToPartner && after.Explanation.Chosen != before.Explanation.Chosen && after.Explanation.Chosen != "partner:new" {
			t.Fatalf("the join moved it elsewhere\n%s\n%s", before.text(), after.text())
		}
	})
}

// journey lets a customer live under a world: at random times it is routed with
// another value, orders and attributes, and every offer is answered.
func journey(t *rapid.T, w *world) (moves []time.Time) {
	in := randomInput(t, w)
	in.State = State{}
	at := epoch
	for range rapid.IntRange(2, 25).Draw(t, "routes") {
		at = at.Add(time.Duration(rapid.IntRange(0, 12*24).Draw(t, "hours")) * time.Hour)
		next := randomInput(t, w)
		next.Customer.ID, next.Customer.Region, next.Customer.Segment = in.Customer.ID, in.Customer.Region, in.Customer.Segment
		next.State, next.At = in.State, at
		d := mustDecide(t, next)
		s := &in.State
		s.Tier = d.Record.Tier
		to := d.Commit.Owner
		if o := d.Commit.Offer; o != nil {
			if chance(t, "refuses", 30) {
				s.Refused = append(slices.Clone(s.Refused), o.Partner)
				continue
			}
			to = channel.PartnerOwner(o.Partner)
		}
		if to == s.Owner {
			continue
		}
		moves = append(moves, at)
		s.Owner, s.LastMove = to, &LastMove{At: at, ByRule: d.Commit.ByRule, First: d.Commit.First}
		if p, ok := to.Partner(); ok {
			s.Former = p
		}
	}
	return moves
}

func TestDwell_NobodyMovesMoreThanTwice_UnderAnyPolicy(t *testing.T) {
	most := 0
	rapid.Check(t, func(t *rapid.T) {
		w := randomWorld(t)
		moves := journey(t, w)
		for i := range moves {
			n := 0
			for _, m := range moves[i:] {
				if m.Before(moves[i].Add(w.dwell)) {
					n++
				}
			}
			most = max(most, n)
			if n > 2 {
				t.Fatalf("%d moves within %s: %v\n%s", n, w.dwell, moves, w.json())
			}
		}
	})
	if most < 2 {
		t.Error("no journey moved twice in a dwell: the test tries too little")
	}
}

// A decision names at most one who takes the customer, and a customer that
// nobody owns has an offer, waits or is declined.
func TestDecide_CommitIsWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := randomWorld(t)
		in := randomInput(t, w)
		d := mustDecide(t, in)
		c := d.Commit
		switch c.State {
		case StateAssigned:
			if c.Owner == "" || c.Offer != nil || c.Moved != (c.Owner != in.State.Owner) || c.Moved != (c.Takes != "") || c.Moved && c.Takes != c.Owner {
				t.Fatalf("%+v\n%s", c, d.text())
			}
		case StateOffered:
			if c.Offer == nil || c.Moved || c.Owner != in.State.Owner || c.Takes != channel.PartnerOwner(c.Offer.Partner) {
				t.Fatalf("%+v\n%s", c, d.text())
			}
		case StateWaiting, StateDeclined:
			if c.Owner != "" || c.Offer != nil || c.Moved || in.State.Owner != "" {
				t.Fatalf("%+v\n%s", c, d.text())
			}
		default:
			t.Fatalf("%+v\n%s", c, d.text())
		}
		if c.Releases != "" && !c.Moved || c.Takes != "" && c.Takes == in.State.Owner {
			t.Fatalf("%+v\n%s", c, d.text())
		}
		if len(d.Record.Reasons) == 0 {
			t.Fatal("no reason")
		}
	})
}

// Every alternative is true: what it says, decided, gives another result.
func TestAlternatives_ValueEdges_AreExact(t *testing.T) {
	edges := 0
	rapid.Check(t, func(t *rapid.T) {
		w := randomWorld(t)
		in := randomInput(t, w)
		in.wholeSeconds()
		what := whatIf{in: in}
		what.was = what.decide(in)
		points := what.points()
		above, _ := slices.BinarySearch(points, in.Value.Amount+1)
		edge, r := what.edge(in.Value.Amount, points[above:])
		if r == nil {
			return
		}
		edges++
		for _, x := range []int64{in.Value.Amount, in.Value.Amount + (edge-in.Value.Amount)/2, edge - 1} {
			if x < edge && !same(what.worth(x), what.was) {
				t.Fatalf("%d already differs from %d, the edge is said to be %d\n%s", x, in.Value.Amount, edge, w.json())
			}
		}
		if same(what.worth(edge), what.was) {
			t.Fatalf("the edge %d does not differ", edge)
		}
	})
	if edges < 20 {
		t.Errorf("only %d edges tried", edges)
	}
}

func TestShow_AnyDecision_HasWordsForEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := randomWorld(t)
		d := mustDecide(t, randomInput(t, w))
		v, err := d.Show(w.policy, w.dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range v.Reasons {
			if line.Text == "" || line.Text[:7] != "because" {
				t.Fatalf("reason %s says %q", line.Code, line.Text)
			}
		}
		own, err := d.ShowTo("p1", w.policy, w.dir)
		if err != nil || len(own.Candidates) > 1 || own.Of != v.Of || len(own.Rules) > 0 {
			t.Fatalf("%v: a partner sees %+v", err, own)
		}
		if _, err := d.Alternatives(w.policy, w.dir); err != nil {
			t.Fatal(err)
		}
		for _, c := range d.Explanation.Candidates {
			if !slices.Contains(v.Candidates, c) {
				t.Fatalf("%+v is in the explanation, not in the view", c)
			}
		}
	})
}
