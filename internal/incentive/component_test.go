package incentive

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What is served as plan.json, byte for byte: editors and clients keep copies.
func TestSchema_AssembledOfItsComponents_IsTheOneServed(t *testing.T) {
	const file = "testdata/plan.json"
	if *update {
		if err := os.WriteFile(file, Schema.Source(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(Schema.Source()) != string(want) {
		t.Errorf("%v: the schema is not that of %s:\n%s", err, file, Schema.Source())
	}
}

// A component is a file: what belongs to its type stands nowhere else.
func TestComponentTypes_EachHasItsFileItsSchemaAndACase(t *testing.T) {
	cases := textOf(t, "testdata/*.txtar")
	shared := map[string]bool{}
	for _, file := range globbed(t, "*.go") {
		shared[file] = !strings.HasSuffix(file, "_test.go") && file != "components.go"
	}
	for i := range componentTypes {
		name := string(componentTypes[i].is)
		if len(globbed(t, name+".go")) != 1 || len(globbed(t, "schema/"+name+".json")) != 1 {
			t.Errorf("%s has no file or no schema of its name", name)
		}
		if !strings.Contains(cases, `"type": "`+name+`"`) {
			t.Errorf("no case in testdata has a %s", name)
		}
		for _, own := range append(globbed(t, name+"_*.go"), name+".go") {
			shared[own] = false
		}
	}
	for file, is := range shared {
		for i := range componentTypes {
			if name := string(componentTypes[i].is); is && strings.Contains(textOf(t, file), name+"Type") {
				t.Errorf("%s knows the type %s", file, name)
			}
		}
	}
}

// A comment that names a case is believed.
func TestComments_NameCasesThatExist(t *testing.T) {
	for _, name := range regexp.MustCompile(`[a-z0-9-]+\.txtar`).FindAllString(textOf(t, "*.go"), -1) {
		if _, err := os.Stat("testdata/" + name); err != nil {
			t.Error(err)
		}
	}
}

// A README that names a test, a case or a file is believed too.
func TestReadme_NamesTestsCasesAndFilesThatExist(t *testing.T) {
	readme, tests := textOf(t, "README.md"), textOf(t, "*_test.go")
	for _, name := range regexp.MustCompile(`\bTest\w+`).FindAllString(readme, -1) {
		if !strings.Contains(tests, "\nfunc "+name+"(") {
			t.Errorf("there is no test %s", name)
		}
	}
	for _, m := range regexp.MustCompile("`([a-z0-9_*./-]+\\.(?:go|txtar))`").FindAllStringSubmatch(readme, -1) {
		if len(globbed(t, m[1])) == 0 {
			t.Errorf("there is no %s", m[1])
		}
	}
}

func globbed(t *testing.T, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func textOf(t *testing.T, pattern string) string {
	t.Helper()
	var all strings.Builder
	for _, name := range globbed(t, pattern) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}
