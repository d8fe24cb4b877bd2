package channel

import "time"

// Status of a partner or pod.
type Status string

// active; paused (keeps its customers, gets none); left (its customers are
// routed again).
const (
	Active Status = "active"
	Paused Status = "paused"
	Left   Status = "left"
)

// Unlimited is the Capacity of an owner without a limit.
const Unlimited int64 = -1

// Partner is a company that serves customers for us.
type Partner struct {
	ID             PartnerID `json:"id"`
	Name           string    `json:"name"`
	Currency       string    `json:"currency"` // ISO 4217
	Regions        []string  `json:"regions,omitempty"`
	Segments       []string  `json:"segments,omitempty"`
	Certifications []string  `json:"certifications,omitempty"`
	// WeightMicros is the weight in millionths: 0, or 10,000 (0.01) to
	// 10,000,000,000 (10000).
	WeightMicros int64        `json:"weightMicros"`
	Capacity     int64        `json:"capacity"` // customers held or offered at most; Unlimited
	Status       Status       `json:"status"`
	Level        string       `json:"level,omitempty"`
	Manager      string       `json:"manager,omitempty"`
	Plans        []Assignment `json:"plans,omitempty"` // by From, ascending
}

// Assignment puts a partner on a plan from a day on, until the next assignment.
type Assignment struct {
	Plan PlanID    `json:"plan"`
	From time.Time `json:"from"`
	To   time.Time `json:"to,omitzero"` // zero: until the next one begins
}

// Pod is a team of the company's own sales force. Its capacity and regions are
// as a partner's; kind is field, inside or online.
type Pod struct {
	ID       PodID    `json:"id"`
	Name     string   `json:"name"`
	Regions  []string `json:"regions,omitempty"`
	Capacity int64    `json:"capacity"`
	Kind     string   `json:"kind,omitempty"`
	Status   Status   `json:"status"`
	Manager  string   `json:"manager,omitempty"`
}

// Directory is everybody who can serve a customer, each list sorted by id.
type Directory struct {
	Partners []Partner `json:"partners"`
	Pods     []Pod     `json:"pods"`
}

// Programme is what holds for the whole installation (DOCUMENTS.md). The zero
// Programme is the one in force when none was published: UTC, no grace, no
// minimum, routing of a customer seen for the first time.
type Programme struct {
	ID                string
	Name              string
	TimeZone          string
	ReportingCurrency string
	RouteOnCall       bool             // "routeOn": "call"
	GraceDays         int              // days after a period's end before it may be closed
	MinimumPayout     map[string]int64 // minor units by currency
	DisputeDays       int
	DiffThresholdPPM  int64
	RefuseBeyondPPM   int64  // 0: no limit
	Rail              string // one of Rails; "": that of the installation
}
