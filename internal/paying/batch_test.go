package paying_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/paying"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/rail"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/usecases"
	"github.com/fairlead/fairlead/internal/wire"
)

// counter is a bank that takes payments by the batch, and pays a key as often as
// it is submitted. answers, if set, is what is heard of its n-th batch, of which
// it may also take only some.
type counter struct {
	answers func(n int, batch []rail.Submission) (taken int, heard []payout.Answer, err error)

	mu     sync.Mutex
	n      int
	looked int
	paid   map[string]int
	asked  map[string]rail.Submission
}

func (c *counter) Submit(_ context.Context, batch []rail.Submission) ([]payout.Answer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.paid == nil {
		c.paid, c.asked = map[string]int{}, map[string]rail.Submission{}
	}
	c.n++
	taken, heard, err := len(batch), accepted(len(batch)), error(nil)
	if c.answers != nil {
		taken, heard, err = c.answers(c.n, batch)
	}
	for _, b := range batch[:taken] {
		c.paid[b.Key]++
		c.asked[b.Key] = b
	}
	return heard, err
}

func (c *counter) Lookup(_ context.Context, batch []rail.Submission) ([]payout.Answer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.looked++
	answers := make([]payout.Answer, len(batch))
	for i := range batch {
		answers[i] = payout.Answer{Outcome: rail.Unheard}
		if c.paid[batch[i].Key] > 0 {
			answers[i] = payout.Answer{Outcome: payout.Accepted}
		}
	}
	return answers, nil
}

func accepted(n int) []payout.Answer {
	return slices.Repeat([]payout.Answer{{Outcome: payout.Accepted}}, n)
}

// byBatches makes a bank the only rail of a world, and lets it take size payments
// at a time.
func (w *world) byBatches(bank rail.Rail, size int) {
	w.Rails = rail.Rails{{Name: "bank", Rail: bank, Batch: size}}
	w.Uses = usecases.New(usecases.Config{Store: w.Store, Clock: w.Clock(), Rails: w.Rails})
}

// crew is March with n more partners, of whom each is owed 45.00, prepared and
// approved; nothing is owed to p1 and p2.
func crew(t *testing.T, tb table.Table, n int) *world {
	t.Helper()
	w := open(t, tb)
	w.At("2026-03-01")
	for i := range n {
		id, partner := channel.CustomerID(fmt.Sprintf("c%d", i)), channel.PartnerID(fmt.Sprintf("q%d", i))
		w.Dir.Partners = append(w.Dir.Partners, channel.Partner{
			ID: partner, Name: fmt.Sprintf("Quality %d Ltd", i), Currency: "EUR",
			Capacity: channel.Unlimited, Status: channel.Active, Plans: w.Dir.Partners[0].Plans})
		w.Customer(id, channel.PartnerOwner(partner), "2026-03-01")
		w.Order(id, channel.OrderID("o-"+id), "2026-03-05", "1000.00")
	}
	w.PutDirectory()
	w.Close("2026-03")
	_, err := w.Uses.Runs.Prepare(w.Ctx, paying.PrepareRequest{Period: "2026-03", User: "ana"})
	w.Must(err)
	_, err = w.Uses.Runs.Approve(w.Ctx, paying.ApproveRequest{Run: "2026-03.1", User: "ben"})
	w.Must(err)
	return w
}

// pay pays the run and returns it with its lines by state.
func (w *world) pay() (wire.Run, map[string]int) {
	w.T.Helper()
	r, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: "2026-03.1", User: "ana"})
	w.Must(err)
	states := map[string]int{}
	for _, l := range r.Lines {
		states[l.State]++
	}
	return r, states
}

func (w *world) paidOnce(bank *counter, n int) {
	w.T.Helper()
	if len(bank.paid) != n {
		w.T.Errorf("the bank paid %d, want %d", len(bank.paid), n)
	}
	for key, times := range bank.paid {
		if times != 1 {
			w.T.Errorf("%s was paid %d times", key, times)
		}
	}
}

