package incentive

import (
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

// Plan is one version of a plan, parsed and valid. It is immutable and safe for
// concurrent use. Version and Hash are the caller's to set (Parse leaves Version
// 0 and sets Hash to that of the canonical document).
type Plan struct {
	ID            channel.PlanID
	Version       int          // from 1 on; 0: not published
	Hash          string       // of the canonical document
	EffectiveFrom string       // a day of the programme's zone, "2026-01-01"
	Currency      string       // ISO 4217: of every amount of the plan
	Note          string       // words for people; nothing is computed from them
	Components    []*Component // in document order; never nil entries
	Examples      []Example

	canonical []byte
}

// PlanRef names a plan version.
type PlanRef struct {
	ID      channel.PlanID `json:"id"`
	Version int            `json:"version"`
	Hash    string         `json:"hash"`
}

// Start is the first instant at which the version may be in effect.
func (p *Plan) Start(cal channel.Calendar) time.Time {
	t, _ := cal.ParseDate("effectiveFrom", p.EffectiveFrom) // valid since Parse
	return t
}

// Canonical is the document's canonical JSON, as hashed. Callers must not
// change it.
func (p *Plan) Canonical() []byte { return p.canonical }

// Ref names this version.
func (p *Plan) Ref() PlanRef { return PlanRef{p.ID, p.Version, p.Hash} }
