package value

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"math"
	"math/bits"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/seal"
)

// Member is a customer as the census counts it.
type Member struct {
	Region   string
	Segment  string
	Owner    channel.Owner
	Tier     string
	Focal    bool         // its tier means the sales force
	Value    money.Amount // in the currency of the policy in its region; below zero counts as zero
	Common   int64        // the same in minor units of the reporting currency; 0 without a rate
	NoRate   bool         // there is no rate into the reporting currency
	AlivePPM int64        // 1,000,000 without a model, 0 once churned
	Observed bool         // Value comes from the customer's own orders
}

// stableFrom is the P(alive) in ppm from which a customer counts as stable.
const stableFrom = 500_000

// Tally counts members; the zero Tally is empty and ready to use. Not safe for
// concurrent use: merge those of several readers. Its size is bounded by
// regions, tiers, segments and partners.
type Tally struct {
	regions  map[string]*regionTally
	partners map[channel.PartnerID]*partnerTally
	segments map[segmentKey]*segmentTally
	common   partnerTally // everybody, in the reporting currency
	noRate   int64
}

// regionTally counts the customers of a region, in the currency of the policy
// there. wide sums are minor units.
type regionTally struct {
	currency  string
	customers int64
	byTier    map[string]*wide
	all       wide
	focal     wide    // in tiers of the sales force
	stable    wide    // likely alive, outside of those
	squares   float64 // of values in minor units
	byPartner map[channel.PartnerID]*wide
}

// partnerTally counts the customers of a partner in all regions, in the
// reporting currency: only there can they be compared.
type partnerTally struct {
	customers      int64
	equity, stable wide
}

// segmentKey keeps currencies apart: the mean of a segment is of one.
type segmentKey struct{ currency, segment string }

// segmentTally counts observed customers only: a mean of priors would tell what
// was assumed.
type segmentTally struct {
	customers int64
	sum       wide
}

// wide is a sum of values that does not overflow.
type wide struct{ hi, lo uint64 }

// add adds a value, which is not negative.
func (w *wide) add(n int64) {
	var carry uint64
	w.lo, carry = bits.Add64(w.lo, uint64(n), 0)
	w.hi += carry
}

// join adds another sum.
func (w *wide) join(o wide) {
	var carry uint64
	w.lo, carry = bits.Add64(w.lo, o.lo, 0)
	w.hi += o.hi + carry
}

// minor is the sum, or the most that fits.
func (w wide) minor() int64 {
	if w.hi != 0 || w.lo > math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(w.lo)
}

// ppm is the share of the whole in parts per million, rounded down; ok is false
// for a share of nothing.
func (w wide) ppm(whole wide) (share int64, ok bool) {
	if whole == (wide{}) {
		return 0, false
	}
	for whole.hi != 0 { // beyond 64 bits the last places weigh less than a millionth
		w, whole = w.half(), whole.half()
	}
	hi, lo := bits.Mul64(w.lo, uint64(money.One))
	q, _ := bits.Div64(hi, lo, whole.lo)
	return int64(q), true
}

// half is the sum shifted by one place; ppm halves both sides of a share.
func (w wide) half() wide { return wide{w.hi >> 1, w.lo>>1 | w.hi<<63} }

// Add counts one customer.
func (t *Tally) Add(m Member) {
	v, common := max(0, m.Value.Minor), max(0, m.Common)
	r := t.region(m.Region, m.Value.Currency)
	stable := !m.Focal && m.AlivePPM >= stableFrom
	r.customers++
	r.all.add(v)
	at(&r.byTier, m.Tier).add(v)
	f := float64(v)
	r.squares += float64(f * f)
	t.common.add(common, stable)
	if m.Focal {
		r.focal.add(v)
	}
	if stable {
		r.stable.add(v)
	}
	if p, ok := m.Owner.Partner(); ok {
		at(&r.byPartner, p).add(v)
		at(&t.partners, p).add(common, stable)
	}
	if m.NoRate {
		t.noRate++
	}
	if m.Observed {
		s := at(&t.segments, segmentKey{m.Value.Currency, m.Segment})
		s.customers++
		s.sum.add(v)
	}
}

func (p *partnerTally) add(v int64, stable bool) {
	p.customers++
	p.equity.add(v)
	if stable {
		p.stable.add(v)
	}
}

