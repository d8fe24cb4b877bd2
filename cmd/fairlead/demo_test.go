package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/sample"
)

// TestDemo_AccountIsTheSameByteForByte plays the sample twice on one folder:
// the second time everything is there already and the account is the same. UPDATE=1
// writes testdata/demo.txt anew.
func TestDemo_AccountIsTheSameByteForByte(t *testing.T) {
	golden, dir := filepath.Join("testdata", "demo.txt"), filepath.Join(t.TempDir(), "data")
	first := command(t, "--data", dir, "demo")
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(golden, []byte(first), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), first); diff != "" {
		t.Errorf("the account differs (-want +got):\n%s", diff)
	}
	if n := strings.Count(first, "\n"); n > 45 {
		t.Errorf("the account has %d lines, at most 45 are read", n)
	}
	if diff := cmp.Diff(first, command(t, "--data", dir, "demo")); diff != "" {
		t.Errorf("played again on the same folder, the account differs:\n%s", diff)
	}
	tryWhatItSays(t, dir, first)
}

// tryWhatItSays pastes the commands under "Try".
func tryWhatItSays(t *testing.T, dir, account string) {
	_, try, ok := strings.Cut(account, "Try in a second terminal, while it serves:\n")
	if !ok {
		t.Fatal("the account names nothing to try")
	}
	lines := strings.Split(strings.TrimSpace(try), "\n")
	if len(lines) != 3 {
		t.Errorf("%d things to try, want 3", len(lines))
	}
	for _, line := range lines {
		words, _, _ := strings.Cut(strings.TrimSpace(line), " >")
		args := strings.Fields(words)
		if args[0] != "bin/fairlead" {
			t.Errorf("%q is not what make run builds", args[0])
		}
		out := command(t, append([]string{"--data", dir, "--now", sample.Clock.Format(time.RFC3339)}, args[1:]...)...)
		if len(out) < 40 {
			t.Errorf("%s printed only %q", line, out)
		}
	}
}

// command runs one command line in this process.
func command(t *testing.T, args ...string) string {
	t.Helper()
	var out, complaint bytes.Buffer
	m := &machine{out: &out, err: &complaint, clock: func() time.Time { return sample.Clock }}
	if code := run(context.Background(), args, m); code != 0 {
		t.Fatalf("fairlead %s ended with %d: %s", strings.Join(args, " "), code, complaint.String())
	}
	return out.String()
}
