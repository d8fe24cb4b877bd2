package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/table"
)

// readsAlike reads a body as the store does and by encoding/json, and demands
// the same.
func readsAlike[T any](t *rapid.T, body []byte) {
	t.Helper()
	var got, want T
	if err := Decode(table.Item{Version: 1, Body: body}, &got); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	if err := json.Unmarshal(body, &want); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%s\ngot  %+v\nwant %+v", body, got, want)
	}
}

func written(t *rapid.T, v any) []byte {
	t.Helper()
	body, err := seal.Canonical(v)
	if err != nil {
		t.Skip(err) // not UTF-8: nothing that is ever written
	}
	return body
}

func TestDecode_ReadsWhatEncodingJSONReads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.StringMatching(`[ -~]{0,12}`), rapid.SampledFrom([]string{"", "é", `a"b`, "a\\", "\t", "2026-03"}))
		at := rapid.SampledFrom([]time.Time{noon, noon.Add(time.Millisecond), noon.In(time.FixedZone("x", 3600)), {}})
		number := rapid.Int64()
		patch := channel.Upsert{Region: channel.Put(text.Draw(t, "r")), DeclaredValue: channel.Put(channel.Figure{Decimal: text.Draw(t, "d"), Currency: "EUR"}),
			SourcedBy: channel.Put(channel.PartnerID(text.Draw(t, "s"))), Attributes: map[string]*string{"gone": nil}, EraseAll: rapid.Bool().Draw(t, "all")}
		readsAlike[entryBody](t, written(t, entryBody{Amount: rapid.Ptr(number, true).Draw(t, "a"), Margin: rapid.Ptr(number, true).Draw(t, "m"),
			Discount: number.Draw(t, "d"), Currency: text.Draw(t, "c"), Event: channel.EventID(text.Draw(t, "ev")), Occurred: at.Draw(t, "at"),
			Order: channel.OrderID(text.Draw(t, "o")), Product: text.Draw(t, "p"), Score: int(number.Draw(t, "s")), Seq: rapid.Uint64().Draw(t, "seq"),
			Attributes: rapid.MapOfN(text, text, 0, 2).Draw(t, "attributes"), Profile: newPatch(&patch),
			Applied: rapid.Ptr(at, true).Draw(t, "applied"), Source: channel.Source(text.Draw(t, "so"))}))
		raw := written(t, map[string]any{text.Draw(t, "k"): text.Draw(t, "v"), "list": []any{1, "]}", map[string]any{"a": nil}}, "owner": nil})
		readsAlike[Decision](t, written(t, Decision{Booked: "2026-03", By: text.Draw(t, "by"), From: at.Draw(t, "at"), Seq: rapid.Uint64().Draw(t, "seq"), Record: raw}))
		readsAlike[recordPart](t, raw)
		readsAlike[recordPart](t, written(t, recordPart{Cause: text.Draw(t, "c"), Tier: text.Draw(t, "t"), Moved: rapid.Bool().Draw(t, "m"),
			Value: recordValue{Amount: text.Draw(t, "a"), Currency: "EUR"}}))
		readsAlike[Claim](t, written(t, Claim{Hash: text.Draw(t, "h"), Received: at.Draw(t, "at"), Fact: raw}))
		readsAlike[headBody](t, written(t, headBody{Memo: &Memo{Model: text.Draw(t, "model")}, Referred: map[string]int64{"EUR": number.Draw(t, "n")},
			Profile: headProfile{At: at.Draw(t, "at"), Need: figureText{Decimal: "7.00"}, Attributes: map[string]string{"a": text.Draw(t, "v")}},
			Refused: []channel.PartnerID{"p1"}, Spans: []Span{{From: at.Draw(t, "from"), Owner: "pod:x"}}, State: text.Draw(t, "state")}))
	})
}

// An item that was damaged is told from one that is not there. What the log is
// told of it has its key and nothing that stood in it.
func TestDecode_OfADamagedItemFailsAndNamesNothingInIt(t *testing.T) {
	for _, body := range []string{
		`{"amount":12`, `{"amount":"erika"}`, `{"attributes":{"erika":1}}`, `{"attributes":{"erika":"a","erika":"b"}}`, `{"attributes":{"erika":"`,
		`{"occurred":"erika"}`, `{"score":1.5}`, `{"amount":1} {}`, "{\"source\":\"erika\xff\"}", ``,
	} {
		var into entryBody
		err := Decode(table.Item{Key: table.Key{PK: "C#c1", SK: "E#1"}, Version: 1, Body: []byte(body)}, &into)
		if cause := fmt.Sprint(errors.Unwrap(err)); !fault.Is(err, "internal") || !strings.Contains(cause, "C#c1 E#1") || strings.Contains(cause, "erika") {
			t.Errorf("%s: %s", body, cause)
		}
	}
}

// A patch is read with what it has and what it erases.
func TestPatch_IsReadBackAsItWas(t *testing.T) {
	some := "x"
	for _, u := range []channel.Upsert{
		{Customer: "c1", Region: channel.Put("DE"), Segment: channel.Put(""), Need: channel.Put(channel.Figure{}), SourcedBy: channel.Put(channel.PartnerID("p1")),
			DeclaredValue: channel.Put(channel.Figure{Decimal: "7.00", Currency: "EUR"}), Attributes: map[string]*string{"a": &some, "b": nil}},
		{Customer: "c1", EraseAll: true},
		{Customer: "c1", EraseAll: true, Attributes: map[string]*string{"a": &some}},
		{Customer: "c1"},
	} {
		body, err := seal.Canonical(newPatch(&u))
		if err != nil {
			t.Fatal(err)
		}
		var p profilePatch
		if err := json.Unmarshal(body, &p); err != nil {
			t.Fatal(err)
		}
		if got := p.upsert("c1"); !reflect.DeepEqual(got, &u) {
			t.Errorf("%s: got %+v, want %+v", body, got, &u)
		}
	}
}