func (p *partnerTally) join(o *partnerTally) {
	p.customers += o.customers
	p.equity.join(o.equity)
	p.stable.join(o.stable)
}

// at is the entry of a key, made where there is none.
func at[K comparable, V any](m *map[K]*V, key K) *V {
	if *m == nil {
		*m = map[K]*V{}
	}
	if (*m)[key] == nil {
		(*m)[key] = new(V)
	}
	return (*m)[key]
}

func (t *Tally) region(region, currency string) *regionTally {
	r := at(&t.regions, region)
	r.currency = currency
	return r
}

// Merge adds what another reader counted. The sums of squares are floats: merge
// in a fixed order.
func (t *Tally) Merge(o *Tally) {
	for _, name := range slices.Sorted(maps.Keys(o.regions)) {
		from := o.regions[name]
		r := t.region(name, from.currency)
		r.customers += from.customers
		r.all.join(from.all)
		r.focal.join(from.focal)
		r.stable.join(from.stable)
		r.squares += from.squares
		for tier, w := range from.byTier {
			at(&r.byTier, tier).join(*w)
		}
		for p, w := range from.byPartner {
			at(&r.byPartner, p).join(*w)
		}
	}
	for p, from := range o.partners {
		at(&t.partners, p).join(from)
	}
	for key, from := range o.segments {
		s := at(&t.segments, key)
		s.customers += from.customers
		s.sum.join(from.sum)
	}
	t.common.join(&o.common)
	t.noRate += o.noRate
}

// Census is how the company's value is spread on one day: immutable once taken.
type Census struct {
	AsOf     Day            `json:"asOf"`
	Model    string         `json:"model,omitempty"`
	Policy   PolicyRef      `json:"policy"`
	Currency string         `json:"currency"` // the reporting currency, in which partners are compared
	Regions  []RegionCensus `json:"regions"`
	Partners []PartnerShare `json:"partners"`
	Segments []SegmentMean  `json:"segments"`
	// NoRate counts customers whose value has no rate into Currency: they are
	// counted in their region, not in Partners.
	NoRate int64    `json:"noRate,omitempty"`
	Pay    PayGuard `json:"payGuard"`
}

// PolicyRef names the policy in force when the census was taken.
type PolicyRef struct {
	ID      channel.PolicyID `json:"id"`
	Version int              `json:"version"`
	Hash    string           `json:"hash"`
}

// RegionCensus is the balance of one region, in the currency of its policy.
type RegionCensus struct {
	Region       string            `json:"region"`
	Currency     string            `json:"currency"`
	Customers    int64             `json:"customers"`
	Equity       string            `json:"equity"`
	EquityByTier map[string]string `json:"equityByTier"`
	FocalPPM     *int64            `json:"focalPpm,omitempty"` // share of the equity in tiers of the sales force
	// StablePPM is the share in customers likely alive outside of those tiers;
	// absent without equity.
	StablePPM *int64 `json:"stablePpm,omitempty"`
	// Effective is the effective number of customers, (sum v)^2 / sum v^2, in
	// thousandths.
	Effective int64 `json:"effectiveMilli"`
	// Floor is the policy's minStableShare in ppm; Guarded: StablePPM is below it.
	Floor    *int64         `json:"floorPpm,omitempty"`
	Guarded  bool           `json:"guarded"`
	Partners []PartnerShare `json:"partners"`
}

// PartnerShare is what part of the equity, and of the stable base, a partner's
// customers are.
type PartnerShare struct {
	Partner   channel.PartnerID `json:"partner"`
	Customers int64             `json:"customers,omitempty"`
	EquityPPM int64             `json:"equityPpm"`
	StablePPM *int64            `json:"stablePpm,omitempty"`
}

// SegmentMean is the mean observed value of a segment's customers: what the
// policy's prior for it could say.
type SegmentMean struct {
	Currency  string `json:"currency"`
	Segment   string `json:"segment"`
	Customers int64  `json:"customers"`
	Mean      string `json:"mean"`
}

// PayGuard says where the guard is on for the pay of a month: fixed by the last
// census of the month before.
type PayGuard struct {
	Period  channel.Period `json:"period"`
	Regions []string       `json:"regions"`
}

