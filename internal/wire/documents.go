package wire

import (
	"encoding/json"
	"time"
)

// The kinds of a document people publish.
const (
	KindProgramme = "programme"
	KindPolicy    = "policy"
	KindPlan      = "plan"
)

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
