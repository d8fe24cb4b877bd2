package cdnow

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"runtime/debug"
	"slices"
	"testing"

	"github.com/fairlead/fairlead/client"
	"github.com/fairlead/fairlead/internal/statement"
	"github.com/fairlead/fairlead/internal/wire"
)

// story is what an installation came to.
type story struct {
	statements map[string]sealed // by partner and month
	periods    map[string]wire.PeriodStatus
	runs       map[string]wire.Run
}

// sealed is a statement: the hash of its bytes as they were sent, and how they
// begin, for people. figures are read in one installation only.
type sealed struct {
	hash    [32]byte
	begin   string
	figures statement.Document
}

func TestCDNOW_EighteenMonthsInWhateverOrderTheFileComes(t *testing.T) {
	orders := master(t)
	if testing.Short() {
		t.Skip("takes a minute")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(200)) // less sweeping for more memory
	var inOrder, inReverse *story
	t.Run("worlds", func(t *testing.T) {
		t.Run("in order, and again", func(t *testing.T) {
			t.Parallel()
			inOrder = inOrderAndAgain(t, orders)
		})
		t.Run("in reverse, before customers at random", func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if sum := w.load("orders", ordersCSV(reversed(orders))); sum.Pending != len(orders) {
				t.Errorf("orders of customers that nobody knows: %+v", sum)
			}
			w.customers(shuffled(firstOrders(orders)))
			inReverse = w.live(names(), nil)
			inReverse.read(w, names()[15:], false) // the roots speak for the months before
		})
	})
	if t.Failed() || inOrder == nil || inReverse == nil { // -run may pick one
		return
	}
	inReverse.equals(t, inOrder)
}

// equals demands the same statements, byte for byte, and the same root over all
// seals of every month, which holds the hash of every statement and entry.
func (s *story) equals(t *testing.T, want *story) {
	t.Helper()
	for m, got := range s.periods {
		if root := want.periods[m].Root; got.Root != root || root == "" {
			t.Errorf("the root of %s is %s, in order it is %s", m, got.Root, root)
		}
	}
	for key, got := range s.statements {
		if other := want.statements[key]; got.hash != other.hash {
			t.Fatalf("%s:\n got %s\nwant %s", key, got.begin, other.begin)
		}
	}
}

// inOrderAndAgain is the installation that everything is checked in. Before its
// last month is closed, everything is imported once more.
func inOrderAndAgain(t *testing.T, orders []order) *story {
	w, first := newWorld(t), firstOrders(orders)
	w.customers(first)
	if sum := w.load("orders", ordersCSV(orders)); sum.Applied != 69_659 || sum.Read != sum.Applied {
		t.Errorf("orders: %+v", sum)
	}
	owners := w.owners(first)
	s := w.live(names(), func(month string) {
		if month != "1998-06" {
			return
		}
		before := w.lists()
		if sum := w.load("customers", customersCSV(first), "route", "true"); sum.Duplicate != sum.Read || sum.Routes == nil || sum.Routes.Routed != 0 {
			t.Errorf("customers again: %+v", sum)
		}
		if sum := w.load("orders", ordersCSV(orders)); sum.Duplicate != 69_659 || sum.Read != sum.Duplicate {
			t.Errorf("orders again: %+v", sum)
		}
		if !bytes.Equal(before, w.lists()) {
			t.Error("importing everything again changed closed statements")
		}
	})
	s.read(w, names(), true)
	want := recompute(orders, owners)
	exercised(t, want)
	s.agree(t, want)
	s.complete(t, orders)
	s.paid(w)
	return s
}

// customers imports and routes everybody, each as of its first order.
func (w *world) customers(first []order) {
	w.Helper()
	sum := w.load("customers", customersCSV(first), "route", "true")
	if sum.Applied != len(first) || sum.Routes == nil || sum.Routes.Routed != len(first) || len(sum.Routes.Failed) > 0 {
		w.Fatalf("customers: %+v, routes %+v", sum, sum.Routes)
	}
}

