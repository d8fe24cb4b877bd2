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
