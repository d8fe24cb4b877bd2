package channel

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/money"
)

func ptr[T any](v T) *T { return &v }

func TestRawOrder_Parse(t *testing.T) {
	got, err := RawOrder{OrderID: "o1", CustomerID: "c1", Amount: "0.00", Currency: "EUR", Margin: "-1.50", Discount: "2", Product: "kit"}.Parse()
	want := &Order{ID: "o1", Customer: "c1", Currency: "EUR", Margin: ptr[int64](-150), Discount: 200, Product: "kit"}
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Error(err, d)
	}
}

func TestRaw_AnAmountThatWouldBreakEverySumIsRefused(t *testing.T) {
	const most, above = "9999999999999.99", "10000000000000.00"
	if _, err := (RawOrder{OrderID: "o1", CustomerID: "c1", Currency: "EUR", Amount: most, Margin: "-" + most}).Parse(); err != nil {
		t.Error(err)
	}
	_, order := RawOrder{OrderID: "o1", CustomerID: "c1", Currency: "EUR", Amount: above, Discount: above, Margin: "-" + above}.Parse()
	_, refund := RawRefund{RefundID: "r1", OrderID: "o1", Amount: above}.Parse()
	_, upsert := RawUpsert{CustomerID: "c1", Currency: Put("EUR"), DeclaredValue: Put(above), Need: Put(above), ReferralValue: Put(above)}.Parse()
	for err, fields := range map[error]int{order: 3, refund: 1, upsert: 3} {
		if f := fault.Of(err); err == nil || len(f.Fields) != fields || !strings.Contains(f.Error(), "is too large") {
			t.Errorf("got %v, want %d fields", err, fields)
		}
	}
}

func TestRaw_EverythingWrongIsToldAtOnce(t *testing.T) {
	fields := func(err error) string {
		var names []string
		for _, f := range fault.Of(err).Fields {
			names = append(names, f.Field)
		}
		return strings.Join(names, " ")
	}
	_, order := RawOrder{OrderID: "", CustomerID: "a b", Amount: "x", Currency: "EUR", Margin: "1.234", Discount: "-1", Product: "\x07", Attributes: map[string]string{"a b": "1", "c": "\x00"}}.Parse()
	_, noCurrency := RawOrder{OrderID: "o", CustomerID: "c", Amount: "x", Currency: "eur"}.Parse()
	_, refund := RawRefund{Amount: "1e3"}.Parse()
	_, feedback := RawFeedback{Score: "0"}.Parse()
	_, churn := RawChurn{}.Parse()
	long := strings.Repeat("x", 200)
	_, upsert := RawUpsert{CustomerID: "c1", Region: Put("a;b"), Segment: Put(" x"), Currency: Put("XXX"), DeclaredValue: Put("-1"), Need: Put("1.23456"),
		ReferralValue: Put("1,5"), SourcedBy: Put("p 1"), ReferredBy: Put("c1"), Attributes: map[string]*string{"a": &long, "b": &long, "c": nil}}.Parse()
	_, partner := RawPartner{ID: "p#1", Currency: "EU", Regions: []string{"DE", ""}, Weight: "0.001", Capacity: "-1", Status: "gone", Level: "a\nb", Manager: long + "y"}.Parse()
	_, pod := RawPod{Capacity: "1.5", Kind: "outside", Regions: []string{strings.Repeat("x", 65)}}.Parse()
	for _, c := range []struct {
		err  error
		want string
	}{
		{order, "orderId customerId product amount discount margin attributes attributes.c"},
		{noCurrency, "currency"}, // the amount cannot be judged without it
		{refund, "refundId orderId amount"},
		{feedback, "customerId score"},
		{churn, "customerId"},
		{upsert, "region segment currency declaredValue need referralValue sourcedBy referredBy attributes"},
		{partner, "id name currency weight capacity status level manager regions[1]"},
		{pod, "id name capacity kind regions[0]"},
	} {
		if fault.Of(c.err).Kind != fault.Invalid {
			t.Errorf("%v", c.err)
		}
		if got := strings.Split(fields(c.err), " "); cmp.Diff(sorted(strings.Split(c.want, " ")), sorted(got)) != "" {
			t.Errorf("%v\n got %s\nwant %s", c.err, got, c.want)
		}
	}
}

