package routing

import (
	"github.com/fairlead/fairlead/internal/channel"
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
	index directoryIndex
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
	Weight         string            `json:"weight"`
	Capacity       int64             `json:"capacity"`

	micros uint64
}

// PodTerms are the fields of a pod that Decide reads.
type PodTerms struct {
	ID       channel.PodID  `json:"id"`
	Status   channel.Status `json:"status"`
	Kind     string         `json:"kind,omitempty"`
	Regions  []string       `json:"regions,omitempty"`
	Capacity int64          `json:"capacity"`
}

// NewDirectory takes the terms out of the directory people keep; the order of
// its lists does not matter.
func NewDirectory(d channel.Directory) (*Directory, error) { panic("routing: not built yet") }

// ParseDirectory reads the canonical bytes of a stored directory.
func ParseDirectory(canonical []byte) (*Directory, error) { panic("routing: not built yet") }

// Hash names the directory: "sha256:..." of Bytes.
func (d *Directory) Hash() string { return d.hash }

// Bytes is the canonical JSON of the directory; callers must not change it.
func (d *Directory) Bytes() []byte { return d.bytes }

type directoryIndex struct{}
