package routing

import (
	"os"
	"testing"

	"github.com/fairlead/fairlead/internal/channel"
)

func mustParse(t testing.TB, text string) *Policy {
	t.Helper()
	p, err := Parse([]byte(text), channel.Calendar{})
	if err != nil {
		t.Fatal(err)
	}
	return p.As(1)
}

func TestPolicy_OfTheDocuments_Publishes(t *testing.T) {
	text, err := os.ReadFile("testdata/worldwide.json")
	if err != nil {
		t.Fatal(err)
	}
	p := mustParse(t, string(text))
	results, err := p.Check()
	if err != nil {
		t.Fatal(err)
	}
	t.Log(results, p.Warnings())
}
