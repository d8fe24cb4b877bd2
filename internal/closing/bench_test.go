package closing_test

import (
	"fmt"
	"testing"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
)

// BenchmarkClose closes a month of 20 partners, 4,000 customers and 12,000
// orders, both readers included. An operation is one close.
func BenchmarkClose(b *testing.B) {
	const partners, customers, orders = 20, 4000, 3
	w := open(&testing.T{}, table.NewMemory())
	w.At("2026-03-01")
	for i := range partners {
		w.Dir.Partners = append(w.Dir.Partners, channel.Partner{ID: channel.PartnerID(fmt.Sprintf("q%02d", i)), Name: "Q", Currency: "EUR",
			Capacity: channel.Unlimited, Status: channel.Active, Plans: w.Dir.Partners[0].Plans})
	}
	w.PutDirectory()
	for i := range customers {
		id := channel.CustomerID(fmt.Sprintf("c%05d", i))
		w.Customer(id, channel.PartnerOwner(w.Dir.Partners[3+i%partners].ID), "2026-03-01")
		batch := &store.Batch{}
		for k := range orders {
			order := channel.OrderID(fmt.Sprintf("o%05d-%d", i, k))
			batch.PutEntry(id, &history.Entry{Kind: history.KindOrder, ID: string(order), Booked: "2026-03", Source: "shop", EventID: channel.EventID(order),
				Occurred: w.Now, Order: &channel.Order{ID: order, Customer: id, Amount: 12345, Currency: "EUR"}}, "2026-03")
		}
		if err := w.Store.Commit(w.Ctx, batch); err != nil {
			b.Fatal(err)
		}
	}
	period := channel.Period("2026-03")
	b.ReportAllocs()
	for b.Loop() {
		w.At(string(period.Next()) + "-06T09:00:00Z")
		if _, err := w.Uses.Closing.Close(w.Ctx, closing.CloseRequest{Period: period, User: "ana"}); err != nil {
			b.Fatal(err)
		}
		period = period.Next()
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/customers, "us/customer")
}
