package archtest

import (
	"go/ast"
	"go/constant"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"
)

// rowOf is the row that covers a package, nil if none does.
func rowOf(pkg string) *room {
	for i, r := range rooms {
		if r.path == pkg {
			return &rooms[i]
		}
		if inside, ok := strings.CutSuffix(r.path, "/..."); ok && (pkg == inside || strings.HasPrefix(pkg, inside+"/")) {
			return &rooms[i]
		}
	}
	return nil
}

// allows reports whether the row lets its room import another of our rooms.
func (r *room) allows(pkg string) bool {
	name := strings.TrimPrefix(pkg, internalDir)
	for _, i := range r.imports {
		if i == "*" || i == name || slices.Contains(groups[i], name) {
			return true
		}
	}
	return pkg == r.path
}

func TestEveryRoomImportsOnlyWhatStandsLeftOfIt(t *testing.T) {
	for _, f := range files(t) {
		row := rowOf(f.room())
		if row == nil {
			t.Errorf("%s: package %s has no row in rooms_test.go", f.path, f.room())
			continue
		}
		if f.test() {
			continue // a test may meet whom it needs
		}
		for _, imported := range f.imports() {
			ours, internal := below(imported)
			switch {
			case internal && !row.allows(ours):
				t.Errorf("%s imports %s, which is not on its left (%s)", f.path, ours, row.why)
			case internal && row.pure && !rowOf(ours).pure:
				t.Errorf("%s imports %s, but %s is pure, and %s is not", f.path, ours, row.path, ours)
			case !internal && strings.Contains(strings.Split(imported, "/")[0], ".") && !hasPrefix(row.modules, imported):
				t.Errorf("%s imports %s, which is not a dependency of this room (%s)", f.path, imported, row.why)
			case row.pure && slices.Contains(impure, imported):
				t.Errorf("%s imports %s, but %s is pure: time, chance and the outside are arguments", f.path, imported, row.path)
			}
		}
	}
}

// below is where in the module an imported package is, if it is ours.
func below(imported string) (string, bool) {
	if imported == module {
		return ".", true
	}
	return strings.CutPrefix(imported, module+"/")
}

func hasPrefix(prefixes []string, s string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return s == p || strings.HasPrefix(s, strings.TrimSuffix(p, "/")+"/") })
}

func TestTablesAndDoorsNeverMeet(t *testing.T) {
	for _, r := range rooms {
		if r.path == "internal/httpapi" && (r.allows("internal/table") || r.allows("internal/table/bolt")) {
			t.Error("the doors may import a table")
		}
		if strings.HasPrefix(r.path, "internal/table") && r.allows("internal/httpapi") {
			t.Errorf("%s may import the doors", r.path)
		}
		if r.path == "internal/audit" && (r.allows("internal/usecases") || r.allows("internal/closing") || r.allows("internal/paying")) {
			t.Error("the audit may import what it checks")
		}
	}
}

// The store speaks nouns: a room that sees an item, a key or a version may save
// what it never read.
func TestTheStoreAloneKnowsATable(t *testing.T) {
	for _, r := range rooms {
		if r.allows("internal/table") && !(file{path: strings.TrimSuffix(r.path, "/...")}).in(tableRooms) {
			t.Errorf("%s may import a table", r.path)
		}
	}
	for _, f := range files(t) {
		if f.test() || f.in(keyRooms) {
			continue
		}
		f.selectors(module+"/internal/store", func(name string, at token.Pos) {
			if strings.HasSuffix(name, "Key") || strings.HasSuffix(name, "PK") {
				t.Errorf("%s: store.%s: what is kept under a key is for the store to load and to save", where(f, at), name)
			}
		})
	}
}

func TestOnlyTheCloudRoomsNameTheCloud(t *testing.T) {
	for _, f := range files(t) {
		for _, imported := range f.imports() {
			if strings.HasPrefix(imported, "github.com/aws/") && !f.in(cloudRooms) {
				t.Errorf("%s imports %s", f.path, imported)
			}
		}
	}
}

