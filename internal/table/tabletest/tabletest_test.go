package tabletest_test

import (
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/table/tabletest"
)

func TestMemory(t *testing.T) {
	tabletest.Run(t, func(*testing.T) table.Table {
		m := table.NewMemory()
		m.Clock = func() time.Time { return time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC) }
		return m
	})
}
