package store

import (
	"flag"
	"os"
	"testing"
)

// TestMain fixes the seed of the random tests: a failure is the same everywhere.
func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("rapid.seed"); f != nil && f.Value.String() == f.DefValue {
		_ = flag.Set("rapid.seed", "1")
	}
	os.Exit(m.Run())
}
