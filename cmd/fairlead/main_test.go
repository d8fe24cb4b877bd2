package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/fairlead/fairlead/internal/table/bolt"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"fairlead": main})
}

// TestScripts types what people type, and looks at what they see: the cases are
// testdata/script/*.txtar.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, UpdateScripts: os.Getenv("UPDATE") != "",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"served": served, "exits": exits, "keep": keep,
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("USER", "ann")
			e.Setenv("HOME", e.WorkDir)
			return nil
		},
	})
}

// served DIR waits until somebody serves the data folder.
func served(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	for range 500 {
		if holder, ok := bolt.HeldBy(dir); ok && holder.Serve != "" {
			ts.Setenv("ADDR", holder.Serve)
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("nobody serves %s", dir)
}

// exits CODE COMMAND... runs a command that must end with that exit code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	code := "0"
	if err != nil {
		code = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if code != args[0] {
		ts.Fatalf("%s: exit code %s, want %s\n%s%s", strings.Join(args[1:], " "), code, args[0], ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

// keep NAME [FROM] sets a variable to the last output, or to the text behind
// the word FROM in it up to the end of that line, without a full stop.
func keep(ts *testscript.TestScript, _ bool, args []string) {
	out := ts.ReadFile("stdout")
	if len(args) > 1 {
		_, rest, ok := strings.Cut(out, args[1])
		if !ok {
			ts.Fatalf("there is no %q in %s", args[1], out)
		}
		out, _, _ = strings.Cut(rest, "\n")
	}
	ts.Setenv(args[0], strings.Trim(out, "\n\",. "))
}

func TestMain_IsShort(t *testing.T) {
	data, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(data), "func main()")
	if n := strings.Count(body, "\n"); n > 40 {
		t.Errorf("main has %d lines", n)
	}
}
