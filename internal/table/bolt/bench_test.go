package bolt

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/table"
)

// orderTx is an order as the service writes it: claim, entry and order item of
// the usual sizes, ids in their natural order inside their buckets.
func orderTx(i int) table.Tx {
	id := fmt.Sprintf("order-%08d", i)
	customer := fmt.Sprintf("customer-%07d", i%100_000)
	return table.Tx{Ops: []table.Op{
		{Kind: table.Put, Key: table.Key{Table: table.Ledger, PK: fmt.Sprintf("E#%03x", i%1024), SK: "file#" + id}, Body: claimBody, If: table.Cond{Kind: table.Absent}},
		{Kind: table.Put, Key: table.Key{Table: table.Ledger, PK: "C#" + customer, SK: "F#2026-03#o#" + id}, Body: entryBody, If: table.Cond{Kind: table.Absent}},
		{Kind: table.Put, Key: table.Key{Table: table.State, PK: "O#" + id, SK: "O"}, Body: stateBody, If: table.Cond{Kind: table.Absent}},
	}}
}

var (
	claimBody = []byte(strings.Repeat("c", 165))
	entryBody = []byte(strings.Repeat("e", 205))
	stateBody = []byte(strings.Repeat("o", 110))
)

// writeOrders keeps so many orders in flight, from first on.
func writeOrders(tb testing.TB, t table.Table, first, n, inFlight int) {
	var next atomic.Int64
	next.Store(int64(first))
	var wg sync.WaitGroup
	for range min(inFlight, n) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= first+n {
					return
				}
				if _, err := t.Transact(context.Background(), orderTx(i)); err != nil {
					tb.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkOrders(b *testing.B) {
	for _, inFlight := range []int{1, 64, 1024, 4096, 8192} {
		b.Run(fmt.Sprintf("inflight=%d", inFlight), func(b *testing.B) {
			t := mustOpen(b, b.TempDir())
			b.ReportAllocs()
			b.ResetTimer()
			writeOrders(b, t, 0, b.N, inFlight)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "orders/s")
		})
	}
}

// BenchmarkTenMillionItems imports orders until the file holds as many items
// as FAIRLEAD_BENCH_ITEMS says (10000000 takes some five minutes and 5 GB), and
// says how fast the last tenth was.
func BenchmarkTenMillionItems(b *testing.B) {
	items, err := strconv.Atoi(os.Getenv("FAIRLEAD_BENCH_ITEMS"))
	if err != nil {
		b.Skip("set FAIRLEAD_BENCH_ITEMS=10000000 to run it")
	}
	dir := b.TempDir()
	t := mustOpen(b, dir)
	orders := items / 3
	start := time.Now()
	writeOrders(b, t, 0, orders*9/10, 4096)
	mid := time.Now()
	writeOrders(b, t, orders*9/10, orders-orders*9/10, 4096)
	end := time.Now()
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	info, err := os.Stat(dir + "/" + File)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(orders)/end.Sub(start).Seconds(), "orders/s")
	b.ReportMetric(float64(orders-orders*9/10)/end.Sub(mid).Seconds(), "orders/s-at-the-end")
	b.ReportMetric(float64(info.Size())/float64(items), "B/item")
	b.ReportMetric(float64(mem.HeapSys)/(1<<20), "MB-heap")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkReads are the two reads of an order and of a statement: one Get of
// two items, and one Query of a customer with ten entries.
func BenchmarkReads(b *testing.B) {
	t := mustOpen(b, b.TempDir())
	const customers = 2000
	for c := range customers {
		var tx table.Tx
		for e := range 10 {
			tx.Ops = append(tx.Ops, table.Op{Kind: table.Put, Key: table.Key{Table: table.Ledger, PK: fmt.Sprintf("C#%07d", c), SK: fmt.Sprintf("F#2026-%02d#o#%d", e, e)},
				Body: entryBody, If: table.Cond{Kind: table.Absent}})
		}
		if _, err := t.Transact(context.Background(), tx); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("get", func(b *testing.B) {
		b.ReportAllocs()
		for i := range b.N {
			k := table.Key{Table: table.Ledger, PK: fmt.Sprintf("C#%07d", i%customers), SK: "F#2026-03#o#3"}
			if _, _, err := t.Get(context.Background(), k, table.Key{Table: table.State, PK: k.PK, SK: "absent"}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("query", func(b *testing.B) {
		b.ReportAllocs()
		for i := range b.N {
			p, err := t.Query(context.Background(), table.Range{Table: table.Ledger, PK: fmt.Sprintf("C#%07d", i%customers), To: "F#2026-12#~"})
			if err != nil || len(p.Items) != 10 {
				b.Fatal(len(p.Items), err)
			}
		}
	})
}
