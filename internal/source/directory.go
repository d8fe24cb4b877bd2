package source

import (
	"io"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
)

// PartnerRow is one row of a partners file. Partner.Plans is empty; Plan and
// PlanFrom are zero where the row names no plan. Given says which of the
// optional columns the file has: what it has not, stays as it is known (an
// empty status cell likewise: Status is then active, and not given).
type PartnerRow struct {
	Partner  channel.Partner
	Plan     channel.PlanID
	PlanFrom time.Time // first instant of the day
	Given    Given
}

// PodRow is one row of a pods file; Given as in PartnerRow.
type PodRow struct {
	Pod   channel.Pod
	Given Given
}

// Given says which optional columns a row speaks of.
type Given struct{ Status, Level, Kind, Manager bool }

// OpenPartners opens a partners file; plan_from is a day of the calendar. Errors
// as OpenFacts.
func OpenPartners(r io.Reader, cal channel.Calendar) (*File[PartnerRow], error) {
	return open(r, Partners, cal, parsePartner)
}

// OpenPods opens a pods file. Errors as OpenFacts.
func OpenPods(r io.Reader, cal channel.Calendar) (*File[PodRow], error) {
	return open(r, Pods, cal, parsePod)
}

// has reports whether the file has column i of the layout.
func (c *cells) has(i int) bool { return c.place[i] >= 0 }

// list is the parts of a cell separated by semicolons, each without the spaces
// around it; nil for an empty cell.
func (c *cells) list(i int) []string {
	s := c.at(i)
	if s == "" {
		return nil
	}
	parts := strings.Split(s, ";")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// parsePartner reads partner_id name currency regions segments certifications
// weight capacity plan plan_from, status level manager.
func parsePartner(c *cells) (PartnerRow, error) {
	partner, err := channel.RawPartner{
		ID: c.at(0), Name: c.at(1), Currency: c.at(2), Regions: c.list(3), Segments: c.list(4), Certifications: c.list(5),
		Weight: c.at(6), Capacity: c.at(7), Status: c.at(10), Level: c.at(11), Manager: c.at(12),
	}.Parse()
	row := PartnerRow{Partner: partner, Given: Given{Status: c.at(10) != "", Level: c.has(11), Manager: c.has(12)}}
	err = rename(err, "id", "partner_id")
	plan, from := c.at(8), c.at(9)
	switch {
	case plan == "" && from == "":
		return row, err
	case plan == "":
		return row, join(err, lineFault("plan", "is missing, though plan_from is there"))
	case from == "":
		return row, join(err, lineFault("plan_from", "is missing, though plan is there"))
	}
	var bad, bad2 error
	row.Plan, bad = channel.ParseID[channel.PlanID]("plan", plan)
	row.PlanFrom, bad2 = c.cal.ParseDate("plan_from", from)
	return row, join(err, join(bad, bad2))
}

// parsePod reads pod_id name regions capacity, kind manager status.
func parsePod(c *cells) (PodRow, error) {
	pod, err := channel.RawPod{
		ID: c.at(0), Name: c.at(1), Regions: c.list(2), Capacity: c.at(3), Kind: c.at(4), Manager: c.at(5), Status: c.at(6),
	}.Parse()
	return PodRow{Pod: pod, Given: Given{Kind: c.has(4), Manager: c.has(5), Status: c.at(6) != ""}}, rename(err, "id", "pod_id")
}

// rename changes the name of one field of a fault.
func rename(err error, from, to string) error {
	if err == nil {
		return nil
	}
	f := fault.Of(err)
	for i := range f.Fields {
		if f.Fields[i].Field == from {
			f.Fields[i].Field = to
		}
	}
	return f
}

// join puts the fields of two faults together; either may be nil.
func join(a, b error) error {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	f := fault.Of(a)
	f.Fields = append(f.Fields, fault.Of(b).Fields...)
	return f
}
