package routing

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/money"
)

// Replayed is a decision made again. Difference names the keys of the record
// that differ, in order.
type Replayed struct {
	Decision   Decision // made now
	Agrees     bool     // byte for byte
	Difference []string
}

// Replay decides again from the recorded inputs. p and d must be the ones that
// the record names by hash (fault.Internal, slug wrong_document, otherwise).
func Replay(recorded []byte, p *Policy, d *Directory) (Replayed, error) {
	rec, err := ParseRecord(recorded)
	if err != nil {
		return Replayed{}, err
	}
	in, err := rec.Input(p, d)
	if err != nil {
		return Replayed{}, err
	}
	again, err := Decide(in)
	if err != nil {
		return Replayed{}, err
	}
	r := Replayed{Decision: again, Agrees: bytes.Equal(recorded, again.Bytes)}
	if !r.Agrees {
		r.Difference = difference(recorded, again.Bytes)
	}
	return r, nil
}

// difference names the keys at the top of two records whose values differ.
func difference(a, b []byte) []string {
	var x, y map[string]json.RawMessage
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return []string{"the record is not JSON"}
	}
	all := maps.Clone(x)
	maps.Copy(all, y)
	var names []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !bytes.Equal(x[name], y[name]) {
			names = append(names, name)
		}
	}
	if names == nil {
		names = []string{"the bytes, not the content"}
	}
	return names
}

// Input is what the record says went into the decision, with the policy and
// the directory that it names.
func (r *Record) Input(p *Policy, d *Directory) (Input, error) {
	switch {
	case r.Engine != Engine:
		return Input{}, fault.New(fault.Internal, "unknown_engine", "the decision was made by engine %d, this program has %d",
			r.Engine, Engine)
	case r.Policy != p.Ref():
		return Input{}, fault.New(fault.Internal, "wrong_document", "the decision names the policy %s version %d",
			r.Policy.ID, r.Policy.Version)
	case r.Directory != d.Hash():
		return Input{}, fault.New(fault.Internal, "wrong_document", "the decision names the directory %s", r.Directory)
	}
	back := readBack{currency: r.Value.Currency}
	in := Input{
		Policy: p, Directory: d, Cause: r.Cause, AtOnce: r.AtOnce, At: back.time(r.At),
		Value: back.value(&r.Value), Customer: back.customer(r), State: back.state(&r.Inputs), Full: r.Inputs.Full,
	}
	if c := r.Census; c != nil {
		in.Census = Census{Version: c.Version, StablePPM: c.StablePPM}
	}
	if x := r.Experiment; x != nil {
		in.Arm = &Arm{Experiment: x.Name, Challenger: x.Arm == "challenger"}
	}
	if h := r.Hand; h != nil {
		in.Hand = &Hand{Owner: h.Owner, By: h.By, Reason: h.Reason}
	}
	return in, back.err
}

// readBack reads a record's texts back; the first error is kept.
type readBack struct {
	currency string
	err      error
}

// time reads an instant as stamp wrote it.
func (b *readBack) time(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	b.fail(err)
	return t.UTC()
}

// minor reads an amount back to minor units; "" was zero.
func (b *readBack) minor(s string) int64 {
	if s == "" {
		return 0
	}
	n, err := money.ParseSignedMinor(s, b.currency)
	b.fail(err)
	return n
}

// optional reads an amount that may be absent, which is not the same as zero.
func (b *readBack) optional(s *string) *int64 {
	if s == nil {
		return nil
	}
	n := b.minor(*s)
	return &n
}

// fail keeps the first error. It is Internal: a record that cannot be read was
// damaged in the store, the caller did nothing wrong.
func (b *readBack) fail(err error) {
	if b.err == nil && err != nil {
		b.err = fault.New(fault.Internal, "broken_record", "the decision's record cannot be read").Because(err)
	}
}

// value is recorded, never computed again: the model of that day may be gone.
func (b *readBack) value(v *ValueRecord) Value {
	out := Value{
		Amount: b.minor(v.Amount), Referral: b.minor(v.Referral), Currency: v.Currency, Basis: v.Basis,
		Declared: b.optional(v.Declared), Observed: b.optional(v.Observed), AlivePPM: int64(money.One),
		Model: v.Model, AsOf: v.AsOf,
	}
	if v.AlivePPM != nil {
		out.AlivePPM = *v.AlivePPM
	}
	return out
}

// customer has the sums as they were; -1 stands for "never ordered", which the
// record leaves out.
func (b *readBack) customer(r *Record) Customer {
	i := &r.Inputs
	c := Customer{
		ID: r.Customer, Region: i.Region, Segment: i.Segment,
		SourcedBy: i.SourcedBy, ReferredBy: i.ReferredBy, Orders: i.Orders,
		Gross: b.minor(i.Gross), Revenue: b.minor(i.Revenue), Discount: b.minor(i.Discount), LastYear: b.minor(i.LastYear),
		Need: b.minor(i.Need), DaysSinceLastOrder: -1, Attributes: i.Attributes, LeftOut: i.LeftOut,
	}
	if i.Idle != nil {
		c.DaysSinceLastOrder = *i.Idle
	}
	return c
}

// state is what the decision found, not what the customer's head says now.
func (b *readBack) state(i *Inputs) State {
	s := State{
		Owner: i.Owner, Tier: i.Tier, Former: i.Former, Refused: i.Refused,
		Round: Round{Offers: i.Offers, Expired: i.Expired},
	}
	if m := i.LastMove; m != nil {
		s.LastMove = &LastMove{At: b.time(m.At), ByRule: m.ByRule, First: m.First}
	}
	if p := i.Protection; p != nil {
		s.Protection = &Protection{Partner: p.Partner, At: b.time(p.At)}
	}
	return s
}
