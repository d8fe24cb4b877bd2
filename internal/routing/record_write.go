package routing

// The keys stand in the order of RFC 8785, which is that of their bytes here: a
// key that is added goes to its place, or the bytes are not canonical. A test
// compares them with what seal writes.

// Append appends the canonical JSON of the record.
func (r *Record) Append(b []byte) []byte {
	o := begin(b)
	o.plain("at", r.At)
	o.flag("atOnce", r.AtOnce)
	o.flag("byRule", r.ByRule)
	o.plain("cause", string(r.Cause))
	r.Census.append(&o)
	o.must("customer", string(r.Customer))
	o.plain("directory", r.Directory)
	o.number("engine", int64(r.Engine))
	r.Experiment.append(&o)
	o.plain("explanation", r.Explanation)
	o.flag("first", r.First)
	r.Hand.append(&o)
	o.key("inputs")
	o.b = r.Inputs.append(o.b)
	o.flag("moved", r.Moved)
	if f := r.Offer; f != nil {
		o.key("offer")
		in := begin(o.b)
		in.plain("expiresAt", f.ExpiresAt)
		in.must("partner", string(f.Partner))
		o.b = in.end()
	}
	o.plain("outcome", string(r.Outcome))
	if r.Owner == nil {
		o.key("owner")
		o.b = append(o.b, "null"...)
	} else {
		o.must("owner", string(*r.Owner))
	}
	o.key("policy")
	in := begin(o.b)
	in.plain("hash", r.Policy.Hash)
	in.must("id", r.Policy.ID)
	in.number("version", int64(r.Policy.Version))
	o.b = in.end()
	texts(&o, "reasons", r.Reasons, true)
	o.must("seed", r.Seed)
	o.must("tier", r.Tier)
	o.key("value")
	o.b = r.Value.append(o.b)
	return o.end()
}

// append writes the member, if there is one.
func (c *CensusRef) append(o *object) {
	if c == nil {
		return
	}
	o.key("census")
	in := begin(o.b)
	in.some("stablePpm", c.StablePPM)
	in.text("version", c.Version)
	o.b = in.end()
}

// append writes the member "experiment", if one runs.
func (x *ArmRef) append(o *object) {
	if x == nil {
		return
	}
	o.key("experiment")
	in := begin(o.b)
	in.plain("arm", x.Arm)
	in.must("name", x.Name)
	o.b = in.end()
}

// append writes the member "hand", if a person decided.
func (h *HandRef) append(o *object) {
	if h == nil {
		return
	}
	o.key("hand")
	in := begin(o.b)
	in.must("by", h.By)
	in.must("owner", string(h.Owner))
	in.must("reason", h.Reason)
	o.b = in.end()
}

// append writes the object; what is absent has no member, so that a record of
// an earlier day stays the same when a field is added.
func (v *ValueRecord) append(b []byte) []byte {
	o := begin(b)
	o.some("alivePpm", v.AlivePPM)
	o.plain("amount", v.Amount)
	o.plain("asOf", v.AsOf)
	o.plain("basis", string(v.Basis))
	o.plain("currency", v.Currency)
	o.words("declared", v.Declared)
	o.text("model", v.Model)
	o.words("observed", v.Observed)
	o.plain("referral", v.Referral)
	return o.end()
}

// append writes the object in the order of its keys; empty inputs have no
// member.
func (i *Inputs) append(b []byte) []byte {
	o := begin(b)
	o.table("attributes", i.Attributes)
	o.some("daysSinceLastOrder", i.Idle)
	o.plain("discount", i.Discount)
	texts(&o, "expired", i.Expired, false)
	o.text("former", string(i.Former))
	texts(&o, "full", i.Full, false)
	o.plain("gross", i.Gross)
	if m := i.LastMove; m != nil {
		o.key("lastMove")
		in := begin(o.b)
		in.plain("at", m.At)
		in.flag("byRule", m.ByRule)
		in.flag("first", m.First)
		o.b = in.end()
	}
	o.plain("lastYear", i.LastYear)
	texts(&o, "leftOut", i.LeftOut, false)
	o.plain("need", i.Need)
	o.count("offers", int64(i.Offers))
	o.count("orders", i.Orders)
	o.text("owner", string(i.Owner))
	if p := i.Protection; p != nil {
		o.key("protection")
		in := begin(o.b)
		in.plain("at", p.At)
		in.must("partner", string(p.Partner))
		o.b = in.end()
	}
	o.text("referredBy", string(i.ReferredBy))
	texts(&o, "refused", i.Refused, false)
	o.text("region", i.Region)
	o.plain("revenue", i.Revenue)
	o.text("segment", i.Segment)
	o.text("sourcedBy", string(i.SourcedBy))
	o.text("tier", i.Tier)
	return o.end()
}

// some writes a number that is known; words a text that is known.
func (o *object) some(name string, value *int64) {
	if value != nil {
		o.number(name, *value)
	}
}

func (o *object) words(name string, value *string) {
	if value != nil {
		o.must(name, *value)
	}
}
