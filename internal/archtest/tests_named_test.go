package archtest

import (
	"go/ast"
	"os"
	"regexp"
	"strings"
	"testing"
)

var testName = regexp.MustCompile("`(Test[A-Za-z0-9_]+)`")

// TestDocumentsNameTestsThatExist: a document that says which test shows
// something is believed.
func TestDocumentsNameTestsThatExist(t *testing.T) {
	there := map[string]bool{}
	for _, f := range files(t) {
		if !f.test() {
			continue
		}
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && strings.HasPrefix(fn.Name.Name, "Test") {
				there[fn.Name.Name] = true
			}
		}
	}
	for _, name := range []string{"bad-weather.md", "performance.md"} {
		text, err := os.ReadFile("../../docs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range testName.FindAllStringSubmatch(string(text), -1) {
			if !there[m[1]] {
				t.Errorf("docs/%s names %s, which is not there", name, m[1])
			}
		}
	}
}