func TestPay_TheRailIsToldWhomItPaysAndWhatFor(t *testing.T) {
	w := crew(t, table.NewMemory(), 2)
	bank := &counter{}
	w.byBatches(bank, 5)
	w.pay()
	got := bank.asked["2026-03.q1.EUR.1"]
	if got.Payee != (rail.Payee{Partner: "q1", Name: "Quality 1 Ltd"}) || got.Statement != "q1/2026-03" ||
		got.Minor != 4500 || got.Currency != "EUR" || got.Rail != "bank" {
		t.Errorf("asked %+v", got)
	}
}

func TestPay_ABatchHalfAnsweredPaysEachOnce(t *testing.T) {
	for name, answers := range map[string]func(n int, batch []rail.Submission) (int, []payout.Answer, error){
		"the rest was taken": func(int, []rail.Submission) (int, []payout.Answer, error) { return 5, accepted(2), nil },
		"the rest was not":   func(int, []rail.Submission) (int, []payout.Answer, error) { return 2, accepted(2), nil },
	} {
		w := crew(t, table.NewMemory(), 5)
		bank := &counter{answers: answers}
		w.byBatches(bank, 5)
		r, states := w.pay()
		want := map[string]int{wire.LinePaid: 2, wire.LineUnknown: 3, wire.LineCarried: 2}
		if d := cmp.Diff(want, states); d != "" || r.State != wire.RunPaying {
			t.Errorf("%s: run %s: %s", name, r.State, d)
		}
		bank.answers = nil
		if r, states = w.pay(); r.State != wire.RunSettled || states[wire.LinePaid] != 5 || bank.looked != 1 {
			t.Errorf("%s: run %s, %v, looked up %d times", name, r.State, states, bank.looked)
		}
		w.paidOnce(bank, 5)
	}
}

func TestPay_ACallThatFailedLeavesItsWholeBatchUnknown(t *testing.T) {
	w := crew(t, table.NewMemory(), 7)
	bank := &counter{answers: func(n int, batch []rail.Submission) (int, []payout.Answer, error) {
		if n == 2 { // taken, and nobody is told
			return len(batch), accepted(len(batch)), errors.New("connection reset by peer")
		}
		return len(batch), accepted(len(batch)), nil
	}}
	w.byBatches(bank, 2)
	r, states := w.pay()
	lost := 0
	for _, l := range r.Lines {
		if l.State == wire.LineUnknown && l.Message == "the rail did not answer" {
			lost++
		}
	}
	if bank.n != 4 || lost < 1 || lost > 2 || states[wire.LinePaid]+lost != 7 || r.State != wire.RunPaying {
		t.Errorf("%d calls, run %s, %v", bank.n, r.State, states)
	}
	if r, _ = w.pay(); r.State != wire.RunSettled || bank.looked != 1 || bank.n != 4 {
		t.Errorf("run %s, looked up %d times, %d calls", r.State, bank.looked, bank.n)
	}
	w.paidOnce(bank, 7)
}

// The first line of a batch stands with an attempt that is not its own; the others
// are paid, more than are worked on at a time.
func TestPay_OneLineThatCannotBePaidStopsNoOtherOfItsBatch(t *testing.T) {
	w := crew(t, table.NewMemory(), 9)
	bank := &counter{answers: func(_ int, batch []rail.Submission) (int, []payout.Answer, error) {
		heard := slices.Repeat([]payout.Answer{{Outcome: payout.Refused, Message: "account closed"}}, len(batch))
		heard[0] = payout.Answer{}
		return 1, heard, nil
	}}
	w.byBatches(bank, 9)
	if _, states := w.pay(); states[wire.LineUnknown] != 1 || states[wire.LineRejected] != 8 {
		t.Fatalf("%v", states)
	}
	w.Change("2026-03", "q0", func(l *payout.Line) { l.PaymentID = "2026-03.q0.EUR.9" })
	bank.answers = nil
	_, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: "2026-03.1", User: "ana"})
	if err == nil || !strings.Contains(err.Error(), "1 of 9 lines") {
		t.Errorf("got %v", err)
	}
	r, err := w.Uses.Runs.Show(w.Ctx, "2026-03.1")
	if err != nil || r.Lines[2].State != wire.LineUnknown || r.Lines[3].State != wire.LinePaid || r.Lines[10].State != wire.LinePaid {
		t.Errorf("run %+v, %v", r, err)
	}
	w.Change("2026-03", "q0", func(l *payout.Line) { l.PaymentID = "2026-03.q0.EUR.1" })
	if r, states := w.pay(); r.State != wire.RunSettled || states[wire.LinePaid] != 9 || bank.paid["2026-03.q1.EUR.2"] != 1 {
		t.Errorf("run %s, %v, the bank paid %v", r.State, states, bank.paid)
	}
	w.paidOnce(bank, 9)
}

