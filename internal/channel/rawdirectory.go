package channel

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/money"
)

// Weights are kept in millionths.
const (
	MinWeight int64 = 10_000         // 0.01
	MaxWeight int64 = 10_000_000_000 // 10000
)

// ParseWeight reads a weight: 0 (ranked nowhere) or 0.01 to 10000 with at most 6
// decimals; "" is 1. The answer is in millionths.
func ParseWeight(field, s string) (int64, error) {
	if s == "" {
		return int64(money.One), nil
	}
	r, err := money.ParseRate(s)
	if err != nil || r != 0 && int64(r) < MinWeight || int64(r) > MaxWeight {
		return 0, fault.New(fault.Invalid, "invalid_weight", "not a valid weight").
			At(field, "%q: want 0, or 0.01 to 10000 with at most 6 decimals", fault.Clip(s))
	}
	return int64(r), nil
}

// FormatWeight is the shortest text of a weight in millionths: "1", "0.5".
func FormatWeight(micros int64) string { return money.Rate(micros).String() }

// ParseCapacity reads a whole number from 0 on; "" is Unlimited.
func ParseCapacity(field, s string) (int64, error) {
	if s == "" {
		return Unlimited, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || s[0] == '+' {
		return 0, fault.New(fault.Invalid, "invalid_capacity", "not a valid capacity").
			At(field, "%q: want a whole number from 0 on, or nothing for no limit", fault.Clip(s))
	}
	return n, nil
}

// ParseStatus reads active, paused or left; "" is active.
func ParseStatus(field, s string) (Status, error) {
	switch status := Status(s); status {
	case "":
		return Active, nil
	case Active, Paused, Left:
		return status, nil
	}
	return "", fault.New(fault.Invalid, "invalid_status", "not a valid status").
		At(field, "%q: want active, paused or left", fault.Clip(s))
}

// ParsePodKind reads field, inside or online; "" is none of them.
func ParsePodKind(field, s string) (string, error) {
	switch s {
	case "", "field", "inside", "online":
		return s, nil
	}
	return "", fault.New(fault.Invalid, "invalid_kind", "not a valid kind of pod").
		At(field, "%q: want field, inside or online", fault.Clip(s))
}

// ParseCodes checks a list of codes; the answer is sorted, each code once, nil
// for none.
func ParseCodes(field string, list []string) ([]string, error) {
	var c checks
	for i, s := range list {
		read(&c, fmt.Sprintf("%s[%d]", field, i), s, ParseCode)
	}
	if err := c.err("list"); err != nil {
		return nil, err
	}
	sorted := slices.Compact(slices.Sorted(slices.Values(list)))
	return sorted, nil
}

// RawPartner is a partner as text, from a file or a request. Weight "" is 1,
// Capacity "" no limit, Status "" active, no Regions or Segments all of them.
type RawPartner struct {
	ID, Name, Currency                string
	Regions, Segments, Certifications []string
	Weight, Capacity, Status          string
	Level, Manager                    string
}

// Parse checks everything and reports all that is wrong by the JSON names of
// the fields ("id" for the id).
func (r RawPartner) Parse() (Partner, error) {
	var c checks
	p := Partner{
		ID:           read(&c, "id", r.ID, ParseID[PartnerID]),
		Name:         read(&c, "name", r.Name, ParseName),
		Currency:     read(&c, "currency", r.Currency, ParseCurrency),
		WeightMicros: read(&c, "weight", r.Weight, ParseWeight),
		Capacity:     read(&c, "capacity", r.Capacity, ParseCapacity),
		Status:       read(&c, "status", r.Status, ParseStatus),
		Level:        optional(&c, "level", r.Level, ParseCode),
		Manager:      optional(&c, "manager", r.Manager, ParseName),
	}
	p.Regions = codes(&c, "regions", r.Regions)
	p.Segments = codes(&c, "segments", r.Segments)
	p.Certifications = codes(&c, "certifications", r.Certifications)
	return p, c.err("partner")
}

// RawPod is a pod as text; as RawPartner.
type RawPod struct {
	ID, Name                        string
	Regions                         []string
	Capacity, Kind, Status, Manager string
}

// Parse is as RawPartner.Parse.
func (r RawPod) Parse() (Pod, error) {
	var c checks
	p := Pod{
		ID:       read(&c, "id", r.ID, ParseID[PodID]),
		Name:     read(&c, "name", r.Name, ParseName),
		Capacity: read(&c, "capacity", r.Capacity, ParseCapacity),
		Kind:     read(&c, "kind", r.Kind, ParsePodKind),
		Status:   read(&c, "status", r.Status, ParseStatus),
		Manager:  optional(&c, "manager", r.Manager, ParseName),
	}
	p.Regions = codes(&c, "regions", r.Regions)
	return p, c.err("pod")
}

func codes(c *checks, field string, list []string) []string {
	sorted, err := ParseCodes(field, list)
	c.note(err)
	return sorted
}
