package service

import (
	"encoding/json"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

// The kinds of a document people publish.
const (
	KindProgramme = "programme"
	KindPolicy    = "policy"
	KindPlan      = "plan"
)

// PublishRequest brings a document. DryRun validates and computes the examples
// without publishing.
type PublishRequest struct {
	Kind   string
	Raw    []byte
	DryRun bool
}

// Published is the answer: what is in force from when, and what the examples
// computed.
type Published struct {
	DocumentInfo
	Unchanged bool            `json:"unchanged"` // the same content had been published: the same version
	DryRun    bool            `json:"dryRun,omitempty"`
	Examples  []ExampleResult `json:"examples"`
	Warnings  []string        `json:"warnings"`
	// Whole says of each hand-over of a plan how whole it keeps a partner.
	Whole []string `json:"whole,omitempty"`
	Text  []string `json:"text,omitempty"` // the document in plain sentences
}

// ExampleResult is one worked example of a document.
type ExampleResult struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail,omitempty"` // the difference, line by line
}

// DocumentInfo is one version of a document without its text.
type DocumentInfo struct {
	Kind          string    `json:"kind"`
	ID            string    `json:"id"`
	Version       int       `json:"version"`
	Hash          string    `json:"hash"`
	EffectiveFrom string    `json:"effectiveFrom,omitempty"` // a day of the programme's zone
	PublishedAt   time.Time `json:"publishedAt,omitzero"`
	PublishedBy   string    `json:"publishedBy,omitempty"`
	InForce       bool      `json:"inForce"`
	// State says where the version stands now; absent in the answer to a dry run.
	State VersionState `json:"state,omitempty"`
	// SupersededBy is the version that took its place, ID@VERSION; of policies it
	// may be one of another id.
	SupersededBy string `json:"supersededBy,omitempty"`
}

// VersionState is where a version of a document stands. Of all policies one is
// in force, of each plan one version.
type VersionState string

// The states of a version.
const (
	VersionInForce    VersionState = "in_force"
	VersionUpcoming   VersionState = "upcoming"   // will be, from its effectiveFrom
	VersionSuperseded VersionState = "superseded" // was, or was to be: another took its place
)

// VersionStates lists them all.
func VersionStates() []VersionState {
	return []VersionState{VersionInForce, VersionUpcoming, VersionSuperseded}
}

// Document is one version with its text and what it says in plain sentences.
type Document struct {
	DocumentInfo
	Versions []DocumentInfo  `json:"versions"`
	Document json.RawMessage `json:"document"`
	Text     []string        `json:"text,omitempty"`
}

// DocumentDiff compares two versions, named "ID@VERSION" or "ID" for its newest.
type DocumentDiff struct {
	A       DocumentInfo `json:"a"`
	B       DocumentInfo `json:"b"`
	Changes []Change     `json:"changes"`
}

// Change is one value that differs; From or To absent: it is not there.
type Change struct {
	Path string          `json:"path"`
	From json.RawMessage `json:"from,omitempty"`
	To   json.RawMessage `json:"to,omitempty"`
}

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

// AssignPlanRequest is PUT /partners/{id}/plan.
type AssignPlanRequest struct {
	Partner channel.PartnerID
	PlanAssignment
}

// SweepSummary is what one sweep did.
type SweepSummary struct {
	Expired  int `json:"expired"`  // offers that ended by the clock
	Waiting  int `json:"waiting"`  // waiting customers routed again
	Placed   int `json:"placed"`   // of those, who is somebody's (or offered) now
	Fallback int `json:"fallback"` // assigned after waiting too long
	Orphaned int `json:"orphaned"` // customers whose owner left or no longer serves them
	NightSummary
	Failed []FailedRoute `json:"failed,omitempty"`
}

// Portfolio is what an owner holds, folded now.
type Portfolio struct {
	Owner     channel.Owner `json:"owner"`
	AsOf      time.Time     `json:"asOf"`
	Customers int           `json:"customers"`
	Offered   int           `json:"offered"`
	// Value is what its customers are worth now, ValueAtStart what those it had
	// when the period began were worth then, Change the difference; per currency.
	Value        []Money         `json:"value"`
	ValueAtStart []Money         `json:"valueAtStart"`
	Change       []Money         `json:"change"`
	Came         []PortfolioMove `json:"came"`
	Went         []PortfolioMove `json:"went"`
	Tiers        map[string]int  `json:"tiers"`
	Period       channel.Period  `json:"period"`
	Revenue      []Money         `json:"revenue"` // this period's, net of refunds known
	Top          []PortfolioLine `json:"top"`     // the most valuable, at most 20
	// Failed are customers that are not counted since their data are damaged.
	Failed []FailedRoute `json:"failed,omitempty"`
}

// PortfolioLine is one customer of a portfolio.
type PortfolioLine struct {
	CustomerID channel.CustomerID `json:"customerId"`
	Tier       string             `json:"tier"`
	Value      Money              `json:"value"`
	Since      time.Time          `json:"since"`
}
