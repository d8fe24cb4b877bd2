package bolt

import (
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/table/tabletest"
)

func noon() time.Time { return time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC) }

func mustOpen(tb testing.TB, dir string) *Table {
	tb.Helper()
	t, err := Open(dir, Options{Clock: noon})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := t.Close(); err != nil {
			tb.Error("Close:", err)
		}
	})
	return t
}

func TestContract(t *testing.T) {
	tabletest.Run(t, func(t *testing.T) table.Table { return mustOpen(t, t.TempDir()) })
}
