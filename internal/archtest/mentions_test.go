package archtest

import (
	"go/ast"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// documents are the texts people read, below the root.
func documents(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/adr/*.md", "internal/*/README.md"} {
		found, err := filepath.Glob(filepath.Join("../..", pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, name := range found {
			all = append(all, strings.TrimPrefix(filepath.ToSlash(name), "../../"))
		}
	}
	return all
}

// code is what a document sets as code: spans in backticks and indented lines.
var code = regexp.MustCompile("(?m)`[^`\n]+(?:\n[^`\n]+)?`|^    .*$")

var made = regexp.MustCompile(`(?:^|[^A-Za-z-])make((?:\s+[a-z][a-z0-9-]*)+)`)

// targets are those of the Makefile.
func targets(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^([a-z][a-z0-9 -]*):[^=]`).FindAllStringSubmatch(read(t, "Makefile"), -1) {
		for name := range strings.FieldsSeq(m[1]) {
			all[name] = true
		}
	}
	return all
}

func TestDocumentsNameTargetsThatExist(t *testing.T) {
	there := targets(t)
	for _, name := range documents(t) {
		for _, span := range code.FindAllString(read(t, name), -1) {
			for _, m := range made.FindAllStringSubmatch(span, -1) {
				for target := range strings.FieldsSeq(m[1]) {
					if !there[target] {
						t.Errorf("%s names make %s, which there is not", name, target)
					}
				}
			}
		}
	}
}

// TestMessagesNameTargetsThatExist: what a program or a script says to do next is
// done. A message names a target where a sentence or a bracket begins.
func TestMessagesNameTargetsThatExist(t *testing.T) {
	there := targets(t)
	said := regexp.MustCompile(`(?:^|[:;(] ?|then )make ([a-z][a-z0-9-]*)`)
	check := func(where, text string) {
		for _, m := range said.FindAllStringSubmatch(text, -1) {
			if !there[m[1]] && m[1] != "room" {
				t.Errorf("%s names make %s, which there is not", where, m[1])
			}
		}
	}
	for _, f := range files(t) {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && !f.in([]string{"internal/archtest"}) {
				text, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				check(where(f, lit.Pos()), text)
			}
			return true
		})
	}
	for _, pattern := range []string{"localstack/*.sh", ".ci/*"} {
		scripts, err := filepath.Glob("../../" + pattern)
		if err != nil || len(scripts) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, name := range scripts {
			name = strings.TrimPrefix(filepath.ToSlash(name), "../../")
			check(name, read(t, name))
		}
	}
}

// A span names a file if it reads as a path of ours: it begins with one of our
// folders, or ends as our files do.
var (
	ourFile = regexp.MustCompile(`^[\w.*-]+(/[\w.*-]+)*/?$`)
	ourEnd  = regexp.MustCompile(`\.(md|go|sh|yml|txtar)$`)
	// made by commands, or of others: an image of Docker
	produced = []string{"bin/", "dist", ".localstack/", ".tools", "cdk.out", "./...", "localstack/localstack:"}
)

func TestDocumentsNameFilesThatExist(t *testing.T) {
	for _, name := range documents(t) {
		for _, span := range code.FindAllString(read(t, name), -1) {
			span = strings.Trim(span, "`")
			at, _, _ := strings.Cut(span, ":") // a line may follow
			first, _, below := strings.Cut(at, "/")
			_, err := os.Stat(filepath.Join("../..", first))
			if !ourFile.MatchString(at) || !(below && err == nil || ourEnd.MatchString(at)) ||
				slices.ContainsFunc(produced, func(p string) bool { return strings.HasPrefix(span, p) }) {
				continue
			}
			if !there(at) && !there(path.Join(path.Dir(name), at)) {
				t.Errorf("%s names %s, which is not there", name, at)
			}
		}
	}
}

func there(pattern string) bool {
	found, err := filepath.Glob(filepath.Join("../..", filepath.FromSlash(pattern)))
	return err == nil && len(found) > 0
}
