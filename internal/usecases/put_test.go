package usecases_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/table"
)

// Times are whole seconds, and a test's clock may stand still: the last of
// several changes without a time of their own counts all the same, in the head
// and in the fold.
func TestPutCustomer_TheLastOfOneSecondCounts(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.want(w.upsert("c1"), channel.Applied)
	for i := range 8 {
		region := fmt.Sprintf("R%d", i*5%8)
		_, err := w.s.Intake.PutCustomer(w.ctx, manager, channel.Upsert{Customer: "c1", Region: channel.Put(region)})
		w.must(err)
		if got := w.head("c1").Profile; got.Region != region {
			t.Fatalf("change %d: the head says %s, want %s", i, got.Region, region)
		}
		if d := cmp.Diff(w.history("c1").Profile(), w.head("c1").Profile); d != "" {
			t.Fatalf("change %d: fold and head differ: %s", i, d)
		}
	}
}
