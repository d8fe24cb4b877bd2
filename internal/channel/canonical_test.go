package channel

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/seal"
)

func hash(t *testing.T, f Fact) string {
	t.Helper()
	h, err := f.Hash()
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func anOrder() Fact {
	return Fact{ID: "e1", Source: "shop", Type: OrderCompleted, Time: at("2026-03-02T10:00:00Z"),
		Order: &Order{ID: "o1", Customer: "c1", Amount: 123450, Currency: "EUR", Margin: ptr[int64](-5), Discount: 100, Product: "kit", Attributes: map[string]string{"b": "2", "a": "1"}}}
}

func TestCanonical_IsPinned(t *testing.T) {
	f := anOrder()
	got, err := f.Canonical()
	const want = `{"data":{"amount":"1234.50","attributes":{"a":"1","b":"2"},"currency":"EUR","customerId":"c1","discount":"1.00","margin":"-0.05","orderId":"o1","product":"kit"},"time":"2026-03-02T10:00:00Z","type":"order.completed"}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
	u := Fact{Type: CustomerUpserted, TimeAssumed: true, Time: at("2026-03-02T10:00:00Z"), Upsert: &Upsert{Customer: "c1", Region: Put("DE"), Segment: Put(""),
		Currency: Put("EUR"), DeclaredValue: Put(Figure{"7000", "EUR"}), Need: Put(Figure{}), Attributes: map[string]*string{"x": nil, "y": ptr("z")}}}
	got, err = u.Canonical()
	const upsert = `{"data":{"attributes":{"x":null,"y":"z"},"currency":"EUR","customerId":"c1","declaredValue":"7000.00","need":null,"region":"DE","segment":null},"type":"customer.upserted"}`
	if err != nil || string(got) != upsert {
		t.Errorf("%s, %v\nwant %s", got, err, upsert)
	}
	for want, f := range map[string]Fact{
		`{"data":{"amount":"12.5","orderId":"o1","refundId":"r1"},"type":"order.refunded"}`: {Type: OrderRefunded, Refund: &Refund{"r1", "o1", "12.50"}},
		`{"data":{"customerId":"c1"},"type":"customer.churned"}`:                            {Type: CustomerChurned, Churn: &Churn{"c1"}},
		`{"data":{"customerId":"c1","score":4},"type":"feedback.recorded"}`:                 {Type: FeedbackRecorded, Feedback: &Feedback{"c1", 4}},
	} {
		f.TimeAssumed = true
		if got, err := f.Canonical(); err != nil || string(got) != want {
			t.Errorf("%s, %v\nwant %s", got, err, want)
		}
	}
}

func TestHash_IsOfWhatIsSaidNotOfHow(t *testing.T) {
	base := hash(t, anOrder())
	if !strings.HasPrefix(base, "sha256:") {
		t.Error(base)
	}
	same := anOrder()
	same.ID, same.Source = "e2", "file"
	if hash(t, same) != base {
		t.Error("the id or the source of an event is part of its hash")
	}
	for name, change := range map[string]func(*Fact){
		"time":      func(f *Fact) { f.Time = at("2026-03-02T10:00:01Z") },
		"amount":    func(f *Fact) { f.Order.Amount++ },
		"currency":  func(f *Fact) { f.Order.Currency = "USD" },
		"margin":    func(f *Fact) { f.Order.Margin = nil },
		"discount":  func(f *Fact) { f.Order.Discount = 0 },
		"product":   func(f *Fact) { f.Order.Product = "" },
		"attribute": func(f *Fact) { f.Order.Attributes = map[string]string{"a": "1"} },
	} {
		other := anOrder()
		other.Order.Attributes = map[string]string{"b": "2", "a": "1"}
		change(&other)
		if hash(t, other) == base {
			t.Errorf("another %s is the same fact", name)
		}
	}
}

func TestHash_AnAssumedTimeIsNoPartOfIt(t *testing.T) {
	a := Fact{Type: CustomerChurned, Time: at("2026-03-02T10:00:00Z"), TimeAssumed: true, Churn: &Churn{"c1"}}
	b := a
	b.Time = at("2026-04-02T10:00:00Z")
	if hash(t, a) != hash(t, b) {
		t.Error("the same row at another time is another fact")
	}
	b.TimeAssumed = false
	if hash(t, a) == hash(t, b) {
		t.Error("a stated time is not part of the hash")
	}
}

func TestHash_OfARefundDoesNotDependOnHowItsAmountIsWritten(t *testing.T) {
	refund := func(amount string) string {
		return hash(t, Fact{Type: OrderRefunded, Time: at("2026-03-02T10:00:00Z"), Refund: &Refund{"r1", "o1", amount}})
	}
	for _, same := range []string{"12.5", "12.50", "012.5000"} {
		if refund(same) != refund("12.5") {
			t.Errorf("%s is not 12.5", same)
		}
	}
	for in, want := range map[string]string{"0.00": "0", "100": "100", "0100.10": "100.1", "0.05": "0.05", "00": "0", "10": "10", "1.0": "1", "99999999999999999999.10": "99999999999999999999.1"} {
		if got := shortest(in); got != want {
			t.Errorf("shortest(%s) = %s, want %s", in, got, want)
		}
	}
	if refund("12.5") == refund("125") {
		t.Error("12.5 is 125")
	}
}

// anyFact is one of each type, with texts that need escapes.
func anyFact(r *rand.Rand) Fact {
	texts := []string{"", "kit", "gift card", "Öl, 5 l", `5" tube`, `back\slash`, "a</b>&", "\u2029 not parsed", "日本", "tab\t"}
	pick := func() string { return texts[r.IntN(len(texts))] }
	names := []string{"a", "Z", "a.b", "-", "é", "\U0001F600", "\uFB33"}
	f := Fact{Type: FactTypes()[r.IntN(5)], Time: at("2026-03-02T10:00:00Z").Add(time.Duration(r.IntN(1e6)) * time.Second), TimeAssumed: r.IntN(4) == 0}
	switch r.IntN(6) {
	case 0, 1:
		f.Order = &Order{ID: "o1", Customer: "c:1", Amount: r.Int64N(1e9), Currency: []string{"EUR", "JPY", "KWD"}[r.IntN(3)], Discount: r.Int64N(3), Product: pick()}
		if r.IntN(2) == 0 {
			f.Order.Margin = ptr(r.Int64N(1000) - 500)
		}
		for range r.IntN(4) {
			if f.Order.Attributes == nil {
				f.Order.Attributes = map[string]string{}
			}
			f.Order.Attributes[names[r.IntN(len(names))]] = pick()
		}
	case 2:
		f.Refund = &Refund{"r1", "o1", []string{"1", "1.50", "0"}[r.IntN(3)]}
	case 3:
		f.Feedback = &Feedback{"c1", 1 + r.IntN(5)}
	case 4:
		f.Churn = &Churn{"c1"}
	case 5:
		f.Upsert = anyUpsert(r, pick, names)
	}
	return f
}

func anyUpsert(r *rand.Rand, pick func() string, names []string) *Upsert {
	patch := func() Patch[string] { return Patch[string]{Set: r.IntN(2) == 0, Value: pick()} }
	figure := func() Patch[Figure] {
		return Patch[Figure]{Set: r.IntN(2) == 0, Value: Figure{[]string{"", "1", "07.50", "3.1"}[r.IntN(4)], []string{"", "EUR", "JPY"}[r.IntN(3)]}}
	}
	u := &Upsert{Customer: "c1", Region: patch(), Segment: patch(), Currency: patch(), DeclaredValue: figure(), Need: figure(), ReferralValue: figure(),
		SourcedBy: Put(PartnerID(pick())), ReferredBy: Put(CustomerID(pick())), EraseAll: r.IntN(4) == 0}
	for n := r.IntN(4); n > 0; n-- {
		if u.Attributes == nil {
			u.Attributes = map[string]*string{}
		}
		u.Attributes[names[r.IntN(len(names))]] = []*string{nil, ptr(pick())}[r.IntN(2)]
	}
	return u
}

func TestCanonical_IsCanonicalJSONOfEveryFact(t *testing.T) {
	r := rand.New(rand.NewPCG(8785, 1))
	for range 3_000 {
		f := anyFact(r)
		got, err := f.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		if want, err := seal.CanonicalJSON(got); err != nil || string(got) != string(want) {
			t.Fatalf("got  %s\nwant %s, %v", got, want, err)
		}
	}
}

func TestCanonical_RefusesTextThatIsNotUTF8(t *testing.T) {
	f := anOrder()
	f.Order.Product = "\xff"
	if b, err := f.Canonical(); !fault.Is(err, "not_canonical") {
		t.Errorf("%s, %v", b, err)
	}
}

func TestFact_Customer(t *testing.T) {
	for _, c := range []struct {
		f    Fact
		want CustomerID
	}{{anOrder(), "c1"}, {Fact{Upsert: &Upsert{Customer: "u"}}, "u"}, {Fact{Churn: &Churn{"c"}}, "c"}, {Fact{Feedback: &Feedback{Customer: "f"}}, "f"}, {Fact{Refund: &Refund{}}, ""}} {
		if got := c.f.Customer(); got != c.want {
			t.Errorf("%+v is about %q, want %q", c.f, got, c.want)
		}
	}
}

func BenchmarkHash(b *testing.B) {
	b.ReportAllocs()
	f := anOrder()
	for b.Loop() {
		_, _ = f.Hash()
	}
}
