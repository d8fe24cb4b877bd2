package source

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
)

const order = `{"id":"e1","source":"shop","type":"order.completed","time":"2026-03-02T10:00:00+01:00","data":{"orderId":"o1","customerId":"c1","amount":"12.50","currency":"EUR"}}`

func TestEvents_OneOrAListByMediaType(t *testing.T) {
	list := "[" + order + "," + strings.Replace(order, "e1", "e2", 1) + "]"
	for _, c := range []struct {
		media, body string
		items       int
	}{
		{"", order, 1}, {"application/json", order, 1}, {"application/json; charset=UTF-8", list, 2}, {MediaEvent, order, 1}, {MediaBatch, list, 2},
		{MediaBatch, "[" + order + "]\n", 1}, {"application/json", "\ufeff " + order, 1},
	} {
		items, err := Events(c.media, []byte(c.body))
		if err != nil || len(items) != c.items {
			t.Errorf("%q: %d items, %v; want %d", c.media, len(items), err, c.items)
			continue
		}
		want := channel.Fact{ID: "e1", Source: "shop", Type: channel.OrderCompleted, Time: at("2026-03-02T09:00:00Z"),
			Order: &channel.Order{ID: "o1", Customer: "c1", Amount: 1250, Currency: "EUR"}}
		if d := cmp.Diff(Item{ID: "e1", Source: "shop", Type: "order.completed", Fact: want}, items[0]); d != "" {
			t.Errorf("%q: %s", c.media, d)
		}
	}
}

func TestEvents_RefusesTheWholeForWhatConcernsTheWhole(t *testing.T) {
	many := "[" + strings.Repeat(order+",", MaxEvents) + order + "]"
	for name, c := range map[string]struct{ media, body, slug string }{
		"another type":        {"text/csv", order, "unsupported_media_type"},
		"another encoding":    {"application/json; charset=latin1", order, "unsupported_media_type"},
		"no media type":       {";;", order, "unsupported_media_type"},
		"one as a list":       {MediaBatch, order, "invalid_json"},
		"a list as one":       {MediaEvent, "[" + order + "]", "invalid_json"},
		"empty":               {"", "", "invalid_json"},
		"an empty list":       {"", "[]", "invalid_json"},
		"cut off":             {"", order[:len(order)-2], "invalid_json"},
		"a list cut off":      {"", "[" + order, "invalid_json"},
		"a list cut off more": {"", "[" + order[:40], "invalid_json"},
		"something behind":    {"", order + "{}", "invalid_json"},
		"behind the list":     {"", "[" + order + "] x", "invalid_json"},
		"101":                 {"", many, "too_many_events"},
	} {
		if items, err := Events(c.media, []byte(c.body)); !fault.Is(err, c.slug) || fault.Of(err).Kind != fault.Invalid {
			t.Errorf("%s: %v, %v; want %s", name, items, err, c.slug)
		}
	}
}

func TestEvents_ABadItemSpoilsNoOther(t *testing.T) {
	items, err := Events("", []byte(`[`+order+`, 7, {"id":"e2","source":"shop","type":"order.lost","time":"2026-03-02","data":[]}, `+order+`]`))
	if err != nil || len(items) != 4 || items[0].Err != nil || items[3].Err != nil {
		t.Fatalf("%+v, %v", items, err)
	}
	if got := items[1].Err.Error(); got != "the fact is not valid: $: the number 7; want an object" {
		t.Error(got)
	}
	want := []fault.Field{
		{Field: "type", Message: `"order.lost": want one of customer.upserted, order.completed, order.refunded, customer.churned, feedback.recorded`},
		{Field: "time", Message: `"2026-03-02": want RFC 3339 such as 2026-03-02T10:00:00Z`},
		{Field: "data", Message: "is a list; want an object"},
	}
	if d := cmp.Diff(want, fault.Of(items[2].Err).Fields); d != "" || items[2].ID != "e2" || items[2].Type != "order.lost" {
		t.Errorf("%+v %s", items[2], d)
	}
}

// wrap puts data into an event.
func wrap(eventType, data string) string {
	return fmt.Sprintf(`{"id":"e1","source":"shop","type":%q,"time":"2026-03-02T10:00:00Z","data":%s}`, eventType, data)
}

