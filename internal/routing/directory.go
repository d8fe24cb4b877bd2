package routing

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/seal"
)

// Directory is what Decide reads of the partners and pods: canonical, sorted by
// id, named by its hash. A decision names the hash, so a directory is stored
// when a decision first names it and never changed. It is safe for concurrent
// use.
type Directory struct {
	Partners []PartnerTerms `json:"partners"`
	Pods     []PodTerms     `json:"pods"`

	hash  string
	bytes []byte
	// The partners by region named, and those that serve every region: places
	// in Partners. So a draw costs as much as the region has partners.
	byRegion   map[string][]int
	everywhere []int
}

// PartnerTerms are the fields of a partner that Decide reads. Weight is decimal
// text; Capacity -1 is no limit. Empty regions, segments mean all. Lists are
// sorted.
type PartnerTerms struct {
	ID             channel.PartnerID `json:"id"`
	Status         channel.Status    `json:"status"`
	Regions        []string          `json:"regions,omitempty"`
	Segments       []string          `json:"segments,omitempty"`
	Certifications []string          `json:"certifications,omitempty"`
	Weight         money.Rate        `json:"weight"` // a rate has six decimals, as a weight has
	Capacity       int64             `json:"capacity"`

	owner channel.Owner
}

// PodTerms are the fields of a pod that Decide reads.
type PodTerms struct {
	ID       channel.PodID  `json:"id"`
	Status   channel.Status `json:"status"`
	Kind     string         `json:"kind,omitempty"`
	Regions  []string       `json:"regions,omitempty"`
	Capacity int64          `json:"capacity"`

	owner channel.Owner
}

// NewDirectory takes the terms out of the directory people keep; the order of
// its lists does not matter. A weight outside of 0 and 0.01 to 10000, a
// capacity below -1 or an id that appears twice is fault.Invalid, slug
// invalid_directory.
func NewDirectory(from channel.Directory) (*Directory, error) {
	d := &Directory{Partners: []PartnerTerms{}, Pods: []PodTerms{}}
	for _, p := range from.Partners {
		d.Partners = append(d.Partners, PartnerTerms{
			ID: p.ID, Status: statusOf(p.Status), Weight: money.Rate(p.WeightMicros), Capacity: p.Capacity,
			Regions: set(p.Regions), Segments: set(p.Segments), Certifications: set(p.Certifications),
		})
	}
	for _, p := range from.Pods {
		d.Pods = append(d.Pods, PodTerms{
			ID: p.ID, Status: statusOf(p.Status), Kind: p.Kind, Regions: set(p.Regions), Capacity: p.Capacity,
		})
	}
	slices.SortFunc(d.Partners, func(a, b PartnerTerms) int { return a.compare(b.ID) })
	slices.SortFunc(d.Pods, func(a, b PodTerms) int { return a.compare(b.ID) })
	return d.finish()
}

// ParseDirectory reads the canonical bytes of a stored directory.
func ParseDirectory(canonical []byte) (*Directory, error) {
	var d Directory
	if err := json.Unmarshal(canonical, &d); err != nil {
		return nil, fault.Of(err)
	}
	return d.finish()
}

// Hash names the directory: "sha256:..." of Bytes.
func (d *Directory) Hash() string { return d.hash }

// Bytes is the canonical JSON of the directory; callers must not change it.
func (d *Directory) Bytes() []byte { return d.bytes }

// finish checks the directory and computes what hangs on it.
func (d *Directory) finish() (*Directory, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	var err error
	if d.bytes, err = seal.Canonical(d); err != nil {
		return nil, err
	}
	d.hash = seal.Hash(d.bytes)
	d.prepare()
	return d, nil
}

