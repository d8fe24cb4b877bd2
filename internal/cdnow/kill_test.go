package cdnow

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/table"
)

// killed is what the child imports: enough that it is always in the middle, so
// more than the last kill waits for and what is under way then.
var killed = crowd{customers: 1_500, orders: 30_000}

const childFolder = "FAIRLEAD_CDNOW_CHILD"

// TestImportChild is the process that is killed: it imports into the folder
// that it is given and says how many lines it has the outcomes of.
func TestImportChild(t *testing.T) {
	dir := os.Getenv(childFolder)
	if dir == "" {
		t.Skip("only ever run by the test that kills it")
	}
	w := openWorld(t, dir)
	w.told = func(kind string, done int) { fmt.Println("done", kind, done) }
	w.found()
	w.stream("customers", killed.customersCSV(), "route", "true")
	w.stream("orders", killed.ordersCSV())
}

func TestKill9_DuringAnImport_TheSameFileAgainLosesNothingAndTakesNothingTwice(t *testing.T) {
	dir := t.TempDir()
	for _, at := range []string{"customers 1000", "orders 3000", "orders 8000"} {
		killAt(t, dir, "done "+at)
	}
	w := openWorld(t, dir)
	first := w.stream("customers", killed.customersCSV(), "route", "true")
	if first.Read != killed.customers || first.Applied+first.Duplicate != first.Read {
		t.Errorf("customers: %+v", first)
	}
	again := w.stream("orders", killed.ordersCSV())
	if again.Read != killed.orders || again.Applied+again.Duplicate != again.Read || again.Duplicate < 8000 || again.Applied == 0 {
		t.Errorf("8,000 orders were acknowledged before the last kill, but now: %+v", again)
	}
	t.Logf("%d customers and %d orders were there when it was opened again", first.Duplicate, again.Duplicate)
	thereOnce(t, w)
	if sum := w.stream("orders", killed.ordersCSV()); sum.Duplicate != killed.orders {
		t.Errorf("once more: %+v", sum)
	}
}

// killAt runs the child until it says so, and kills it.
func killAt(t *testing.T, dir, line string) {
	t.Helper()
	exe, err := os.Executable()
	must(t, err)
	cmd := exec.Command(exe, "-test.run=^TestImportChild$")
	cmd.Env = append(os.Environ(), childFolder+"="+dir)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	defer func() { _ = cmd.Wait() }()
	var said []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said = append(said, lines.Text())
		if lines.Text() == line {
			must(t, cmd.Process.Kill())
			return
		}
	}
	t.Fatalf("the child ended before it was killed:\n%s", strings.Join(said, "\n"))
}

// thereOnce reads everything that was ever put into the ledger and what stands in
// the state: each customer and each order once, whole, and nothing else.
func thereOnce(t *testing.T, w *world) {
	t.Helper()
	ctx := context.Background()
	count := map[string]int{}
	entries := map[string]string{} // order -> customer and sk
	changes, _ := w.kept.Table().(table.Changes)
	for after := uint64(0); ; {
		page, err := changes.Changes(ctx, after, 0)
		must(t, err)
		if len(page) == 0 {
			break
		}
		for _, c := range page {
			after = c.Seq
			kind := ledgerKind(c.Item.Key)
			if count[kind]++; kind == "entry of an order" {
				id := c.Item.SK[strings.LastIndexByte(c.Item.SK, '#')+1:]
				if entries[id] != "" {
					t.Errorf("order %s is in %s and in %s", id, entries[id], c.Item.PK+" "+c.Item.SK)
				}
				entries[id] = c.Item.PK + " " + c.Item.SK
			}
		}
	}
	want := map[string]int{"claim of a customer": killed.customers, "entry of a customer": killed.customers, "decision": killed.customers,
		"claim of an order": killed.orders, "entry of an order": killed.orders}
	if maps.DeleteFunc(count, func(kind string, _ int) bool { return kind == "" }); !maps.Equal(count, want) {
		t.Errorf("the ledger has %v, want %v", count, want)
	}
	for n := range killed.orders {
		id, o := killed.id(n), killed.order(n)
		kept, err := w.kept.Order(ctx, channel.OrderID(id))
		must(t, err)
		item := kept.Value
		claim, ok, err := w.kept.Claim(ctx, "file", channel.EventID("order:"+id))
		must(t, err)
		at := "C#" + o.customer + " " + item.Entry
		if string(item.Customer) != o.customer || item.Amount != o.cents || !ok || claim.Entry != item.Entry || entries[id] != at {
			t.Fatalf("order %s: %+v, its claim %+v, its entry %s", id, item, claim, entries[id])
		}
	}
	owned(t, w)
}

// owned demands that every customer has one owner, and is in the portfolio of
// that one alone.
func owned(t *testing.T, w *world) {
	t.Helper()
	portfolios := map[channel.CustomerID]channel.Owner{}
	for _, o := range append(partnerOwners(), channel.PodOwner("desk")) {
		for id, err := range w.kept.PortfolioCustomers(context.Background(), o) {
			must(t, err)
			if portfolios[id] != "" {
				t.Errorf("%s is in two portfolios", id)
			}
			portfolios[id] = o
		}
	}
	n := 0
	for h, err := range w.kept.AllHeads(context.Background(), "") {
		must(t, err)
		if n++; h.Owner == channel.Nobody || h.Owner != portfolios[h.ID] || h.Decision == "" {
			t.Errorf("%s is owned by %q and in the portfolio of %q", h.ID, h.Owner, portfolios[h.ID])
		}
	}
	if n != killed.customers || len(portfolios) != n {
		t.Errorf("%d customers, %d in portfolios", n, len(portfolios))
	}
}

func partnerOwners() []channel.Owner {
	var out []channel.Owner
	for _, id := range partnerIDs {
		out = append(out, channel.PartnerOwner(channel.PartnerID(id)))
	}
	return out
}

// ledgerKind says what an item of the ledger is; "" for documents and answers.
func ledgerKind(k table.Key) string {
	switch {
	case strings.HasPrefix(k.PK, "E#") && strings.HasPrefix(k.SK, "file#order:"):
		return "claim of an order"
	case strings.HasPrefix(k.PK, "E#"):
		return "claim of a customer"
	case strings.HasPrefix(k.PK, "C#") && strings.HasPrefix(k.SK, "D#"):
		return "decision"
	case strings.HasPrefix(k.PK, "C#") && strings.Contains(k.SK, "#o#"):
		return "entry of an order"
	case strings.HasPrefix(k.PK, "C#"):
		return "entry of a customer"
	}
	return ""
}
