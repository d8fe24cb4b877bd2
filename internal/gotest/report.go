package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// event is one line of `go test -json` (see `go doc test2json`).
type event struct {
	Action     string
	Package    string
	ImportPath string
	Test       string
	Output     string
	Elapsed    float64 // seconds
}

// named are the tests whose cases are told by name when all is well.
var named = regexp.MustCompile(`Worked|Pin(s|ned)`)

// report gathers what go test says.
type report struct {
	w       io.Writer
	all     bool                // every test is named as it passes
	output  map[string][]string // what a test or package ("pkg\x00test") printed
	parents map[string]bool     // tests that have subtests
	named   []string
	skipped []string
	failed  []string

	packages, tests int
}

func newReport(w io.Writer) *report {
	return &report{w: w, output: map[string][]string{}, parents: map[string]bool{}}
}

func (e event) key() string { return e.Package + "\x00" + e.Test }

// name is the test as people read it: the package without the module, the test,
// and its case with the spaces it was written with.
func (e event) name() string {
	test, subtest, _ := strings.Cut(e.Test, "/")
	return strings.TrimSuffix(strings.TrimSpace(path.Base(e.Package)+" "+test)+"/"+strings.ReplaceAll(subtest, "_", " "), "/")
}

// read takes events until the stream ends. Lines that are no event are printed.
func (r *report) read(in io.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 64<<10), 16<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			fmt.Fprintln(r.w, lines.Text())
			continue
		}
		r.take(e)
	}
	return lines.Err()
}

func (r *report) take(e event) {
	switch {
	case e.Action == "build-output":
		fmt.Fprint(r.w, e.Output)
	case e.Action == "output" && e.Test == "" && verdict(e.Output):
		fmt.Fprint(r.w, e.Output)
	case e.Action == "output":
		r.output[e.key()] = append(r.output[e.key()], e.Output)
	case e.Test == "":
		r.endPackage(e)
	default:
		r.endTest(e)
	}
}

// verdict reports whether a line is go test's own about a whole package.
func verdict(line string) bool {
	for _, start := range []string{"ok  \t", "FAIL\t", "?   \t"} {
		if strings.HasPrefix(line, start) {
			return true
		}
	}
	return false
}

func (r *report) endPackage(e event) {
	switch e.Action {
	case "pass", "skip":
		r.packages++
	case "fail":
		r.packages++
		r.failed = append(r.failed, e.name())
		r.unended(e.Package)
		r.tell(e)
	}
	if e.Action != "start" {
		delete(r.output, e.key())
	}
}

// unended tells what tests wrote that a package took with it: it was killed, or
// ended itself.
func (r *report) unended(pkg string) {
	for _, key := range slices.Sorted(maps.Keys(r.output)) {
		if test, ok := strings.CutPrefix(key, pkg+"\x00"); ok && test != "" {
			fmt.Fprintln(r.w, "--- NOT ENDED:", test)
			r.tell(event{Package: pkg, Test: test})
			delete(r.output, key)
		}
	}
}

func (r *report) endTest(e event) {
	if e.Action == "run" {
		if i := strings.LastIndexByte(e.Test, '/'); i > 0 {
			r.parents[e.Package+"\x00"+e.Test[:i]] = true
		}
		return
	}
	if e.Action != "pass" && e.Action != "skip" && e.Action != "fail" {
		return
	}
	r.tests++
	switch {
	case e.Action == "fail":
		r.failed = append(r.failed, e.name())
		r.tell(e)
	case e.Action == "skip":
		r.skipped = append(r.skipped, e.name()+": "+r.reason(e))
	case r.all:
		if !r.parents[e.key()] {
			fmt.Fprintf(r.w, "    %s\t%.1fs\n", e.name(), e.Elapsed)
		}
	case named.MatchString(e.Test) && !r.parents[e.key()]:
		r.named = append(r.named, e.name())
	}
	delete(r.output, e.key())
}

// tell prints all that a failed test or package wrote.
func (r *report) tell(e event) {
	for _, line := range r.output[e.key()] {
		if !strings.HasPrefix(line, "=== ") && line != "FAIL\n" {
			fmt.Fprint(r.w, line)
		}
	}
}

// reason is what a skipped test gave as its reason: the last line it wrote but
// the one that says SKIP, without the file and line in front.
func (r *report) reason(e event) string {
	lines := r.output[e.key()]
	for _, line := range slices.Backward(lines) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "---") || strings.HasPrefix(line, "===") {
			continue
		}
		if _, said, ok := strings.Cut(line, ".go:"); ok {
			_, said, _ = strings.Cut(said, ": ")
			return said
		}
		return line
	}
	return "no reason given"
}

// sum prints what was gathered; the last line begins as go test's own lines do.
func (r *report) sum(good bool, took time.Duration) {
	r.list("Worked numbers and pins that hold:", r.named)
	r.list("Skipped:", r.skipped)
	r.list("Failed:", r.failed)
	total := fmt.Sprintf("%d tests in %d packages, %d skipped\t%.1fs\n", r.tests, r.packages, len(r.skipped), took.Seconds())
	if good {
		fmt.Fprint(r.w, "PASS\nok  \t", total)
		return
	}
	fmt.Fprint(r.w, "FAIL\nFAIL\t", total)
}

func (r *report) list(title string, names []string) {
	if len(names) == 0 {
		return
	}
	slices.Sort(names)
	fmt.Fprintln(r.w, title)
	for _, n := range slices.Compact(names) {
		fmt.Fprintln(r.w, "   ", n)
	}
}
