package faulty

import (
	"fmt"
	"testing"

	"github.com/fairlead/fairlead/internal/table"
)

// Each runs a scenario under a fault table: once without faults, and then, for
// every write that the first run made and every fault, once more from the
// start with that fault at that write. fresh gives a new, empty table. The
// scenario does what a caller does, repeats included, and checks what is left;
// it should begin its check with Deliver.
func Each(t *testing.T, faults []Fault, fresh func(*testing.T) table.Table, scenario func(*testing.T, *Table)) {
	t.Helper()
	writes := 0
	t.Run(None.String(), func(t *testing.T) {
		tb := Wrap(fresh(t), Options{})
		scenario(t, tb)
		writes = tb.Writes()
		if writes == 0 {
			t.Error("the scenario writes nothing: there is nothing to fail")
		}
	})
	for n := 1; n <= writes && !t.Failed(); n++ {
		for _, f := range faults {
			t.Run(fmt.Sprintf("write %d of %d %s", n, writes, f), func(t *testing.T) {
				tb := Wrap(fresh(t), Options{})
				tb.FaultWrite(n, f)
				scenario(t, tb)
			})
		}
	}
}
