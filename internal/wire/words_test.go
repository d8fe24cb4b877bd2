package wire_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// words are the texts of the constants of a folder that pass of, in order.
func words(t *testing.T, folder string, of func(name, typ string) bool) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		source, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(source, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			typ, _ := spec.Type.(*ast.Ident)
			text, isText := spec.Values[0].(*ast.BasicLit)
			if isText && text.Kind == token.STRING && of(spec.Names[0].Name, typeName(typ)) {
				word, _ := strconv.Unquote(text.Value)
				found[word] = true
			}
			return true
		})
	}
	return slices.Sorted(maps.Keys(found))
}

func typeName(typ *ast.Ident) string {
	if typ == nil {
		return ""
	}
	return typ.Name
}

func named(prefix string) func(string, string) bool {
	return func(name, _ string) bool { return strings.HasPrefix(name, prefix) }
}

func typed(want string) func(string, string) bool {
	return func(_, typ string) bool { return typ == want }
}

// TestStatesOfARunAreThoseOfThePayoutRoom: the outside is told a state as it is
// kept, so a state that is added there needs its word here.
func TestStatesOfARunAreThoseOfThePayoutRoom(t *testing.T) {
	for prefix, typ := range map[string]string{"Run": "RunState", "Line": "LineState"} {
		outside, kept := words(t, ".", named(prefix)), words(t, "../payout", typed(typ))
		if len(kept) == 0 || !slices.Equal(outside, kept) {
			t.Errorf("%s: the outside says %q, payout keeps %q", typ, outside, kept)
		}
	}
}

func TestOutcomesAndBasesAreThoseOfRouting(t *testing.T) {
	for prefix, typ := range map[string]string{"Outcome": "Outcome", "Basis": "Basis"} {
		outside, decided := words(t, ".", named(prefix)), words(t, "../routing", typed(typ))
		if len(decided) == 0 || !slices.Equal(outside, decided) {
			t.Errorf("%s: the outside says %q, routing decides %q", typ, outside, decided)
		}
	}
}

func TestStatesOfCustomersOffersAndPeriodsAreThoseOfTheirRooms(t *testing.T) {
	c := store.Control{Closed: "2026-01", Closing: "2026-02"}
	for outside, kept := range map[string]string{
		wire.StateOffered: routing.StateOffered, wire.StateAssigned: routing.StateAssigned,
		wire.StateWaiting: routing.StateWaiting, wire.StateDeclined: routing.StateDeclined,
		wire.OfferAccepted: store.Accepted, wire.OfferRefused: store.Refused,
		wire.OfferExpired: store.Expired, wire.OfferWithdrawn: store.Withdrawn,
		wire.PeriodClosed: c.State("2026-01"), wire.PeriodClosing: c.State("2026-02"), wire.PeriodOpen: c.State("2026-03"),
	} {
		if outside != kept {
			t.Errorf("the outside says %q, the room keeps %q", outside, kept)
		}
	}
}
