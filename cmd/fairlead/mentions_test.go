package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// typedIn is a command line as texts quote it: the program, flags, up to two words.
var typedIn = regexp.MustCompile(`(?:^|[\s"'(:/` + "`" + `])fairlead((?: +-[^\s,` + "`" + `]+(?:[ =][^\s` + "`" + `-]+)?)*) +([a-z]+)\b(?: +([a-z]+)\b)?`)

// TestWhatTextsQuote_IsACommand: documents, help, messages, examples and schemas
// quote commands, and people type them.
func TestWhatTextsQuote_IsACommand(t *testing.T) {
	k, err := kong.New(&grammar{}, kong.ExplicitGroups(groups))
	if err != nil {
		t.Fatal(err)
	}
	quoted := 0
	check := func(where, text string) {
		for _, m := range typedIn.FindAllStringSubmatch(text, -1) {
			quoted++
			if problem := missing(k.Model.Node, m[2], m[3]); problem != "" {
				t.Errorf("%s quotes %q: there is no command %s", where, strings.TrimSpace(m[0]), problem)
			}
		}
	}
	err = filepath.WalkDir("../..", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "../.." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "dist"):
			return filepath.SkipDir
		case strings.HasSuffix(name, ".md"):
			for _, span := range spans.FindAllString(read(t, name), -1) {
				check(name, span)
			}
		case strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go"):
			for _, literal := range literals(t, name) {
				check(name, literal)
			}
		}
		return nil
	})
	if err != nil || quoted < 10 {
		t.Errorf("%d quoted: %v", quoted, err)
	}
}

var spans = regexp.MustCompile("(?m)`[^`]+`|^    .*$")

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name) // #nosec G304 -- found in the repository
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// literals are the strings of a file, tags of commands among them.
func literals(t *testing.T, name string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	ast.Inspect(f, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil {
				all = append(all, text)
			}
		}
		return true
	})
	return all
}

// missing is what is not a command below the node, "" if all of it is one.
func missing(n *kong.Node, words ...string) string {
	for _, word := range words {
		if len(n.Children) == 0 || word == "" {
			return "" // the next word is an argument
		}
		below := n
		for _, child := range n.Children {
			if child.Name == word {
				below = child
			}
		}
		if below == n {
			return strings.TrimSpace(n.Path() + " " + word)
		}
		n = below
	}
	return ""
}
