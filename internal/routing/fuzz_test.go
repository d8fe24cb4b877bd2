package routing

import (
	"testing"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
)

// Any text sent as a policy is refused with a reason or can be published,
// explained and read back as the same policy.
func FuzzParse(f *testing.F) {
	f.Add(readFile(f, "testdata/worldwide.json"))
	f.Add([]byte(`{"id":"p","effectiveFrom":"2026-01-01","currency":"JPY","tiers":[{"name":"a","minValue":"0","channel":"partner"}]}`))
	f.Add([]byte(`{"id":"p","effectiveFrom":"2026-01-01","currency":"EUR","tiers":[{"name":"a","minValue":"0.00","channel":"partner"}],` +
		`"examples":[{"name":"x","given":{"owner":"pod:d","directory":{"pods":[{"id":"d","full":true}]},"lastMove":{"daysAgo":3}},"expect":{"owner":"pod:d"}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse(data, channel.Calendar{})
		if err != nil {
			if fault.Of(err).Kind != fault.Invalid {
				t.Fatalf("not the caller's fault: %v", err)
			}
			return
		}
		if _, err := p.Check(); err != nil && fault.Of(err).Kind != fault.Invalid {
			t.Fatalf("not the caller's fault: %v", err)
		}
		if len(p.Sentences()) == 0 {
			t.Fatal("no sentences")
		}
		q, err := Parse(p.Bytes(), channel.Calendar{})
		if err != nil || q.Hash() != p.Hash() {
			t.Fatalf("read back: %v", err)
		}
	})
}
