package cdnow

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/table/bolt"
)

// asLargeAsCDNOW is a made-up file of CDNOW's size.
var asLargeAsCDNOW = crowd{customers: 23_570, orders: 69_659}

// BenchmarkImport_CDNOW imports 69,659 orders of 23,570 customers, known and
// routed before, as the command line does: CSV, HTTP API, service, embedded
// store, each group synced. cpu-us/order is the processor time of the whole
// process, which other work on the machine changes less than orders/s.
func BenchmarkImport_CDNOW(b *testing.B) {
	var customers, orders pace
	for b.Loop() {
		w := newWorld(b)
		customers.add(asLargeAsCDNOW.customers, func() { w.stream("customers", asLargeAsCDNOW.customersCSV(), "route", "true") })
		orders.add(asLargeAsCDNOW.orders, func() {
			if sum := w.stream("orders", asLargeAsCDNOW.ordersCSV()); sum.Applied != asLargeAsCDNOW.orders {
				b.Errorf("%+v", sum)
			}
		})
	}
	b.ReportMetric(orders.perSecond(), "orders/s")
	b.ReportMetric(orders.cpu(), "cpu-us/order")
	b.ReportMetric(customers.perSecond(), "routed-customers/s")
	b.ReportMetric(customers.cpu(), "cpu-us/routed-customer")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkImport_TenMillionItems imports orders until the store holds as many
// items as FAIRLEAD_BENCH_ITEMS says (10000000 takes about ten minutes and 5 GB
// of disk): a quarter as many customers as orders, three items each. It says how
// fast the last tenth was and how much memory Go ever held.
func BenchmarkImport_TenMillionItems(b *testing.B) {
	items, err := strconv.Atoi(os.Getenv("FAIRLEAD_BENCH_ITEMS"))
	if err != nil {
		b.Skip("set FAIRLEAD_BENCH_ITEMS=10000000 to run it")
	}
	dir := b.TempDir()
	w := openWorld(b, dir)
	w.publish("PUT", "/v1/programme", programmeText)
	c := crowd{customers: items / 3 / 5, orders: items / 3 / 5 * 4}
	var heap heapSampler
	stop := heap.watch()
	var customers, orders, last pace
	customers.add(c.customers, func() { w.stream("customers", c.customersCSV()) })
	var begun time.Time
	w.told = func(_ string, done int) {
		if begun.IsZero() && done >= c.orders/10*9 {
			begun, last.n = time.Now(), c.orders-done
		}
	}
	orders.add(c.orders, func() { w.stream("orders", c.ordersCSV()) })
	last.took = time.Since(begun)
	stop()
	info, err := os.Stat(filepath.Join(dir, bolt.File))
	must(b, err)
	b.ReportMetric(orders.perSecond(), "orders/s")
	b.ReportMetric(last.perSecond(), "orders/s-at-the-end")
	b.ReportMetric(orders.cpu(), "cpu-us/order")
	b.ReportMetric(customers.perSecond(), "customers/s")
	b.ReportMetric(float64(heap.live.Load())/(1<<20), "MB-heap-in-use")
	b.ReportMetric(float64(heap.held.Load())/(1<<20), "MB-heap-held")
	b.ReportMetric(float64(info.Size())/float64(items), "B/item")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkClose_CDNOW closes and pays the first six months of a file of CDNOW's
// size. Each close reads all 23,570 customers twice.
func BenchmarkClose_CDNOW(b *testing.B) {
	var closing pace
	for b.Loop() {
		w := newWorld(b)
		w.stream("customers", asLargeAsCDNOW.customersCSV(), "route", "true")
		w.stream("orders", asLargeAsCDNOW.ordersCSV())
		for _, m := range names()[:6] {
			closing.add(asLargeAsCDNOW.customers, func() { w.settle(m) })
		}
	}
	b.ReportMetric(closing.perSecond(), "customers/s")
	b.ReportMetric(closing.cpu(), "cpu-us/customer")
	b.ReportMetric(0, "ns/op")
}

// pace is how long so many of something took, by the clock and by the processor.
type pace struct {
	n          int
	took, used time.Duration
}

func (p *pace) add(n int, do func()) {
	begun, used := time.Now(), processorTime()
	do()
	p.n, p.took, p.used = p.n+n, p.took+time.Since(begun), p.used+processorTime()-used
}

func (p *pace) perSecond() float64 { return float64(p.n) / p.took.Seconds() }

func (p *pace) cpu() float64 { return float64(p.used.Microseconds()) / float64(p.n) }

// processorTime is what this process has used so far, of all processors.
func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// heapSampler remembers the largest heap that it saw, in bytes: in use, and held
// from the system.
type heapSampler struct{ live, held atomic.Uint64 }

func (h *heapSampler) watch() (stop func()) {
	done := make(chan struct{})
	go func() {
		for tick := time.NewTicker(500 * time.Millisecond); ; {
			select {
			case <-done:
				tick.Stop()
				return
			case <-tick.C:
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			h.live.Store(max(h.live.Load(), m.HeapInuse))
			h.held.Store(max(h.held.Load(), m.HeapSys-m.HeapReleased))
		}
	}()
	return func() { close(done) }
}