// live closes and pays months in a row; before is called before each.
func (w *world) live(months []string, before func(month string)) *story {
	w.Helper()
	s := &story{statements: map[string]sealed{}, periods: map[string]wire.PeriodStatus{}, runs: map[string]wire.Run{}}
	for _, m := range months {
		if before != nil {
			before(m)
		}
		s.periods[m], s.runs[m] = w.settle(m)
	}
	return s
}

// read reads all statements of some months, and their figures if asked to.
func (s *story) read(w *world, months []string, figures bool) {
	w.Helper()
	for _, m := range months {
		for _, p := range partnerIDs {
			body := w.get("/v1/partners/" + p + "/statements/" + m)
			one := sealed{hash: sha256.Sum256(body), begin: string(body[:min(len(body), 2000)])}
			if figures {
				must(w, json.Unmarshal(withoutInputs(w, body), &one.figures))
			}
			s.statements[p+" "+m] = one
		}
	}
}

// withoutInputs leaves out what a statement was computed from, which is nearly
// all of it.
func withoutInputs(t testing.TB, body []byte) []byte {
	t.Helper()
	from, until := bytes.Index(body, []byte(`,"inputs":{"`)), bytes.LastIndex(body, []byte(`,"seal":`))
	if from < 0 || until < from {
		t.Fatalf("the inputs are not where they were: %.200s", body)
	}
	return slices.Concat(body[:from], body[until:])
}

// lists are the numbers of all closed statements, as they are stored.
func (w *world) lists() []byte {
	w.Helper()
	var all []byte
	for _, p := range partnerIDs {
		all = append(all, w.get("/v1/partners/"+p+"/statements?limit=100")...)
	}
	return all
}

// owners reads every decision and demands that each is what the value of the
// first order means: the pod's from 100.00 on, as long as it has room, in the
// order in which they came; else a partner's.
func (w *world) owners(first []order) map[string]string {
	w.Helper()
	byArrival := slices.Clone(first)
	slices.SortStableFunc(byArrival, func(a, b order) int { return bytes.Compare([]byte(a.day), []byte(b.day)) })
	room, collector, value := collectors, map[string]bool{}, map[string]int64{}
	for _, o := range byArrival {
		value[o.customer] = o.cents
		if o.cents >= 100_00 && room > 0 {
			room--
			collector[o.customer] = true
		}
	}
	owners := map[string]string{}
	q := client.DecisionsQuery{Page: client.Page{Limit: 1000}}
	for d, err := range w.as[ann].Decisions(w.Context(), q) {
		must(w, err)
		c := string(d.CustomerID)
		if owners[c] != "" || d.Owner == nil {
			w.Fatalf("%s is decided twice, or has no owner", c)
		}
		partner, isPartner := d.Owner.Partner()
		if owners[c] = string(partner); !isPartner {
			owners[c] = string(*d.Owner)
		}
		if isPartner == collector[c] || d.Value.Amount != dollars(value[c]) || d.Value.Basis != wire.BasisDeclared {
			w.Fatalf("%s with a first order of %s is served by %s", c, dollars(value[c]), *d.Owner)
		}
	}
	if len(owners) != len(first) || room > 0 {
		w.Errorf("%d decisions, room for %d", len(owners), room)
	}
	return owners
}

// agree compares every statement with what the file alone gives.
func (s *story) agree(t *testing.T, want map[string][]month) {
	t.Helper()
	for p, all := range want {
		for i, m := range all {
			key := p + " " + names()[i]
			d := s.statements[key].figures
			lines := map[string]int64{}
			for _, l := range d.Lines {
				lines[l.Component] += minor(t, l.Amount)
				if string(l.Period) != names()[i] {
					t.Errorf("%s: a line for %s", key, l.Period)
				}
			}
			for name, amount := range m.lines {
				if lines[name] != amount {
					t.Errorf("%s: %s is %s, the file says %s", key, name, dollars(lines[name]), dollars(amount))
				}
				delete(lines, name)
			}
			if len(lines) > 0 {
				t.Errorf("%s: %v as well", key, lines)
			}
			for _, f := range []struct {
				what string
				got  string
				want int64
			}{
				{"opening", d.OpeningBalance, m.opening}, {"earned", d.Earned, m.earned}, {"held", d.Held, m.held}, {"released", d.Released, m.released},
				{"payable", d.Payable, m.payable}, {"closing", d.ClosingBalance, m.closing}, {"draw", d.Draw, m.draw}, {"excess", d.Excess, m.excess},
				{"fund", d.MDF.Earned, m.fund},
			} {
				if minor(t, f.got) != f.want {
					t.Errorf("%s: %s is %s, the file says %s", key, f.what, f.got, dollars(f.want))
				}
			}
			if d.Points != m.points {
				t.Errorf("%s: %d points, the file says %d", key, d.Points, m.points)
			}
		}
	}
}