// Lines of one batch that were begun on two rails are asked for where they were
// begun.
func TestPay_ABatchOfTwoRailsAsksEachForItsOwn(t *testing.T) {
	w := crew(t, table.NewMemory(), 4)
	old := &counter{answers: func(_ int, batch []rail.Submission) (int, []payout.Answer, error) {
		return len(batch), nil, nil
	}}
	w.byBatches(old, 9)
	_, err := w.Uses.Payer.PayLines(w.Ctx, "2026-03.1", []paying.LineRef{{"q0", "EUR"}, {"q1", "EUR"}})
	w.Must(err)
	bank := &counter{}
	w.Rails = rail.Rails{{Name: "next", Rail: bank, Batch: 9}, {Name: "bank", Rail: old, Batch: 1}}
	w.Uses = usecases.New(usecases.Config{Store: w.Store, Clock: w.Clock(), Rails: w.Rails})
	if r, states := w.pay(); r.State != wire.RunSettled || states[wire.LinePaid] != 4 {
		t.Errorf("run %s, %v", r.State, states)
	}
	got := [][]string{slices.Sorted(maps.Keys(old.paid)), slices.Sorted(maps.Keys(bank.paid))}
	want := [][]string{{"2026-03.q0.EUR.1", "2026-03.q1.EUR.1"}, {"2026-03.q2.EUR.1", "2026-03.q3.EUR.1"}}
	if d := cmp.Diff(want, got); d != "" || old.n != 1 || old.looked != 2 || bank.looked != 0 {
		t.Errorf("%s; submitted to the old one %d times, looked up %d and %d times", d, old.n, old.looked, bank.looked)
	}
}

func TestPay_SaysHowManyLinesAreDoneNotHowManyBatches(t *testing.T) {
	w := crew(t, table.NewMemory(), 7)
	w.byBatches(&counter{}, 3)
	var last [2]int
	progress := func(done, all int) { last = [2]int{done, all} }
	_, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: "2026-03.1", User: "ana", Progress: progress})
	if err != nil || last != [2]int{9, 9} { // the two that have nothing to get are done from the start
		t.Errorf("%v, %v", last, err)
	}
}

// every write of paying a batch, failed in every way, by a bank that pays a key as
// often as it is submitted and answers half of each batch.
func TestPay_ABatchResumedAfterAnyCrash_PaysEachOnce(t *testing.T) {
	var bank *counter
	pay := func(w *world) {
		for range 2 {
			w.Repeat("pay", func() error {
				_, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: "2026-03.1", User: "ana"})
				return err
			})
		}
	}
	crash(t, func(w *world) {
		bank = &counter{answers: func(_ int, batch []rail.Submission) (int, []payout.Answer, error) {
			return len(batch), accepted(len(batch) / 2), nil
		}}
		w.March()
		w.Order("c3", "g", "2026-03-24T10:00:00Z", "2000.00")
		w.Close("2026-03")
		_, err := w.Uses.Runs.Prepare(w.Ctx, paying.PrepareRequest{Period: "2026-03", User: "ana"})
		w.Must(err)
		_, err = w.Uses.Runs.Approve(w.Ctx, paying.ApproveRequest{Run: "2026-03.1", User: "ben"})
		w.Must(err)
		w.byBatches(bank, 3)
	}, pay, func(t *testing.T, w *world) {
		pay(w)
		if r, err := w.Uses.Runs.Show(w.Ctx, "2026-03.1"); err != nil || r.State != wire.RunSettled {
			t.Errorf("run %s, %v", r.State, err)
		}
		if d := cmp.Diff(map[string]int{"2026-03.p1.EUR.1": 1, "2026-03.p2.EUR.1": 1}, bank.paid); d != "" {
			t.Errorf("the bank: %s", d)
		}
	})
}
