package archtest

import (
	"go/ast"
	"testing"
)

// How large things may grow before they must be taken apart. Long tables of
// test cases are welcome, so functions of tests have no limit, but files do.
const (
	maxFunction   = 60
	maxMain       = 40
	maxParameters = 4 // a context beside them is not counted
	maxFile       = 400
)

// wide are the functions that may have one parameter more, each for a reason.
var wide = map[string]string{
	"internal/seal.Included":  "a proof, as RFC 6962 states it, is five things",
	"internal/payout.Prepare": "a run is named by period and number, and says who made it and when",
	"internal/httpapi.route":  "one row of the table of routes",
	"internal/httpapi.raw":    "one row of the table of routes",
}

func TestNothingOutgrowsAPage(t *testing.T) {
	for _, f := range files(t) {
		if ast.IsGenerated(f.ast) {
			continue
		}
		if f.lines > maxFile {
			t.Errorf("%s has %d lines, at most %d", f.path, f.lines, maxFile)
		}
		if f.test() {
			continue
		}
		for _, decl := range f.ast.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Body != nil {
				checkFunction(t, f, fn)
			}
		}
	}
}

func checkFunction(t *testing.T, f file, fn *ast.FuncDecl) {
	t.Helper()
	lines := fset.Position(fn.End()).Line - fset.Position(fn.Pos()).Line + 1
	limit := maxFunction
	if f.ast.Name.Name == "main" && fn.Name.Name == "main" {
		limit = maxMain
	}
	if lines > limit {
		t.Errorf("%s: %s has %d lines, at most %d", where(f, fn.Pos()), fn.Name.Name, lines, limit)
	}
	most := maxParameters
	if wide[f.room()+"."+fn.Name.Name] != "" {
		most++
	}
	if n := parameters(fn); n > most {
		t.Errorf("%s: %s has %d parameters, at most %d", where(f, fn.Pos()), fn.Name.Name, n, most)
	}
}

func parameters(fn *ast.FuncDecl) int {
	n := fn.Type.Params.NumFields()
	for _, p := range fn.Type.Params.List {
		if s, ok := p.Type.(*ast.SelectorExpr); ok && s.Sel.Name == "Context" {
			n -= max(1, len(p.Names))
		}
	}
	return n
}
