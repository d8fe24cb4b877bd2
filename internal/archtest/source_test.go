package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/fairlead/fairlead"

// file is one parsed Go file of the repository.
type file struct {
	path  string // below the root, with slashes: internal/money/split.go
	lines int
	ast   *ast.File
}

func (f file) room() string { return path.Dir(f.path) }
func (f file) test() bool   { return strings.HasSuffix(f.path, "_test.go") }

// in reports whether the file is one of these rooms, folders or files.
func (f file) in(places []string) bool {
	for _, p := range places {
		if f.path == p || strings.HasPrefix(f.path, p+"/") {
			return true
		}
	}
	return false
}

// imports are the paths a file imports.
func (f file) imports() []string {
	var all []string
	for _, spec := range f.ast.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err == nil {
			all = append(all, p)
		}
	}
	return all
}

// named is the local name of an imported package, "" if it is not imported.
func (f file) named(pkg string) string {
	for _, spec := range f.ast.Imports {
		if spec.Path.Value == strconv.Quote(pkg) {
			if spec.Name != nil {
				return spec.Name.Name
			}
			return path.Base(pkg)
		}
	}
	return ""
}

var (
	fset     = token.NewFileSet()
	parseAll = sync.OnceValues(parseRepository)
)

// files is every Go file of the repository.
func files(t *testing.T) []file {
	t.Helper()
	all, err := parseAll()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func parseRepository() ([]file, error) {
	root, err := filepath.Abs("../..")
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		return nil, err
	}
	var all []file
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		if d.IsDir() {
			hidden := strings.HasPrefix(d.Name(), ".") && rel != "."
			if hidden || d.Name() == "testdata" || d.Name() == "dist" || d.Name() == "node_modules" || d.Name() == "cdk.out" {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		parsed, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		all = append(all, file{path: filepath.ToSlash(rel), lines: fset.File(parsed.Pos()).LineCount(), ast: parsed})
		return nil
	})
	return all, err
}

// where is a place in a file, for messages.
func where(f file, p token.Pos) string {
	return f.path + ":" + strconv.Itoa(fset.Position(p).Line)
}

// calls visits every pkg.Name in a file.
func (f file) selectors(pkg string, visit func(name string, at token.Pos)) {
	local := f.named(pkg)
	if local == "" {
		return
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == local {
				visit(s.Sel.Name, s.Pos())
			}
		}
		return true
	})
}