func (d *Directory) check() error {
	bad := fault.New(fault.Invalid, "invalid_directory", "the directory is not valid")
	for i := range d.Partners {
		p := &d.Partners[i]
		if w := p.Weight; w != 0 && (w < minWeight || w > maxWeight) {
			bad.At(string(p.ID)+".weight", "is %s; it must be 0 or between 0.01 and 10000", w)
		}
		if p.Capacity < channel.Unlimited {
			bad.At(string(p.ID)+".capacity", "is %d; it must be 0 or more", p.Capacity)
		}
		if i > 0 && d.Partners[i-1].ID == p.ID {
			bad.At(string(p.ID), "stands twice")
		}
	}
	for i := range d.Pods {
		if i > 0 && d.Pods[i-1].ID == d.Pods[i].ID {
			bad.At("pod:"+string(d.Pods[i].ID), "stands twice")
		}
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// prepare computes owners and the index by region.
func (d *Directory) prepare() {
	d.byRegion = map[string][]int{}
	for i := range d.Partners {
		p := &d.Partners[i]
		p.owner = channel.PartnerOwner(p.ID)
		if len(p.Regions) == 0 {
			d.everywhere = append(d.everywhere, i)
		}
		for _, region := range p.Regions {
			d.byRegion[region] = append(d.byRegion[region], i)
		}
	}
	for i := range d.Pods {
		d.Pods[i].owner = channel.PodOwner(d.Pods[i].ID)
	}
}

// compare orders by id, bytewise: the order in which the lists are sorted.
func (p PartnerTerms) compare(id channel.PartnerID) int { return cmp.Compare(p.ID, id) }

func (p PodTerms) compare(id channel.PodID) int { return cmp.Compare(p.ID, id) }

// place is where a partner stands in Partners.
func (d *Directory) place(id channel.PartnerID) (int, bool) {
	return slices.BinarySearchFunc(d.Partners, id, PartnerTerms.compare)
}

// partner is the partner of an id, nil if the directory lacks it.
func (d *Directory) partner(id channel.PartnerID) *PartnerTerms {
	i, ok := d.place(id)
	if !ok {
		return nil
	}
	return &d.Partners[i]
}

// pod is the pod of an id, nil if the directory lacks it.
func (d *Directory) pod(id channel.PodID) *PodTerms {
	i, ok := slices.BinarySearchFunc(d.Pods, id, PodTerms.compare)
	if !ok {
		return nil
	}
	return &d.Pods[i]
}

// withWeight is the directory with another weight of one partner, to decide
// what would have been; it keeps the old hash.
func (d *Directory) withWeight(id channel.PartnerID, w money.Rate) *Directory {
	e := *d
	e.Partners = slices.Clone(d.Partners)
	e.partner(id).Weight = w
	return &e
}

// withRoom is the directory with room for one more at an owner whose capacity
// is 0; it keeps the old hash.
func (d *Directory) withRoom(owner channel.Owner) *Directory {
	e := *d
	if id, ok := owner.Partner(); ok && d.partner(id).Capacity == 0 {
		e.Partners = slices.Clone(d.Partners)
		e.partner(id).Capacity = 1
	}
	if id, ok := owner.Pod(); ok && d.pod(id).Capacity == 0 {
		e.Pods = slices.Clone(d.Pods)
		e.pod(id).Capacity = 1
	}
	return &e
}

// serves says why a partner does not serve a customer: "" if it does.
func (p *PartnerTerms) serves(c *Customer, certifications []string) Code {
	switch {
	case !holds(p.Regions, c.Region):
		return PassedRegion
	case !holds(p.Segments, c.Segment):
		return PassedSegment
	}
	for _, needed := range certifications {
		if !slices.Contains(p.Certifications, needed) {
			return PassedCertification
		}
	}
	return ""
}

// holds reports whether a list names the code; an empty list names all.
func holds(list []string, code string) bool { return len(list) == 0 || slices.Contains(list, code) }

// set is a list sorted and without repeats, nil if empty.
func set(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	s := slices.Clone(list)
	slices.Sort(s)
	return slices.Compact(s)
}

func statusOf(s channel.Status) channel.Status {
	if s == "" {
		return channel.Active
	}
	return s
}
