package paying_test

import (
	"testing"

	"github.com/fairlead/fairlead/internal/moneytest"
	"github.com/fairlead/fairlead/internal/table"
)

// world is an installation, with what the tests of this room do to it.
type world struct{ *moneytest.World }

func newWorld(t *testing.T) *world { return &world{moneytest.New(t)} }

func open(t *testing.T, tb table.Table) *world { return &world{moneytest.Open(t, tb)} }

func (w *world) through(tb table.Table) *world { return &world{w.Through(tb)} }
