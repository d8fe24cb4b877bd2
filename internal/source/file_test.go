package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
)

func berlin(t testing.TB) channel.Calendar {
	t.Helper()
	cal, err := channel.ParseCalendar("timeZone", "Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return cal
}

// read opens a file of facts and reads it to its end.
func read(t *testing.T, k Kind, text string) []Row[channel.Fact] {
	t.Helper()
	f, err := OpenFacts(k, strings.NewReader(text), berlin(t))
	if err != nil {
		t.Fatal(err)
	}
	return drain(t, f)
}

func drain[T any](t *testing.T, f *File[T]) []Row[T] {
	t.Helper()
	var rows []Row[T]
	for row := range f.Rows() {
		rows = append(rows, row)
	}
	if err := f.Err(); err != nil {
		t.Fatal(err)
	}
	return rows
}

func ptr[T any](v T) *T { return &v }

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestOrders_ColumnsInAnyOrder(t *testing.T) {
	rows := read(t, Orders, "\ufeffcurrency,amount,occurred_at,attr:shop,customer_id,order_id,margin,product,discount\n"+
		"EUR,1234.56,2026-03-02T10:00:00.9+01:00,north,c1,o1,-5.00,\"gift card, small\",10\n"+
		"JPY,500,2026-03-29,,c2,o2,,,\n")
	want := []Row[channel.Fact]{
		{Line: 2, Value: channel.Fact{ID: "order:o1", Source: "file", Type: channel.OrderCompleted, Time: at("2026-03-02T09:00:00Z"), Order: &channel.Order{
			ID: "o1", Customer: "c1", Amount: 123456, Currency: "EUR", Margin: ptr[int64](-500), Discount: 1000, Product: "gift card, small",
			Attributes: map[string]string{"shop": "north"}}}},
		{Line: 3, Value: channel.Fact{ID: "order:o2", Source: "file", Type: channel.OrderCompleted, Time: at("2026-03-28T23:00:00Z"), Order: &channel.Order{
			ID: "o2", Customer: "c2", Amount: 500, Currency: "JPY"}}},
	}
	if d := cmp.Diff(want, rows); d != "" {
		t.Error(d)
	}
}

func TestCustomers_EmptyCellsLeaveWhatIsKnown(t *testing.T) {
	rows := read(t, Customers, "customer_id,region,segment,declared_value,currency,need,sourced_by,referred_by,referral_value,arrived_at,attr:size\n"+
		"c1,DE,smb,7000.00,EUR,9000,p1,c9,1.5,2026-01-31,small\n"+
		"c2,,,7000.0001,,,,,,,\n")
	put := channel.Put[string]
	want := []Row[channel.Fact]{
		{Line: 2, Value: channel.Fact{Source: "file", Type: channel.CustomerUpserted, Time: at("2026-01-30T23:00:00Z"), Upsert: &channel.Upsert{
			Customer: "c1", Region: put("DE"), Segment: put("smb"), Currency: put("EUR"), DeclaredValue: channel.Put(channel.Figure{Decimal: "7000.00", Currency: "EUR"}),
			Need: channel.Put(channel.Figure{Decimal: "9000", Currency: "EUR"}), ReferralValue: channel.Put(channel.Figure{Decimal: "1.5", Currency: "EUR"}),
			SourcedBy: channel.Put(channel.PartnerID("p1")), ReferredBy: channel.Put(channel.CustomerID("c9")), Attributes: map[string]*string{"size": ptr("small")}}}},
		{Line: 3, Value: channel.Fact{Source: "file", Type: channel.CustomerUpserted, TimeAssumed: true, Upsert: &channel.Upsert{
			Customer: "c2", DeclaredValue: channel.Put(channel.Figure{Decimal: "7000.0001"})}}},
	}
	if d := cmp.Diff(want, rows); d != "" {
		t.Error(d)
	}
}

func TestRefundsAndFeedback(t *testing.T) {
	rows := append(read(t, Refunds, "refund_id,order_id,occurred_at,amount\nr1,o1,2026-03-02,12.50\n"),
		read(t, Feedback, "feedback_id,customer_id,occurred_at,score\nf1,c1,2026-03-02T00:00:00Z,5\n")...)
	want := []Row[channel.Fact]{
		{Line: 2, Value: channel.Fact{ID: "refund:r1", Source: "file", Type: channel.OrderRefunded, Time: at("2026-03-01T23:00:00Z"), Refund: &channel.Refund{ID: "r1", Order: "o1", RawAmount: "12.50"}}},
		{Line: 2, Value: channel.Fact{ID: "feedback:f1", Source: "file", Type: channel.FeedbackRecorded, Time: at("2026-03-02T00:00:00Z"), Feedback: &channel.Feedback{Customer: "c1", Score: 5}}},
	}
	if d := cmp.Diff(want, rows); d != "" {
		t.Error(d)
	}
}

func TestPartners_ListsWeightsAndPlans(t *testing.T) {
	const header = "partner_id,name,currency,regions,segments,certifications,weight,capacity,plan,plan_from"
	f, err := OpenPartners(strings.NewReader(header+",level\np1,Nord & Söhne,EUR,DE; AT,,gold;silver,0.5,100,standard,2026-01-01,gold\np2,South,USD,,,,,,,,\n"), berlin(t))
	if err != nil {
		t.Fatal(err)
	}
	want := []Row[PartnerRow]{
		{Line: 2, Value: PartnerRow{
			Partner: channel.Partner{ID: "p1", Name: "Nord & Söhne", Currency: "EUR", Regions: []string{"AT", "DE"}, Certifications: []string{"gold", "silver"},
				WeightMicros: 500_000, Capacity: 100, Status: channel.Active, Level: "gold"},
			Plan: "standard", PlanFrom: at("2025-12-31T23:00:00Z"), Given: Given{Level: true}}},
		{Line: 3, Value: PartnerRow{
			Partner: channel.Partner{ID: "p2", Name: "South", Currency: "USD", WeightMicros: 1_000_000, Capacity: channel.Unlimited, Status: channel.Active}, Given: Given{Level: true}}},
	}
	if d := cmp.Diff(want, drain(t, f)); d != "" {
		t.Error(d)
	}
	pods, err := OpenPods(strings.NewReader("pod_id,name,regions,capacity,kind\nnorth,North,DE,5,field\n"), berlin(t))
	if err != nil {
		t.Fatal(err)
	}
	pod := Row[PodRow]{Line: 2, Value: PodRow{Pod: channel.Pod{ID: "north", Name: "North", Regions: []string{"DE"}, Capacity: 5, Kind: "field", Status: channel.Active}, Given: Given{Kind: true}}}
	if d := cmp.Diff([]Row[PodRow]{pod}, drain(t, pods)); d != "" {
		t.Error(d)
	}
}

func TestHeader_SaysEverythingThatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		kind       Kind
		text, want string
	}{
		"unknown column": {Orders, "order_id,customer_id,occured_at,amount,currency\n", "occured_at: is not a column of this file; did you mean occurred_at?; occurred_at: the column is missing"},
		"twice":          {Refunds, "refund_id,order_id,occurred_at,amount,amount\n", "amount: the column stands here twice"},
		"no name":        {Refunds, "refund_id,order_id,occurred_at,amount,\n", "column 5: has no name"},
		"semicolons":     {Refunds, "refund_id;order_id;occurred_at;amount\n", "separated by commas"},
		"empty":          {Refunds, "", "the file is empty"},
		"only a mark":    {Refunds, "\ufeff", "the file is empty"},
		"UTF-16":         {Refunds, "\xff\xfer\x00", "UTF-16"},
		"a spreadsheet":  {Refunds, "PK\x03\x04", "spreadsheet"},
		"not UTF-8":      {Refunds, "refund_id,order_id,occurred_at,am\xe9ount\n", "not UTF-8"},
		"attributes":     {Refunds, "refund_id,order_id,occurred_at,amount,attr:x\n", "attr:x: is not a column"},
		"bad attribute":  {Orders, "order_id,customer_id,occurred_at,amount,currency,attr:a b\n", "only letters"},
	} {
		_, err := OpenFacts(c.kind, strings.NewReader(c.text), channel.Calendar{})
		if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || !strings.Contains(f.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := OpenFacts("payments", strings.NewReader("x"), channel.Calendar{}); err == nil {
		t.Error("payments are no facts")
	}
	if _, err := ParseKind("kind", "order"); err == nil || !strings.Contains(err.Error(), "did you mean orders?") {
		t.Errorf("ParseKind: %v", err)
	}
}

func TestRows_ABadLineIsToldByLineAndColumnAndCostsNothingElse(t *testing.T) {
	const header = "order_id,customer_id,occurred_at,amount,currency,attr:a\n"
	for line, want := range map[string]string{
		"o1,c1,2026-03-02,1.234,EUR,":                              `amount: "1.234": too many decimals, EUR has 2; want a decimal string such as 1234.56`,
		"o1,c1,2026-03-02,-1,EUR,":                                 `amount: "-1": must not be negative; want a decimal string such as 1234.56`,
		"o1,c1,2026-03-02,1.0,JPY,":                                `amount: "1.0": too many decimals, JPY has 0; want a decimal string such as 1234.56`,
		"o1,c1,2026-03-02,\"1,000.00\",EUR,":                       `amount: "1,000.00": not a decimal number; want a decimal string such as 1234.56`,
		"o1,c1,2026-03-02,,EUR,":                                   `amount: "": not a decimal number; want a decimal string such as 1234.56`,
		"o1,c1,2026-03-02,1,EURO,":                                 `currency: "EURO": want an ISO 4217 code such as EUR`,
		"o1,c1,02.03.2026,1,EUR,":                                  `occurred_at: "02.03.2026": want a day such as 2026-03-02`,
		"o1,c1,2026-02-30,1,EUR,":                                  `occurred_at: "2026-02-30": want a day such as 2026-03-02`,
		",c 1,2026-03-02,1,EUR,":                                   `order_id: is missing; customer_id: "c 1": only letters, digits and . _ : - are allowed, byte 2 is ' '`,
		"o1,c1,2026-03-02,1":                                       "has 4 columns, the header has 6",
		"o1,c1,2026-03-02,1,EUR,x,y":                               "has 7 columns, the header has 6",
		"o1,c1,2026-03-02,1,EUR," + strings.Repeat("x", 256):       "attr:*: have 257 bytes, at most 256 are allowed in all",
		"o1,c1,2026-03-02,1,EUR,a\x07b":                            "attr:a: contains the control character U+0007",
		strings.Repeat("o", 65) + ",c1,2026-03-02,1,EUR,":          "order_id: has 65 bytes, at most 64 are allowed",
		"o1,c1,2026-03-02T10:00:00,1,EUR,":                         `occurred_at: "2026-03-02T10:00:00": want RFC 3339 (2026-03-02T10:00:00Z) or a day (2026-03-02)`,
		"o1,c1,2026-03-02,1,EUR,\"x":                               "a quote is opened and not closed",
		"o1,c1,2026-03-02,99999999999999999999.00,EUR,":            `amount: "99999999999999999999.00": the amount is out of range; want a decimal string such as 1234.56`,
		"o1,c1,2026-03-02,1,EUR," + strings.Repeat("x", 2*MaxLine): "the line is longer than 65536 bytes",
	} {
		rows := read(t, Orders, header+line+"\no2,c2,2026-03-02,0.00,EUR,\n")
		if len(rows) != 2 || rows[0].Line != 2 || rows[0].Err == nil || rows[1].Err != nil || rows[1].Line != 3 {
			t.Errorf("%.60s: %+v; want one bad and one good row", line, rows)
			continue
		}
		f := fault.Of(rows[0].Err)
		if got := strings.TrimPrefix(strings.TrimPrefix(f.Error(), "the line is not valid: "), ": "); got != want || f.Slug != "invalid_line" {
			t.Errorf("%.60s\n got %s\nwant %s", line, got, want)
		}
		if !strings.HasPrefix(line, rows[0].Raw) || rows[0].Raw == "" {
			t.Errorf("%.60s: the raw line is %.60q", line, rows[0].Raw)
		}
	}
}

func TestRows_ABrokenStreamIsToldAtTheEnd(t *testing.T) {
	broken := errors.New("connection reset")
	f, err := OpenFacts(Refunds, io.MultiReader(strings.NewReader("refund_id,order_id,occurred_at,amount\nr1,o1,2026-03-02,12.50\nr2,o2,2026-03-02,12"), iotest.ErrReader(broken)), channel.Calendar{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for range f.Rows() {
		n++
	}
	if err := f.Err(); n != 1 || !fault.Is(err, "truncated_file") || !errors.Is(err, broken) {
		t.Errorf("%d rows, %v; want one row and a truncated file", n, err)
	}
}

// manyOrders is an endless file, made as it is read.
type manyOrders struct {
	n, of int
	buf   bytes.Buffer
}

// Read gives the next lines.
func (m *manyOrders) Read(p []byte) (int, error) {
	for m.buf.Len() < len(p) && m.n < m.of {
		if m.n == 0 {
			m.buf.WriteString("order_id,customer_id,occurred_at,amount,currency,product\n")
		}
		fmt.Fprintf(&m.buf, "o%08d,c%05d,2026-03-02T10:%02d:00Z,%d.%02d,EUR,kit\n", m.n, m.n%50_000, m.n%60, m.n%900, m.n%100)
		m.n++
	}
	return m.buf.Read(p)
}

func TestFile_IsReadInConstantMemory(t *testing.T) {
	f, err := OpenFacts(Orders, &manyOrders{of: 200_000}, channel.Calendar{})
	if err != nil {
		t.Fatal(err)
	}
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, most, n := heap(), uint64(0), 0
	for row := range f.Rows() {
		if n++; row.Err != nil {
			t.Fatal(row.Err)
		}
		if n%50_000 == 0 {
			most = max(most, heap())
		}
	}
	if n != 200_000 || most > before+1<<20 {
		t.Errorf("%d rows; the heap grew from %d to %d bytes", n, before, most)
	}
}

// Goal: 100,000 lines a second and more.
func BenchmarkOrders(b *testing.B) {
	b.ReportAllocs()
	f, err := OpenFacts(Orders, &manyOrders{of: b.N}, channel.Calendar{})
	if err != nil {
		b.Fatal(err)
	}
	for row := range f.Rows() {
		if row.Err != nil {
			b.Fatal(row.Err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
