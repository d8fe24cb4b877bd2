package archtest

import (
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../..", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

var required = regexp.MustCompile(`(?m)^\s+(\S+\.\S+/\S+) (v\S+)`)

func TestEveryDependencyIsListedWithItsVersion(t *testing.T) {
	table := read(t, "docs/adr/README.md")
	versions := map[string]string{}
	for _, of := range []string{"infra/go.mod", "go.mod"} {
		for _, m := range required.FindAllStringSubmatch(read(t, of), -1) {
			versions[m[1]] = m[2]
		}
	}
	delete(versions, module) // the stacks' other half
	used := map[string]bool{}
	for _, f := range files(t) {
		for _, imported := range f.imports() {
			if m := moduleOf(imported, versions); m != "" {
				used[m] = true
			}
		}
	}
	for m := range used {
		if !strings.Contains(table, "| "+m+" | "+versions[m]+" |") {
			t.Errorf("docs/adr/README.md does not list %s %s", m, versions[m])
		}
	}
}

func moduleOf(imported string, versions map[string]string) string {
	for p := imported; p != "." && p != "/"; p = path.Dir(p) {
		if versions[p] != "" {
			return p
		}
	}
	return ""
}

func TestTheArchitectureNamesEveryRoomAndStaysShort(t *testing.T) {
	text := read(t, "ARCHITECTURE.md")
	if n := strings.Count(text, "\n"); n > 120 {
		t.Errorf("ARCHITECTURE.md has %d lines, at most 120", n)
	}
	for _, f := range files(t) {
		room := strings.Split(f.path, "/")
		if len(room) < 3 {
			continue
		}
		if name := room[0] + "/" + room[1]; !strings.Contains(text, "`"+name+"`") {
			t.Errorf("ARCHITECTURE.md does not mention %s", name)
		}
	}
}

// TestTheStacksAreRunFromTheTop: cdk typed at the top of the repository
// finds the stacks, and what checks all packages checks theirs.
func TestTheStacksAreRunFromTheTop(t *testing.T) {
	var project struct{ App, Build string }
	if err := json.Unmarshal([]byte(read(t, "cdk.json")), &project); err != nil {
		t.Fatal(err)
	}
	folder, ok := strings.CutPrefix(project.App, "go run ./")
	if !ok || !strings.Contains(read(t, "go.work"), "\n\t./"+folder+"\n") || rowOf(folder) == nil {
		t.Errorf("cdk.json runs %q, which is no package of the workspace", project.App)
	}
	makefile := read(t, "Makefile")
	if !strings.HasSuffix(project.Build, " functions") || !strings.Contains(makefile, "\nALL := ./... ./"+folder+"/...\n") {
		t.Errorf("cdk.json builds by %q, or the Makefile's ALL leaves out %s", project.Build, folder)
	}
	for _, check := range []string{"vet $(ALL)", "run --allow-parallel-runners $(ALL)", "gofmt -l *.go client cmd e2e events functions infra internal localstack"} {
		if !strings.Contains(makefile, check) {
			t.Errorf("the Makefile does not check all packages: want %s", check)
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#:]+)\)`)

func TestLinksBetweenDocumentsLead(t *testing.T) {
	for _, name := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(read(t, name), -1) {
			to := path.Join(path.Dir(name), m[1])
			if _, err := os.Stat(filepath.Join("../..", filepath.FromSlash(to))); err != nil {
				t.Errorf("%s links to %s, which is not there", name, to)
			}
		}
	}
}