func TestOnlyTheDoorsNameStatuses(t *testing.T) {
	for _, f := range files(t) {
		if f.test() || f.in(statusRooms) {
			continue
		}
		f.selectors("net/http", func(name string, at token.Pos) {
			if strings.HasPrefix(name, "Status") {
				t.Errorf("%s: http.%s outside httpapi", where(f, at), name)
			}
		})
	}
}

// What a caller sends is said once, in wire, with what it must look like. The
// doors bind paths and queries, and say of those alone what they may be.
func TestValidatorTagsStandOnWhatIsSent(t *testing.T) {
	for _, f := range files(t) {
		if f.test() || f.room() == "internal/wire" {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			field, ok := n.(*ast.Field)
			if !ok || field.Tag == nil || !strings.Contains(field.Tag.Value, `validate:"`) {
				return true
			}
			bound := strings.Contains(field.Tag.Value, `query:"`) || strings.Contains(field.Tag.Value, `path:"`)
			if f.room() != "internal/httpapi" || !bound {
				t.Errorf("%s: a validator tag outside wire, on what is no path and no query", where(f, field.Pos()))
			}
			return true
		})
	}
}

func TestTheClockIsReadAtTheEdgeOnly(t *testing.T) {
	for _, f := range files(t) {
		if f.test() || f.in(clockRooms) {
			continue
		}
		f.selectors("time", func(name string, at token.Pos) {
			if name == "Now" || name == "Since" || name == "Until" {
				t.Errorf("%s: time.%s: the instant is an argument here", where(f, at), name)
			}
		})
	}
}

func TestTheEnvironmentIsReadByConfigOnly(t *testing.T) {
	for _, f := range files(t) {
		if f.test() || f.in(environs) {
			continue
		}
		f.selectors("os", func(name string, at token.Pos) {
			if name == "Getenv" || name == "LookupEnv" || name == "Environ" || name == "ExpandEnv" {
				t.Errorf("%s: os.%s outside internal/config", where(f, at), name)
			}
		})
	}
}

// Floats differ between processors, and money must not. They appear where
// values are modelled and where conditions compare.
func TestFloatsStayWhereValuesAreModelled(t *testing.T) {
	for _, f := range files(t) {
		if f.test() || f.in(floatRooms) {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				if n.Name == "float64" || n.Name == "float32" {
					t.Errorf("%s: %s", where(f, n.Pos()), n.Name)
				}
			case *ast.BasicLit:
				if n.Kind == token.FLOAT && !whole(n.Value) {
					t.Errorf("%s: the float %s", where(f, n.Pos()), n.Value)
				}
			}
			return true
		})
	}
}

// whole reports whether a literal such as 9_000_000e12 is an exact integer.
func whole(literal string) bool {
	v := constant.ToInt(constant.MakeFromLiteral(literal, token.FLOAT, 0))
	return v.Kind() == constant.Int && !strings.Contains(literal, ".")
}

func TestPackagesAreNamedAfterWhatTheyOwn(t *testing.T) {
	for _, f := range files(t) {
		if name := path.Base(f.room()); slices.Contains(vague, name) || slices.Contains(vague, f.ast.Name.Name) {
			t.Errorf("%s: %s says nothing about what it owns", f.path, name)
		}
	}
}

func TestEveryPackageSaysOnceWhatItOwns(t *testing.T) {
	said := map[string][]string{}
	for _, f := range files(t) {
		if f.test() {
			continue
		}
		list := said[f.room()]
		if f.ast.Doc != nil {
			list = append(list, f.path)
		}
		said[f.room()] = list
	}
	for pkg, list := range said {
		if len(list) != 1 {
			t.Errorf("package %s has %d package comments, want one: %v", pkg, len(list), list)
		}
	}
}
