package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestTranscripts compares what each command prints, word for word: a file of
// testdata/transcript for each noun. All of them begin on the same data folder,
// which testdata/programme.txtar makes. UPDATE=1 writes what is printed now.
func TestTranscripts(t *testing.T) {
	programme, err := txtar.ParseFile("testdata/programme.txtar")
	if err != nil {
		t.Fatal(err)
	}
	start := t.TempDir()
	playProgramme(t, programme, start)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/transcript", RequireExplicitExec: true, UpdateScripts: os.Getenv("UPDATE") != "",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"served": served, "exits": exits},
		Setup: func(e *testscript.Env) error {
			e.Setenv("USER", "ann")
			e.Setenv("HOME", e.WorkDir)
			return errors.Join(os.CopyFS(e.WorkDir, os.DirFS(start)), closeKeys(filepath.Join(e.WorkDir, ".fairlead")))
		},
	})
}

// playProgramme runs the commands of a programme in a folder with its files.
func playProgramme(t *testing.T, programme *txtar.Archive, dir string) {
	t.Helper()
	for _, f := range programme.Files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for line := range strings.Lines(string(programme.Comment)) {
		args, ok := strings.CutPrefix(strings.TrimSpace(line), "fairlead ")
		if !ok {
			continue
		}
		var said bytes.Buffer
		m := &machine{out: &said, err: &said, clock: time.Now, dir: dir}
		at := append([]string{"--data", filepath.Join(dir, ".fairlead")}, strings.Fields(args)...)
		if code := run(t.Context(), at, m); code != 0 {
			t.Fatalf("fairlead %s ended with %d: %s", args, code, said.String())
		}
	}
}

// closeKeys makes a copied folder's files their owner's alone again: a key that
// others can read is refused.
func closeKeys(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	for _, file := range files {
		err = errors.Join(err, os.Chmod(file, 0o600))
	}
	return err
}

// notCompared are the commands whose output is another one each time, or is
// compared elsewhere; they are only run.
var notCompared = map[string]string{
	"demo":    "demo_test.go compares its account",
	"keys":    "a key is of chance",
	"serve":   "the address is of chance",
	"token":   "a token is signed by a key of chance",
	"version": "every release has another one",
}

// TestTranscripts_ShowEveryCommandAndEveryMisuse walks the grammar: what each
// command prints is compared in some script, and so is what it says to a command
// line that is wrong.
func TestTranscripts_ShowEveryCommandAndEveryMisuse(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d scripts, %v", len(files), err)
	}
	s := newSeen(t)
	for _, file := range files {
		script, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s.read(string(script.Comment))
	}
	var all []string
	for _, leaf := range s.parser.Model.Leaves(false) {
		words := namedBy(leaf)
		all = append(all, words)
		if _, ok := notCompared[words]; !ok && !s.shown[words] {
			t.Errorf("fairlead %s: no script compares what it prints", words)
		}
		if !s.misused[words] {
			t.Errorf("fairlead %s: no script compares what it says to a wrong command line", words)
		}
	}
	for words := range notCompared {
		if !slices.Contains(all, words) {
			t.Errorf("there is no command %q", words)
		}
	}
}

// seen are the commands whose whole output some script compares.
type seen struct {
	parser  *kong.Kong
	shown   map[string]bool // what it prints
	misused map[string]bool // what it says to a wrong command line
}

func newSeen(t *testing.T) *seen {
	t.Helper()
	parser, err := kong.New(&grammar{}, kong.Name("fairlead"), kong.ExplicitGroups(groups),
		kong.Exit(func(int) {}), kong.Writers(io.Discard, io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	return &seen{parser: parser, shown: map[string]bool{}, misused: map[string]bool{}}
}

// read notes the commands of a script whose output is compared before the next
// one: of those that end with 2 what they say on stderr, of others what they
// print.
func (s *seen) read(script string) {
	words, wrong := "", false
	for line := range strings.Lines(script) {
		typed := strings.Fields(line)
		at := slices.Index(typed, "fairlead")
		switch {
		case at > 0 && (typed[0] == "exec" || typed[0] == "exits"):
			words, wrong = s.words(typed[at+1:]), typed[1] == "2"
		case len(typed) < 2:
		case wrong && (typed[0] == "stderr" || typed[0] == "cmp" && typed[1] == "stderr"):
			s.misused[words] = true
		case !wrong && typed[0] == "cmp" && typed[1] == "stdout":
			s.shown[words] = true
		}
	}
}

// words is the command that a command line names, as far as it can be read.
func (s *seen) words(args []string) string {
	parsed, err := s.parser.Parse(args)
	var wrong *kong.ParseError
	if errors.As(err, &wrong) {
		parsed = wrong.Context
	}
	if parsed == nil || parsed.Selected() == nil {
		return ""
	}
	return namedBy(parsed.Selected())
}

// namedBy are the words that name a command.
func namedBy(command *kong.Node) string {
	return strings.TrimPrefix(commandWords(command.FullPath()), "fairlead ")
}
