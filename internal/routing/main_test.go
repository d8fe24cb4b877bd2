package routing

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the results in testdata")

// TestMain fixes the seed of the random tests, so that every run tries the
// same cases; -rapid.seed and -rapid.checks try others.
func TestMain(m *testing.M) {
	for name, value := range map[string]string{"rapid.seed": "1", "rapid.checks": "300", "rapid.nofailfile": "true"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	flag.Parse()
	os.Exit(m.Run())
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// golden compares with a file, or writes it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := string(readFile(t, name)); got != want {
		t.Errorf("%s says\n%s\ngot\n%s", name, want, got)
	}
}
