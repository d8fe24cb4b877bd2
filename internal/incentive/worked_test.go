package incentive

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
)

// TestWorkedNumbers runs the cases of testdata. Each is a story in sections:
//
//	components                 of the partner's plan, from 2026-01-01 on
//	components from DAY        of the version in effect from that day
//	booked in MONTH            facts, as they became known in an open month
//	statement of MONTH         the month is closed; what its statement says
//
// A fact is a day and what happened: order ID of CUSTOMER AMOUNT [key=value ..],
// refund of ORDER AMOUNT, feedback of CUSTOMER SCORE, handover of CUSTOMER
// VALUE, return of CUSTOMER, churn of CUSTOMER. `-update` writes what was
// computed into the statements.
func TestWorkedNumbers(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d cases: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { runStory(t, file) })
	}
}

func runStory(t *testing.T, file string) {
	story, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld()
	for i := range story.Files {
		f := &story.Files[i]
		verb, what, _ := strings.Cut(f.Name, " ")
		_, arg, _ := strings.Cut(what, " ")
		switch verb {
		case "components":
			w.addVersion(t, arg, string(f.Data))
		case "booked":
			for _, line := range strings.Split(strings.TrimSpace(string(f.Data)), "\n") {
				w.tell(t, channel.Period(arg), strings.Fields(line))
			}
		case "statement":
			r := w.mustClose(t, channel.Period(arg))
			w.values, w.minimum = nil, 0
			checkFormulas(t, &r)
			if got := r.print(); got != string(f.Data) {
				if f.Data = []byte(got); !*update {
					t.Errorf("%s: %s:\n%s", file, f.Name, got)
				}
			}
		default:
			t.Fatalf("%s: section %q", file, f.Name)
		}
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(story), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) addVersion(t *testing.T, from, components string) {
	if from == "" {
		from = "2026-01-01"
	}
	p := mustParse(t, planOf(from, components))
	p.Version = len(w.plans) + 1
	if n := len(w.plans); n > 0 {
		w.plans[n-1].Until = p.Start(w.cal)
	}
	w.plans = append(w.plans, PlanSpan{From: p.Start(w.cal), Plan: p})
}

// tell books one fact.
func (w *world) tell(t *testing.T, booked channel.Period, words []string) {
	t.Helper()
	if len(words) < 2 {
		return
	}
	minor := func(i int) int64 {
		n, err := money.ParseSignedMinor(words[i], "EUR")
		if err != nil {
			t.Fatalf("%v: %v", words, err)
		}
		return n
	}
	switch words[0] {
	case "value": // value CUSTOMER START END
		w.customer(channel.CustomerID(words[1]))
		w.values = append(w.values, Value{Customer: channel.CustomerID(words[1]), Start: minor(2), End: minor(3), StartObserved: true, EndObserved: true})
		return
	case "minimum": // minimum payout AMOUNT
		w.minimum = minor(2)
		return
	case "guard": // guard on
		w.guarded = append(w.guarded, Guard{Period: booked})
		return
	}
	at, err := w.cal.ParseTime("day", words[0])
	if err != nil {
		t.Fatalf("%v: %v", words, err)
	}
	id := strconv.Itoa(len(w.parts)) + words[0] + words[2]
	customer := channel.CustomerID(words[3])
	switch words[1] {
	case "order": // DAY order ID of CUSTOMER AMOUNT
		o := channel.Order{ID: channel.OrderID(words[2]), Customer: channel.CustomerID(words[4]), Amount: minor(5), Currency: "EUR"}
		for _, extra := range words[6:] {
			key, value, _ := strings.Cut(extra, "=")
			switch key {
			case "product":
				o.Product = value
			case "currency":
				o.Currency = value
			case "margin":
				n, _ := money.ParseSignedMinor(value, "EUR")
				o.Margin = &n
			}
		}
		w.order(booked, at, o)
	case "refund": // DAY refund of ORDER AMOUNT
		w.refund(booked, at, id+words[4], channel.OrderID(words[3]), minor(4))
	case "feedback": // DAY feedback of CUSTOMER SCORE
		score, _ := strconv.Atoi(words[4])
		w.entry(customer, booked, history.Entry{Kind: history.KindFeedback, ID: id + words[3] + words[4], Score: score, Occurred: at})
	case "handover":
		w.move(customer, at, channel.PodOwner("north"), money.Of(minor(4), "EUR"))
	case "return":
		w.move(customer, at, channel.PartnerOwner(w.partner.ID), money.Amount{})
	case "churn":
		w.entry(customer, booked, history.Entry{Kind: history.KindChurn, ID: id, Occurred: at, Applied: at})
	default:
		t.Fatalf("unknown fact %v", words)
	}
}