// complete demands that every order and every customer is in exactly one seal,
// and that the months' totals are those of their statements.
func (s *story) complete(t *testing.T, orders []order) {
	t.Helper()
	inMonth := map[string]int{}
	for _, o := range orders {
		inMonth[o.month()]++
	}
	for _, o := range firstOrders(orders) {
		inMonth[o.month()]++ // the customer itself
	}
	for _, m := range names() {
		p := s.periods[m]
		var earned, payable, carried int64
		for _, partner := range partnerIDs {
			d := s.statements[partner+" "+m].figures
			earned, payable, carried = earned+minor(t, d.Earned), payable+minor(t, d.Payable), carried+minor(t, d.ClosingBalance)
		}
		total := wire.PeriodTotal{Currency: "USD", Earned: dollars(earned), Payable: dollars(payable), Carried: dollars(carried)}
		if p.Entries != inMonth[m] || p.Unattributed != 0 || p.Late != 0 || p.Statements != len(partnerIDs) || len(p.Totals) != 1 || p.Totals[0] != total {
			t.Errorf("%s: %+v, want %d entries and %+v", m, p, inMonth[m], total)
		}
	}
}

// paid demands that what was paid is what statements ordered to pay, each once.
func (s *story) paid(w *world) {
	w.Helper()
	seen, sums := map[string]bool{}, map[string]int64{}
	for _, m := range names() {
		if s.runs[m].State != wire.RunSettled {
			w.Errorf("run of %s: %s", m, s.runs[m].State)
		}
		rows, err := csv.NewReader(bytes.NewReader(w.get("/v1/payout-runs/" + s.runs[m].ID + "/payments"))).ReadAll()
		must(w, err)
		for _, row := range rows[1:] { // payment_id,partner_id,period,amount,currency,statement
			d := s.statements[row[1]+" "+m].figures
			if seen[row[0]] || seen[row[1]+m] || row[2] != m || row[3] != d.Payable || row[4] != "USD" || d.Payment == nil || d.Payment.State != "paid" {
				w.Errorf("%s: %v, the statement says %s, %+v", m, row, d.Payable, d.Payment)
			}
			seen[row[0]], seen[row[1]+m] = true, true
			sums[row[1]] += minor(w, row[3])
		}
	}
	for _, p := range partnerIDs {
		var earned, held, ordered int64
		for _, m := range names() {
			d := s.statements[p+" "+m].figures
			earned, held, ordered = earned+minor(w, d.Earned), held+minor(w, d.Held)-minor(w, d.Released), ordered+minor(w, d.Payable)
		}
		carried := minor(w, s.statements[p+" 1998-06"].figures.ClosingBalance)
		if sums[p] != ordered || earned != sums[p]+held+carried {
			w.Errorf("%s earned %s: paid %s of %s, held %s, carried %s", p, dollars(earned), dollars(sums[p]), dollars(ordered), dollars(held), dollars(carried))
		}
		var l wire.PartnerLedger
		w.call(http.MethodGet, "/v1/partners/"+p+"/ledger?period=1998-06", nil, &l)
		got := map[string]int64{}
		for _, b := range l.Closing {
			got[b.Account] += minor(w, b.Amount)
		}
		if got["owed"] != carried || got["reserve"] != held {
			w.Errorf("%s: the ledger has %v, the statements carry %s and hold %s", p, got, dollars(carried), dollars(held))
		}
	}
}