func TestEvents_SaysWhatIsWrongAndWhere(t *testing.T) {
	for body, want := range map[string]string{
		wrap("order.completed", `{"orderId":"o1","customerId":"c1","amount":12.5,"currency":"EUR"}`):                           `data.amount: is the number 12.5; want text such as "1234.56"`,
		wrap("order.completed", `{"orderId":"o1","customerId":"c1","ammount":"12.5","currency":"EUR"}`):                        `data.ammount: is not known here; did you mean amount?; data.amount: is missing`,
		wrap("order.completed", `{"orderId":"o1","customerId":"c1","amount":"12.555","currency":"EUR"}`):                       `data.amount: "12.555": too many decimals, EUR has 2; want a decimal string such as 1234.56`,
		wrap("order.completed", `{"orderId":"o1","customerId":"c1","amount":"1","currency":"EUR","attributes":{"b":1,"a":2}}`): `data.attributes.a: is the number 2; want text; data.attributes.b: is the number 1; want text`,
		wrap("order.completed", `{"orderId":"o1","customerId":"c1","amount":"1","currency":"EUR","product":""}`):               `data.product: is empty; leave it out instead`,
		wrap("order.completed", `{"orderId":"o1","orderId":"o2","customerId":"c1","amount":"1","currency":"EUR"}`):             `data.orderId: the key stands here twice`,
		wrap("order.refunded", `{"refundId":"r1","orderId":"o1","amount":"-1"}`):                                               `data.amount: "-1": must not be negative; want a decimal string such as 1234.56`,
		wrap("order.refunded", `{"refundId":"r1","orderId":"o1","amount":"1.00001"}`):                                          `data.amount: "1.00001": no currency has more than 4 decimals`,
		wrap("order.refunded", `{"refundId":"r1","orderId":"o1","amount":"1","currency":"EUR"}`):                               `data.currency: is not known here; did you mean orderId?`,
		wrap("feedback.recorded", `{"customerId":"c1","score":6}`):                                                             `data.score: "6": want a whole number from 1 to 5`,
		wrap("feedback.recorded", `{"customerId":"c1","score":4.5}`):                                                           `data.score: "4.5": want a whole number from 1 to 5`,
		wrap("feedback.recorded", `{"customerId":"c1","score":"5"}`):                                                           `data.score: is "5"; want a number`,
		wrap("feedback.recorded", `{"customerId":"c1"}`):                                                                       `data.score: is missing`,
		wrap("customer.churned", `{}`):                                                          `data.customerId: is missing`,
		wrap("customer.upserted", `{"customerId":"c1","region":""}`):                            `data.region: is empty; null erases, leaving it out changes nothing`,
		wrap("customer.upserted", `{"customerId":"c1","region":"a\u0000b"}`):                    `data.region: contains the control character U+0000`,
		wrap("customer.upserted", `{"customerId":"c1","region":"\u0000"}`):                      `data.region: contains the control character U+0000`,
		wrap("customer.upserted", `{"customerId":"c1","declaredValue":"1.5","currency":"JPY"}`): `data.declaredValue: "1.5": too many decimals, JPY has 0; want a decimal string such as 1234.56`,
		wrap("customer.upserted", `{"customerId":"c1","referredBy":"c1"}`):                      `data.referredBy: is the customer itself`,
		wrap("customer.upserted", `{"customerId":"c1","attributes":{"x":["y"]}}`):               `data.attributes.x: is a list; want text, or null to erase it`,
		`{"source":"a b","type":"customer.churned","time":"2026-03-02T1:00:00Z","data":null,"specversion":"0.3","datacontenttype":"text/xml","subjekt":"x"}`: `subjekt: is not known here; did you mean subject?; id: is missing; ` +
			`source: "a b": only letters, digits and . _ : - are allowed, byte 2 is ' '; time: "2026-03-02T1:00:00Z": want RFC 3339 such as 2026-03-02T10:00:00Z; ` +
			`specversion: "0.3": want "1.0"; datacontenttype: "text/xml": want application/json; data: is null; want an object`,
		wrap("order.completed", `{"orderId":"o1","customerId":"c1","amount":"1","currency":"EUR","product":"`+strings.Repeat("x", MaxEventBytes)+`"}`): `$: has 65703 bytes, at most 65536 are allowed`,
	} {
		items, err := Events("", []byte(body))
		if err != nil || len(items) != 1 {
			t.Errorf("%.100s: %v", body, err)
			continue
		}
		if items[0].Err == nil || !fault.Is(items[0].Err, "invalid_fact") {
			t.Errorf("%.100s: accepted", body)
			continue
		}
		var got []string
		for _, f := range fault.Of(items[0].Err).Fields {
			got = append(got, f.Field+": "+f.Message)
		}
		if s := strings.Join(got, "; "); s != want {
			t.Errorf("%.100s\n got %s\nwant %s", body, s, want)
		}
	}
}

func TestEvents_NullErasesAndAbsenceLeaves(t *testing.T) {
	items, err := Events("", []byte(wrap("customer.upserted", `{"customerId":"c1","region":null,"need":null,"sourcedBy":null,"attributes":{"a":"1","b":null}}`)))
	if err != nil || items[0].Err != nil {
		t.Fatal(err, items)
	}
	want := &channel.Upsert{Customer: "c1", Region: channel.Put(""), Need: channel.Put(channel.Figure{}), SourcedBy: channel.Put[channel.PartnerID](""),
		Attributes: map[string]*string{"a": ptr("1"), "b": nil}}
	if d := cmp.Diff(want, items[0].Fact.Upsert); d != "" {
		t.Error(d)
	}
	items, err = Events("", []byte(wrap("customer.upserted", `{"customerId":"c1","attributes":null}`)))
	if err != nil || !items[0].Fact.Upsert.EraseAll {
		t.Error("attributes: null does not erase them all", err)
	}
}

func FuzzEvents(f *testing.F) {
	for _, s := range []string{order, "[" + order + "]", wrap("customer.upserted", `{"customerId":"c1","attributes":{"a":null},"need":"5"}`), wrap("order.refunded", `{"refundId":"r","orderId":"o","amount":"1.50"}`), "[", "null", `{"data":{}}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		items, err := Events("", []byte(body))
		if err != nil {
			return
		}
		for i := range items {
			if items[i].Err != nil {
				continue
			}
			text, err := Encode(&items[i].Fact)
			if err != nil {
				t.Fatal(err)
			}
			again, err := Events(MediaEvent, text)
			if err != nil || again[0].Err != nil || cmp.Diff(items[i].Fact, again[0].Fact) != "" {
				t.Errorf("%s is written as %s and read as %+v, %v", body, text, again, err)
			}
		}
	})
}
