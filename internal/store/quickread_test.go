package store

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/seal"
)

// readsAlike reads a body the quick way and by encoding/json and demands the
// same; it reports whether the quick way did it at all.
func readsAlike[T any, P quickBodyOf[T]](t *rapid.T, body []byte) bool {
	t.Helper()
	quick, slow := P(new(T)), P(new(T))
	if !readQuick(body, quick) {
		return false
	}
	if err := json.Unmarshal(body, slow); err != nil {
		t.Fatalf("%s was read quickly, but %v", body, err)
	}
	if !reflect.DeepEqual(quick, slow) {
		t.Fatalf("%s\nquick %+v\nslow  %+v", body, quick, slow)
	}
	return true
}

func written(t *rapid.T, v any) []byte {
	t.Helper()
	body, err := seal.Canonical(v)
	if err != nil {
		t.Skip(err) // not UTF-8: nothing that is ever written
	}
	return body
}

func TestQuickReader_ReadsWhatEncodingJSONReads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.StringMatching(`[ -~]{0,12}`), rapid.SampledFrom([]string{"", "é", `a"b`, "a\\", "\t", "2026-03"}))
		at := rapid.SampledFrom([]time.Time{noon, noon.Add(time.Millisecond), noon.In(time.FixedZone("x", 3600)), {}})
		number := rapid.Int64()
		readsAlike[entryBody](t, written(t, entryBody{Amount: rapid.Ptr(number, true).Draw(t, "a"), Margin: rapid.Ptr(number, true).Draw(t, "m"),
			Discount: number.Draw(t, "d"), Currency: text.Draw(t, "c"), Event: channel.EventID(text.Draw(t, "ev")), Occurred: at.Draw(t, "at"),
			Order: channel.OrderID(text.Draw(t, "o")), Product: text.Draw(t, "p"), Score: int(number.Draw(t, "s")), Seq: rapid.Uint64().Draw(t, "seq"),
			Applied: rapid.Ptr(at, true).Draw(t, "applied"), Source: channel.Source(text.Draw(t, "so"))}))
		raw := written(t, map[string]any{text.Draw(t, "k"): text.Draw(t, "v"), "list": []any{1, "]}", map[string]any{"a": nil}}, "owner": nil})
		readsAlike[Decision](t, written(t, Decision{Booked: "2026-03", By: text.Draw(t, "by"), From: at.Draw(t, "at"), Seq: rapid.Uint64().Draw(t, "seq"), Record: raw}))
		readsAlike[recordPart](t, raw)
		readsAlike[recordPart](t, written(t, recordPart{Cause: text.Draw(t, "c"), Tier: text.Draw(t, "t"), Moved: rapid.Bool().Draw(t, "m"),
			Value: recordValue{Amount: text.Draw(t, "a"), Currency: "EUR"}}))
		patch := channel.Upsert{Region: channel.Put(text.Draw(t, "r")), DeclaredValue: channel.Put(channel.Figure{Decimal: text.Draw(t, "d"), Currency: "EUR"}),
			SourcedBy: channel.Put(channel.PartnerID(text.Draw(t, "s")))}
		readsAlike[patchBody](t, written(t, newPatch(&patch)))
	})
}

// Bytes that nobody writes are left to encoding/json, or read as it would.
func TestQuickReader_GivesUpOnWhatItDoesNotExpect(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := []byte(`{"amount":12,"currency":"EUR","event":"e1","occurred":"2026-03-02T12:00:00Z","profile":{"a":["x"]},"source":"file"}`)
		for n := rapid.IntRange(1, 3).Draw(t, "n"); n > 0 && len(body) > 0; n-- {
			i := rapid.IntRange(0, len(body)-1).Draw(t, "i")
			switch rapid.IntRange(0, 2).Draw(t, "how") {
			case 0:
				body = append(body[:i:i], body[i+1:]...)
			case 1:
				body[i] = rapid.SampledFrom([]byte(`{}[]",:0-9at. \`)).Draw(t, "c")
			default:
				body = body[:i+1]
			}
		}
		var quick, slow entryBody
		if !readQuick(body, &quick) || json.Unmarshal(body, &slow) != nil {
			return // an item that cannot be read is damaged, however it is read
		}
		if quick.Profile, slow.Profile = nil, nil; !reflect.DeepEqual(quick, slow) {
			t.Fatalf("%s\nquick %+v\nslow  %+v", body, quick, slow)
		}
	})
}

func TestQuickReader_ReadsTheUsualItems(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := int64(5)
		region := channel.Upsert{Region: channel.Put("DE"), DeclaredValue: channel.Put(channel.Figure{Decimal: "7.00", Currency: "EUR"})}
		profile := newPatch(&region)
		raw := written(t, map[string]any{"cause": "import", "owner": "partner:p1", "tier": "base", "moved": true, "inputs": map[string]any{"region": "DE"},
			"value": map[string]any{"amount": "7.00", "currency": "EUR", "basis": "declared", "declared": "7.00"}})
		if !readsAlike[entryBody](t, written(t, entryBody{Amount: &n, Currency: "EUR", Event: "order:o1", Occurred: noon, Source: "file"})) ||
			!readsAlike[entryBody](t, written(t, entryBody{Profile: profile, Event: "row:1", Occurred: noon, Seq: 1, Source: "file"})) ||
			!readsAlike[patchBody](t, written(t, profile)) || !readsAlike[recordPart](t, raw) ||
			!readsAlike[Decision](t, written(t, Decision{Booked: "2026-03", By: "mia", From: noon, Record: raw, Request: "00", Seq: 1})) {
			t.Fatal("a usual item is not read the quick way")
		}
	})
}
