package routing

import "github.com/fairlead/fairlead/internal/seal"

// Append appends the canonical JSON of the record. Text that is not UTF-8 has
// U+FFFD in it, which is what reading the record back would make of it.
func (r *Record) Append(b []byte) []byte {
	w := seal.NewWriter(b)
	o := w.Object()
	o.SomeText("at", r.At)
	o.SomeBool("atOnce", r.AtOnce)
	o.SomeBool("byRule", r.ByRule)
	o.SomeText("cause", string(r.Cause))
	r.Census.append(&o)
	o.Text("customer", string(r.Customer))
	o.SomeText("directory", r.Directory)
	o.Int("engine", int64(r.Engine))
	r.Experiment.append(&o)
	o.SomeText("explanation", r.Explanation)
	o.SomeBool("first", r.First)
	r.Hand.append(&o)
	r.Inputs.append(&o)
	o.SomeBool("moved", r.Moved)
	if f := r.Offer; f != nil {
		in := o.Object("offer")
		in.SomeText("expiresAt", f.ExpiresAt)
		in.Text("partner", string(f.Partner))
		in.End()
	}
	o.SomeText("outcome", string(r.Outcome))
	if r.Owner == nil {
		o.Null("owner")
	} else {
		o.Text("owner", string(*r.Owner))
	}
	in := o.Object("policy")
	in.SomeText("hash", r.Policy.Hash)
	in.Text("id", r.Policy.ID)
	in.Int("version", int64(r.Policy.Version))
	in.End()
	seal.Texts(&o, "reasons", r.Reasons)
	o.Text("seed", r.Seed)
	o.Text("tier", r.Tier)
	r.Value.append(&o)
	o.End()
	return w.Bytes()
}

// append writes the member, if there is one.
func (c *CensusRef) append(o *seal.Object) {
	if c == nil {
		return
	}
	in := o.Object("census")
	some(&in, "stablePpm", c.StablePPM)
	in.SomeText("version", c.Version)
	in.End()
}

func (x *ArmRef) append(o *seal.Object) {
	if x == nil {
		return
	}
	in := o.Object("experiment")
	in.SomeText("arm", x.Arm)
	in.Text("name", x.Name)
	in.End()
}

func (h *HandRef) append(o *seal.Object) {
	if h == nil {
		return
	}
	in := o.Object("hand")
	in.Text("by", h.By)
	in.Text("owner", string(h.Owner))
	in.Text("reason", h.Reason)
	in.End()
}

func (v *ValueRecord) append(to *seal.Object) {
	o := to.Object("value")
	some(&o, "alivePpm", v.AlivePPM)
	o.SomeText("amount", v.Amount)
	o.SomeText("asOf", v.AsOf)
	o.SomeText("basis", string(v.Basis))
	o.SomeText("currency", v.Currency)
	words(&o, "declared", v.Declared)
	o.SomeText("model", v.Model)
	words(&o, "observed", v.Observed)
	o.SomeText("referral", v.Referral)
	o.End()
}

func (i *Inputs) append(to *seal.Object) {
	o := to.Object("inputs")
	o.Map("attributes", i.Attributes)
	some(&o, "daysSinceLastOrder", i.Idle)
	o.SomeText("discount", i.Discount)
	seal.SomeTexts(&o, "expired", i.Expired)
	o.SomeText("former", string(i.Former))
	seal.SomeTexts(&o, "full", i.Full)
	o.SomeText("gross", i.Gross)
	if m := i.LastMove; m != nil {
		in := o.Object("lastMove")
		in.SomeText("at", m.At)
		in.SomeBool("byRule", m.ByRule)
		in.SomeBool("first", m.First)
		in.End()
	}
	o.SomeText("lastYear", i.LastYear)
	seal.SomeTexts(&o, "leftOut", i.LeftOut)
	o.SomeText("need", i.Need)
	o.SomeInt("offers", int64(i.Offers))
	o.SomeInt("orders", i.Orders)
	o.SomeText("owner", string(i.Owner))
	if p := i.Protection; p != nil {
		in := o.Object("protection")
		in.SomeText("at", p.At)
		in.Text("partner", string(p.Partner))
		in.End()
	}
	o.SomeText("referredBy", string(i.ReferredBy))
	seal.SomeTexts(&o, "refused", i.Refused)
	o.SomeText("region", i.Region)
	o.SomeText("revenue", i.Revenue)
	o.SomeText("segment", i.Segment)
	o.SomeText("sourcedBy", string(i.SourcedBy))
	o.SomeText("tier", i.Tier)
	o.End()
}

// some writes a number that is known; words a text that is known.
func some(o *seal.Object, name string, value *int64) {
	if value != nil {
		o.Int(name, *value)
	}
}

func words(o *seal.Object, name string, value *string) {
	if value != nil {
		o.Text(name, *value)
	}
}
