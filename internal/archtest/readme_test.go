package archtest

import (
	"go/ast"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// readmeSections are what the README of a room says, in this order.
var readmeSections = []string{"Model", "What it owns, and what not", "Invariants", "Time"}

var (
	namedTest  = regexp.MustCompile("`(?:([a-z]+)\\.)?((?:Test|Fuzz)[A-Za-z0-9_]+)`") // of this room, or of room.TestName
	namedFile  = regexp.MustCompile("`([a-z0-9_*./-]+\\.(?:go|txtar|json|html))`")
	headingOf  = regexp.MustCompile(`(?m)^## (.+)$`)
	invariants = regexp.MustCompile(`(?m)^\d+\. `)
)

// TestReadmes_NameTestsAndFilesThatExist: a README that says which test holds
// an invariant is believed.
func TestReadmes_NameTestsAndFilesThatExist(t *testing.T) {
	there := testsByRoom(t)
	for _, name := range readmes(t) {
		room, text := path.Dir(name), read(t, name)
		for _, m := range namedTest.FindAllStringSubmatch(text, -1) {
			in := room
			if m[1] != "" {
				in = internalDir + m[1]
			}
			if !there[in][m[2]] {
				t.Errorf("%s names %s, which is not in %s", name, m[2], in)
			}
		}
		for _, m := range namedFile.FindAllStringSubmatch(text, -1) {
			if found, err := filepath.Glob(filepath.Join("../..", room, m[1])); err != nil || len(found) == 0 {
				t.Errorf("%s names %s, which is not there", name, m[1])
			}
		}
	}
}

// TestReadmes_SayModelOwnershipInvariantsAndTime: and each invariant names the
// test that holds it.
func TestReadmes_SayModelOwnershipInvariantsAndTime(t *testing.T) {
	for _, name := range readmes(t) {
		text := read(t, name)
		var headings []string
		for _, m := range headingOf.FindAllStringSubmatch(text, -1) {
			headings = append(headings, m[1])
		}
		if !slices.Equal(headings, readmeSections) {
			t.Errorf("%s has the sections %q, want %q", name, headings, readmeSections)
			continue
		}
		_, list, _ := strings.Cut(text, "## Invariants\n")
		list, _, _ = strings.Cut(list, "\n## ")
		starts := invariants.FindAllStringIndex(list, -1)
		if len(starts) == 0 {
			t.Errorf("%s has no numbered invariant", name)
		}
		for i, at := range starts {
			end := len(list)
			if i+1 < len(starts) {
				end = starts[i+1][0]
			}
			if item := strings.TrimSpace(list[at[0]:end]); !namedTest.MatchString(item) {
				t.Errorf("%s: no test holds the invariant %q", name, item)
			}
		}
	}
}

// readmes are the README.md of rooms, below the root.
func readmes(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("../../internal/*/README.md")
	if err != nil || len(found) == 0 {
		t.Fatalf("no README of a room: %v", err)
	}
	for i := range found {
		found[i] = strings.TrimPrefix(filepath.ToSlash(found[i]), "../../")
	}
	return found
}

// testsByRoom are the names of the tests of each room.
func testsByRoom(t *testing.T) map[string]map[string]bool {
	t.Helper()
	all := map[string]map[string]bool{}
	for _, f := range files(t) {
		if !f.test() {
			continue
		}
		if all[f.room()] == nil {
			all[f.room()] = map[string]bool{}
		}
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil {
				all[f.room()][fn.Name.Name] = true
			}
		}
	}
	return all
}
