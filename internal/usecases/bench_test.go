package usecases_test

import (
	"context"
	"flag"
	"fmt"
	"iter"
	"runtime"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/intake"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table/bolt"
	"github.com/fairlead/fairlead/internal/usecases"
	"github.com/fairlead/fairlead/internal/wire"
)

// The size of the CDNOW data: what an import has to keep up with.
const (
	cdnowOrders    = 69_659
	cdnowCustomers = 23_570
)

// largeOrders is the size of BenchmarkImportOrders_Large: 3,300,000 make 10 million
// items.
var largeOrders = flag.Int("orders", 0, "orders of BenchmarkImportOrders_Large; 0 leaves it out")

// benchHours is how many hours the orders of a benchmark span: the clock stands
// at their end, since facts from the future are refused.
const benchHours = 500

func benchService(b *testing.B) *usecases.UseCases {
	b.Helper()
	t, err := bolt.Open(b.TempDir(), bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { t.Close() })
	end := start.Add(benchHours * time.Hour)
	return usecases.New(usecases.Config{Store: store.New(t, store.Options{}), Clock: func() time.Time { return end }})
}

func customerRows(n int) iter.Seq[intake.FactRow] {
	return func(yield func(intake.FactRow) bool) {
		for i := range n {
			f := channel.Fact{Source: "file", Type: channel.CustomerUpserted, Time: start,
				Upsert: &channel.Upsert{Customer: channel.CustomerID(fmt.Sprintf("c%05d", i)), Region: channel.Put("DE")}}
			if !yield(intake.FactRow{Line: i + 2, Fact: f}) {
				return
			}
		}
	}
}

func orderRows(from, n int) iter.Seq[intake.FactRow] {
	return func(yield func(intake.FactRow) bool) {
		for i := from; i < from+n; i++ {
			id := fmt.Sprintf("o%08d", i)
			f := channel.Fact{ID: channel.EventID("order:" + id), Source: "file", Type: channel.OrderCompleted, Time: start.Add(time.Duration(i%benchHours) * time.Hour),
				Order: &channel.Order{ID: channel.OrderID(id), Customer: channel.CustomerID(fmt.Sprintf("c%05d", i*7919%cdnowCustomers)), Amount: int64(i % 9999), Currency: "USD"}}
			if !yield(intake.FactRow{Line: i + 2, Fact: f}) {
				return
			}
		}
	}
}

// BenchmarkImportOrders_CDNOW imports 69,659 orders of 23,570 customers into the
// embedded store; the customers are there before.
func BenchmarkImportOrders_CDNOW(b *testing.B) {
	ctx := context.Background()
	var took time.Duration
	for range b.N {
		s := benchService(b)
		if _, err := s.Importer.Import(ctx, manager, intake.ImportRequest{Kind: wire.ImportCustomers, Facts: customerRows(cdnowCustomers)}); err != nil {
			b.Fatal(err)
		}
		begin := time.Now()
		sum, err := s.Importer.Import(ctx, manager, intake.ImportRequest{Kind: wire.ImportOrders, Facts: orderRows(0, cdnowOrders)})
		if err != nil || sum.Applied != cdnowOrders {
			b.Fatal(err, sum)
		}
		took += time.Since(begin)
	}
	b.ReportMetric(float64(cdnowOrders)*float64(b.N)/took.Seconds(), "orders/s")
}

// BenchmarkImportOrders_Large imports as many orders as -orders says in one
// file and reports the pace of the last tenth, and the heap.
func BenchmarkImportOrders_Large(b *testing.B) {
	if *largeOrders == 0 {
		b.Skip("needs -orders, for instance 3300000")
	}
	ctx := context.Background()
	for range b.N {
		s := benchService(b)
		from := *largeOrders / 10 * 9
		if _, err := s.Importer.Import(ctx, manager, intake.ImportRequest{Kind: wire.ImportOrders, Facts: orderRows(0, from)}); err != nil {
			b.Fatal(err)
		}
		begin := time.Now()
		if _, err := s.Importer.Import(ctx, manager, intake.ImportRequest{Kind: wire.ImportOrders, Facts: orderRows(from, *largeOrders-from)}); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(*largeOrders-from)/time.Since(begin).Seconds(), "orders/s")
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapSys)/(1<<20), "heap-MB")
	}
}

// BenchmarkRouteAll_CDNOW routes 23,570 customers in the embedded store.
func BenchmarkRouteAll_CDNOW(b *testing.B) {
	ctx := context.Background()
	var took time.Duration
	for range b.N {
		s := benchService(b)
		if _, err := s.Publisher.Publish(ctx, manager, documents.PublishRequest{Kind: wire.KindPolicy, Raw: []byte(fmt.Sprintf(testPolicy, atOnce))}); err != nil {
			b.Fatal(err)
		}
		for i := range 12 {
			if _, err := s.Registrar.PutPartner(ctx, manager, channel.PartnerID(fmt.Sprint("p", i)), wire.PartnerBody{Name: "p", Currency: "EUR"}); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := s.Importer.Import(ctx, manager, intake.ImportRequest{Kind: wire.ImportCustomers, Facts: customerRows(cdnowCustomers)}); err != nil {
			b.Fatal(err)
		}
		begin := time.Now()
		sum, err := s.Assign.RouteAll(ctx, manager, assign.RouteAllRequest{})
		if err != nil || sum.Routed != cdnowCustomers {
			b.Fatal(err, sum)
		}
		took += time.Since(begin)
	}
	b.ReportMetric(cdnowCustomers*float64(b.N)/took.Seconds(), "routes/s")
}
