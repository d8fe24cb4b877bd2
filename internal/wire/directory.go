package wire

import (
	"github.com/fairlead/fairlead/internal/channel"
)

// PartnerBody is a partner as people write it (PUT /partners/{id}). Absent
// weight is "1", absent capacity unlimited, absent status active.
type PartnerBody struct {
	Name           string   `json:"name"`
	Currency       string   `json:"currency"`
	Regions        []string `json:"regions,omitempty"`
	Segments       []string `json:"segments,omitempty"`
	Certifications []string `json:"certifications,omitempty"`
	Weight         string   `json:"weight,omitempty"`
	Capacity       *int64   `json:"capacity,omitempty"`
	Status         string   `json:"status,omitempty"`
	Level          string   `json:"level,omitempty"`
	Manager        string   `json:"manager,omitempty"`
}

// Partner is a partner as the outside sees it.
type Partner struct {
	ID channel.PartnerID `json:"id"`
	PartnerBody
	Plans     []PlanAssignment `json:"plans"`
	Customers *int             `json:"customers,omitempty"` // held now; in the detail only
	Held      *int64           `json:"held,omitempty"`      // held or offered, where the capacity is limited
}

// PlanAssignment puts a partner on a plan from a day (of the programme's zone)
// to a day inclusive; To absent: until the next assignment.
type PlanAssignment struct {
	Plan channel.PlanID `json:"plan"`
	From string         `json:"from"`
	To   string         `json:"to,omitempty"`
}

// PodBody is a pod as people write it (PUT /pods/{id}).
type PodBody struct {
	Name     string   `json:"name"`
	Regions  []string `json:"regions,omitempty"`
	Capacity *int64   `json:"capacity,omitempty"`
	Kind     string   `json:"kind,omitempty"`
	Status   string   `json:"status,omitempty"`
	Manager  string   `json:"manager,omitempty"`
}

// Pod is a pod as the outside sees it.
type Pod struct {
	ID channel.PodID `json:"id"`
	PodBody
	Customers *int   `json:"customers,omitempty"`
	Held      *int64 `json:"held,omitempty"`
}
