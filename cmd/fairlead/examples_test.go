package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestExamples_PrintWhatTheySay types the commands of every example into a copy
// of its folder. Lines that begin with #> must be in what the command above them
// prints; a command that fails must say with which exit code.
func TestExamples_PrintWhatTheySay(t *testing.T) {
	scripts, err := filepath.Glob("../../examples/*/commands.sh")
	if err != nil || len(scripts) < 2 {
		t.Fatalf("%d examples: %v", len(scripts), err)
	}
	for _, script := range scripts {
		t.Run(filepath.Base(filepath.Dir(script)), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(filepath.Dir(script))); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(script)
			if err != nil {
				t.Fatal(err)
			}
			var said, failure string
			for line := range strings.Lines(string(text) + "fairlead") {
				want, expected := strings.CutPrefix(strings.TrimSpace(line), "#> ")
				switch {
				case expected && !strings.Contains(said, want):
					t.Errorf("%q is not in\n%s", want, said)
				case expected && want == failure:
					failure = ""
				case strings.HasPrefix(line, "fairlead") && failure != "":
					t.Fatalf("%s was not expected of\n%s", failure, said)
				case strings.HasPrefix(line, "fairlead "):
					said, failure = typed(t, dir, line)
				}
			}
		})
	}
}

// typed is what a command prints, and its exit code in words if that is not 0.
func typed(t *testing.T, dir, line string) (said, failure string) {
	t.Helper()
	var out bytes.Buffer
	args := append([]string{"--data", filepath.Join(dir, "data"), "--user", "ann"}, strings.Fields(line)[1:]...)
	code := run(t.Context(), args, &machine{out: &out, err: &out, dir: dir, clock: time.Now})
	if code != 0 {
		failure = fmt.Sprint("exit code ", code)
	}
	return out.String() + failure, failure
}
