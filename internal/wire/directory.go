package wire

import (
	"github.com/fairlead/fairlead/internal/channel"
)

// PartnerBody is a partner as PUT /partners/{id} takes it: all of it, every
// time. Absent regions, segments and certifications mean all or none as in the
// partners file, absent weight is "1", absent capacity unlimited, absent status
// active.
type PartnerBody struct {
	Name           string   `json:"name" validate:"required,max=200"`
	Currency       string   `json:"currency" validate:"required,len=3"`
	Regions        []string `json:"regions,omitempty" validate:"max=300,dive,required,max=64"`
	Segments       []string `json:"segments,omitempty" validate:"max=100,dive,required,max=64"`
	Certifications []string `json:"certifications,omitempty" validate:"max=100,dive,required,max=64"`
	Weight         string   `json:"weight,omitempty" validate:"max=20"`
	Capacity       *int64   `json:"capacity,omitempty" validate:"omitempty,min=0"`
	Status         string   `json:"status,omitempty" validate:"omitempty,oneof=active paused left"`
	Level          string   `json:"level,omitempty" validate:"max=64"`
	Manager        string   `json:"manager,omitempty" validate:"max=200"`
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
	Plan channel.PlanID `json:"plan" validate:"required,max=64"`
	From string         `json:"from" validate:"required,max=40"`
	To   string         `json:"to,omitempty" validate:"max=40"`
}

// AssignPlanRequest is the body of PUT /partners/{id}/plan.
type AssignPlanRequest PlanAssignment

// PodBody is a pod as PUT /pods/{id} takes it.
type PodBody struct {
	Name     string   `json:"name" validate:"required,max=200"`
	Regions  []string `json:"regions,omitempty" validate:"max=300,dive,required,max=64"`
	Capacity *int64   `json:"capacity,omitempty" validate:"omitempty,min=0"`
	Kind     string   `json:"kind,omitempty" validate:"omitempty,oneof=field inside online"`
	Status   string   `json:"status,omitempty" validate:"omitempty,oneof=active paused left"`
	Manager  string   `json:"manager,omitempty" validate:"max=200"`
}

// Pod is a pod as the outside sees it.
type Pod struct {
	ID channel.PodID `json:"id"`
	PodBody
	Customers *int   `json:"customers,omitempty"`
	Held      *int64 `json:"held,omitempty"`
}
