package wire

import (
	"strings"

	"github.com/fairlead/fairlead/internal/fault"
)

// Problem is the body of every error (RFC 9457). Slug is what machines compare;
// Type is the same as a URI, and Detail is for people.
type Problem struct {
	Type     string        `json:"type"`
	Title    string        `json:"title"`
	Status   int           `json:"status"`
	Detail   string        `json:"detail"`
	Slug     string        `json:"slug"`
	Instance string        `json:"instance,omitempty"` // the request's id, to find it in the log
	Errors   []fault.Field `json:"errors,omitempty"`
}

// Error is the detail and every field, one per line.
func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.Detail)
	for _, f := range p.Errors {
		b.WriteString("\n  ")
		if f.Field != "" {
			b.WriteString(f.Field + ": ")
		}
		b.WriteString(strings.ReplaceAll(f.Message, "\n", "\n    "))
	}
	if p.Status >= 500 && p.Instance != "" {
		b.WriteString("\n  request " + p.Instance)
	}
	return b.String()
}