// Frame is what a census is taken under.
type Frame struct {
	AsOf     Day
	Model    string
	Policy   PolicyRef
	Currency string
	Floor    func(region string) (ppm int64, ok bool)
	Pay      PayGuard
}

// Census is the tally as a document.
func (t *Tally) Census(f Frame) *Census {
	c := &Census{AsOf: f.AsOf, Model: f.Model, Policy: f.Policy, Currency: f.Currency, NoRate: t.noRate, Pay: f.Pay,
		Regions: []RegionCensus{}, Partners: []PartnerShare{}, Segments: []SegmentMean{}}
	if c.Pay.Regions == nil {
		c.Pay.Regions = []string{}
	}
	for _, name := range slices.Sorted(maps.Keys(t.regions)) {
		c.Regions = append(c.Regions, t.regions[name].census(name, f))
	}
	for _, id := range slices.Sorted(maps.Keys(t.partners)) {
		p := t.partners[id]
		s := PartnerShare{Partner: id, Customers: p.customers}
		s.EquityPPM, _ = p.equity.ppm(t.common.equity)
		s.StablePPM = share64(p.stable.ppm(t.common.stable))
		c.Partners = append(c.Partners, s)
	}
	for key, s := range t.segments {
		c.Segments = append(c.Segments, SegmentMean{Currency: key.currency, Segment: key.segment, Customers: s.customers,
			Mean: money.Format(s.sum.minor()/s.customers, key.currency)})
	}
	slices.SortFunc(c.Segments, func(a, b SegmentMean) int {
		return cmp.Or(cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Segment, b.Segment))
	})
	return c
}

func (r *regionTally) census(name string, f Frame) RegionCensus {
	out := RegionCensus{Region: name, Currency: r.currency, Customers: r.customers,
		Equity: money.Format(r.all.minor(), r.currency), EquityByTier: map[string]string{},
		FocalPPM: share64(r.focal.ppm(r.all)), StablePPM: share64(r.stable.ppm(r.all)), Partners: []PartnerShare{}}
	for tier, w := range r.byTier {
		out.EquityByTier[tier] = money.Format(w.minor(), r.currency)
	}
	if r.squares > 0 {
		sum := float64(r.all.lo) + float64(r.all.hi)*0x1p64
		out.Effective = int64(math.Round(1000 * sum / r.squares * sum))
	}
	for _, id := range slices.Sorted(maps.Keys(r.byPartner)) {
		ppm, _ := r.byPartner[id].ppm(r.all)
		out.Partners = append(out.Partners, PartnerShare{Partner: id, EquityPPM: ppm})
	}
	if floor, ok := f.Floor(name); ok {
		out.Floor = &floor
		out.Guarded = out.StablePPM != nil && *out.StablePPM < floor
	}
	return out
}

// share64 is a share, or nil where there is nothing to share.
func share64(ppm int64, ok bool) *int64 {
	if !ok {
		return nil
	}
	return &ppm
}

// ParseCensus reads a published census.
func ParseCensus(content []byte) (*Census, error) {
	c := &Census{}
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	if err := d.Decode(c); err != nil {
		return nil, fault.New(fault.Invalid, "invalid_census", "not a census").Because(err)
	}
	return c, nil
}

// Canonical is the census's content: the same counts give the same bytes.
func (c *Census) Canonical() ([]byte, error) { return seal.Canonical(c) }

// Region is what the census says of a region; nil if it has no customers.
func (c *Census) Region(name string) *RegionCensus {
	i, ok := slices.BinarySearchFunc(c.Regions, name, func(r RegionCensus, n string) int {
		return cmp.Compare(r.Region, n)
	})
	if !ok {
		return nil
	}
	return &c.Regions[i]
}

// Guarded are the regions in which the guard was on, sorted.
func (c *Census) Guarded() []string {
	out := []string{}
	for i := range c.Regions {
		if c.Regions[i].Guarded {
			out = append(out, c.Regions[i].Region)
		}
	}
	return out
}

// Partner is a partner's share of everything; nil if it has no customers.
func (c *Census) Partner(id channel.PartnerID) *PartnerShare {
	i, ok := slices.BinarySearchFunc(c.Partners, id, func(p PartnerShare, id channel.PartnerID) int {
		return cmp.Compare(p.Partner, id)
	})
	if !ok {
		return nil
	}
	return &c.Partners[i]
}
