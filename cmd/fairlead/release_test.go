package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestVersion_IsThatOfTheFile(t *testing.T) {
	file, err := os.ReadFile("../../VERSION")
	if err != nil {
		t.Fatal(err)
	}
	var out, problems bytes.Buffer
	m := &machine{out: &out, err: &problems}
	if code := run(t.Context(), []string{"--data", t.TempDir(), "version"}, m); code != 0 {
		t.Fatalf("exit code %d: %s", code, problems.String())
	}
	got, _, _ := strings.Cut(strings.TrimSpace(out.String()), "+") // the commit follows between releases
	if want := "fairlead " + strings.TrimSpace(string(file)); got != want {
		t.Errorf("it prints %q, want %q", got, want)
	}
}

// checkout is a repository with the script that releases and one commit; make is
// a stand-in that builds nothing.
func checkout(t *testing.T, version, changelog string) string {
	for _, tool := range []string{"bash", "git"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("a release wants %s", tool)
		}
	}
	script, err := os.ReadFile("../../.ci/release")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, content := range map[string]string{
		".ci/release": string(script), "VERSION": version, "CHANGELOG.md": changelog, "bin/make": "#!/bin/sh\n",
	} {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(content), 0o700); err != nil { // #nosec G306 -- some are to be run
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"git", "init", "-q"}, {"git", "add", "."}, {"git", "commit", "-qm", "all"}} {
		if out, code := in(t, dir, args...); code != 0 {
			t.Fatal(out)
		}
	}
	return dir
}

// in runs a command in a checkout, away from the settings of whoever runs the test.
func in(t *testing.T, dir string, args ...string) (string, int) {
	t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + filepath.Join(dir, "bin") + ":" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org"}
	out, _ := cmd.CombinedOutput()
	return string(out), cmd.ProcessState.ExitCode()
}

func TestRelease_OfWhatIsNoRelease_IsRefusedAndTagsNothing(t *testing.T) {
	const log = "## [1.2.0] - 2026-01-01\n"
	for name, c := range map[string]struct{ version, changelog, do, says string }{
		"development version": {"1.2.0-dev", log, "true", "VERSION says 1.2.0-dev"},
		"dirty tree":          {"1.2.0", log, "touch new", "changes that are not committed"},
		"tagged version":      {"1.2.0", log, "git tag v1.2.0", "v1.2.0 is tagged already"},
		"silent changelog":    {"1.2.0", "## [Unreleased]\n", "true", "no section [1.2.0]"},
		"failing build":       {"1.2.0", log, "printf '#!/bin/sh\nexit 1\n' >bin/make; git commit -qam worse", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := checkout(t, c.version, c.changelog)
			if out, code := in(t, dir, "bash", "-c", c.do); code != 0 {
				t.Fatal(out)
			}
			before, _ := in(t, dir, "git", "tag")
			out, code := in(t, dir, "bash", ".ci/release")
			after, _ := in(t, dir, "git", "tag")
			if code == 0 || !strings.Contains(out, c.says) || before != after {
				t.Errorf("exit code %d, tags %q, and it says\n%s", code, after, out)
			}
		})
	}
}

func TestRelease_OfACleanTree_TagsTheVersion(t *testing.T) {
	dir := checkout(t, "1.2.0\n", "## [1.2.0] - 2026-01-01\n")
	if out, code := in(t, dir, "bash", ".ci/release"); code != 0 {
		t.Fatal(out)
	}
	if tags, _ := in(t, dir, "git", "tag", "--points-at", "HEAD"); tags != "v1.2.0\n" {
		t.Errorf("tags %q", tags)
	}
}