func sorted(list []string) map[string]int {
	m := map[string]int{}
	for _, s := range list {
		m[s]++
	}
	return m
}

func TestParseCode_TakesTextThatIsShownAndListed(t *testing.T) {
	for _, s := range []string{"DE", "north west", "Île-de-France", "日本", "a/b", "x,y", strings.Repeat("x", 64)} {
		if got, err := ParseCode("region", s); err != nil || got != s {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, s := range []string{"", " DE", "DE ", "D\tE", "a;b", "\xff", "a\u202eb", "a\u2028b", "a\x7f", "\u0085", strings.Repeat("x", 65), strings.Repeat("ä", 33)} {
		if _, err := ParseCode("region", s); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
}

func TestWeightAndCapacity(t *testing.T) {
	for s, want := range map[string]int64{"": 1_000_000, "0": 0, "0.01": 10_000, "0.5": 500_000, "10000": 10_000_000_000, "1.000001": 1_000_001} {
		got, err := ParseWeight("weight", s)
		if err != nil || got != want {
			t.Errorf("weight %q is %d, %v; want %d", s, got, err, want)
		}
	}
	for _, s := range []string{"0.009999", "10000.000001", "-1", "x", "1e3", "0.0000001"} {
		if got, err := ParseWeight("weight", s); err == nil {
			t.Errorf("weight %q is %d", s, got)
		}
	}
	if got := FormatWeight(500_000); got != "0.5" {
		t.Errorf("half a weight is %s", got)
	}
	for s, want := range map[string]int64{"": Unlimited, "0": 0, "17": 17} {
		if got, err := ParseCapacity("capacity", s); err != nil || got != want {
			t.Errorf("capacity %q is %d, %v; want %d", s, got, err, want)
		}
	}
	for _, s := range []string{"-1", "+1", "1.0", "x", "99999999999999999999"} {
		if got, err := ParseCapacity("capacity", s); err == nil {
			t.Errorf("capacity %q is %d", s, got)
		}
	}
}

func TestFigure_WaitsForItsCurrency(t *testing.T) {
	known, err := ParseFigure("need", "12.5", "EUR")
	if a, bad := known.Amount("JPY"); err != nil || bad != nil || a != money.Of(1250, "EUR") {
		t.Errorf("%v, %v, %v", a, err, bad)
	}
	unknown, err := ParseFigure("need", "12.5", "")
	if a, bad := unknown.Amount("KWD"); err != nil || bad != nil || a != money.Of(12500, "KWD") {
		t.Errorf("%v, %v, %v", a, err, bad)
	}
	if _, bad := unknown.Amount("JPY"); !errors.Is(bad, money.ErrDigits) {
		t.Errorf("12.5 yen: %v", bad)
	}
	if n, err := (Refund{RawAmount: "12.5"}).Minor("JPY"); err == nil || fault.Of(err).Fields[0].Field != "data.amount" {
		t.Errorf("a refund of 12.5 yen is %d, %v", n, err)
	}
	if n, err := (Refund{RawAmount: "12.5"}).Minor("EUR"); err != nil || n != 1250 {
		t.Errorf("a refund of 12.5 euros is %d, %v", n, err)
	}
}

func TestParseFactType_ReadsEveryTypeAndNamesThemAll(t *testing.T) {
	for _, ft := range FactTypes() {
		if got, err := ParseFactType("type", string(ft)); err != nil || got != ft {
			t.Errorf("%s: %v", ft, err)
		}
	}
	if _, err := ParseFactType("type", "order.lost"); err == nil || !strings.Contains(err.Error(), "order.completed") {
		t.Errorf("order.lost: %v", err)
	}
}
