package seal

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gowebpki/jcs"

	"github.com/fairlead/fairlead/internal/fault"
)

func TestCanonical_SortsNamesAndWritesTheShortestEscapes(t *testing.T) {
	type inner struct {
		Z string `json:"z"`
		A int64  `json:"a,omitempty"`
	}
	type outer struct {
		B   []inner        `json:"b"`
		A   *inner         `json:"a"`
		Not string         `json:"-"`
		M   map[string]any `json:"<m>"`
	}
	got, err := Canonical(outer{
		B: []inner{{Z: "é\u2028 <&>\u0001\t\"\\/"}},
		M: map[string]any{"\U0001F600": true, "\uFB33": nil, "\n": -7, "": []any{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "{\"<m>\":{\"\":[],\"\\n\":-7,\"\U0001F600\":true,\"\uFB33\":null},\"a\":null,\"b\":[{\"z\":\"é\u2028 <&>\\u0001\\t\\\"\\\\/\"}]}"
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestCanonical_BigWholeNumbersAreExact(t *testing.T) {
	got, err := Canonical([]int64{9223372036854775807, -9223372036854775808, 0})
	if err != nil || string(got) != "[9223372036854775807,-9223372036854775808,0]" {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestCanonical_RefusesWhatTwoMachinesMayWriteDifferently(t *testing.T) {
	type deep struct {
		Rows []map[string]struct{ Rate float64 } `json:"rows"`
	}
	for name, v := range map[string]any{
		"float":            1.0,
		"float in a type":  deep{},
		"fraction in any":  map[string]any{"x": 1.5},
		"exponent raw":     json.RawMessage(`{"x":1e3}`),
		"minus zero":       json.RawMessage(`-0`),
		"name twice":       json.RawMessage(`{"a":1,"\u0061":2}`),
		"not UTF-8":        "a\xff",
		"raw not UTF-8":    json.RawMessage("\"a\xff\""),
		"half a number":    json.RawMessage(`{"e":[true,-0]}`),
		"fraction in text": json.RawMessage(`{"a":"\\","b":2.0}`),
		"half a pair":      json.RawMessage(`"\ud83d"`),
		"half a pair then": json.RawMessage(`"\ud83d\u0041"`),
		"channel":          make(chan int),
	} {
		if b, err := Canonical(v); !fault.Is(err, "not_canonical") {
			t.Errorf("%s: got %s, %v", name, b, err)
		}
	}
}

func TestCanonicalJSON_AgreesWithTheMaintainedLibrary(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		text, err := json.MarshalIndent(anyValue(r, 4), "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		want, err := jcs.Transform(text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := CanonicalJSON(text)
		if err != nil || string(got) != string(want) {
			t.Fatalf("of %s\ngot  %s, %v\nwant %s", text, got, err, want)
		}
		again, err := CanonicalJSON(got)
		if err != nil || string(again) != string(got) {
			t.Fatalf("not a fixed point: %s, %v", again, err)
		}
	}
}

func anyValue(r *rand.Rand, depth int) any {
	switch n := r.IntN(6); {
	case depth > 0 && n < 2:
		m := map[string]any{}
		for range r.IntN(5) {
			m[anyText(r)] = anyValue(r, depth-1)
		}
		return m
	case depth > 0 && n == 2:
		a := []any{}
		for range r.IntN(5) {
			a = append(a, anyValue(r, depth-1))
		}
		return a
	case n == 3:
		return r.IntN(1<<40) - 1<<39
	case n == 4:
		return r.IntN(2) == 0
	}
	return anyText(r)
}

func anyText(r *rand.Rand) string {
	runes := []rune("abcz\"\\/\b\f\n\r\t\x00\x1f\x7f<>&é€\u2028\uE000\uFB33\U0001F600\U00010000")
	var b strings.Builder
	for range r.IntN(6) {
		b.WriteRune(runes[r.IntN(len(runes))])
	}
	return b.String()
}

func TestHash_NamesItsFunction(t *testing.T) {
	h := Hash([]byte("x"))
	if want := "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"; h != want {
		t.Fatalf("got %s", h)
	}
}

func FuzzCanonicalJSON(f *testing.F) {
	for _, s := range []string{`{}`, `[{"b":1,"a":"\u00e9"}]`, `"\ud83d\ude00"`, ` [ 1 , 2 ] `, `{"":{"":[]}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := CanonicalJSON(text)
		if err != nil {
			return
		}
		if !json.Valid(got) {
			t.Fatalf("%q became %q, which is not JSON", text, got)
		}
		if again, err := CanonicalJSON(got); err != nil || string(again) != string(got) {
			t.Fatalf("%q is not a fixed point: %q, %v", got, again, err)
		}
	})
}

// entry has the size and shape of an order in the ledger.
type entry struct {
	Kind, ID, Source, EventID string
	Occurred, Booked          string
	Amount                    int64             `json:"amount"`
	Currency                  string            `json:"currency"`
	Attributes                map[string]string `json:"attributes"`
}

func BenchmarkCanonical_Order(b *testing.B) {
	e := entry{"o", "order-000001", "shop", "evt_0000001", "2026-03-02T10:00:00Z", "2026-03", 123456, "EUR", map[string]string{"x": "y", "a": "b"}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Canonical(e); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRoot_100kEntries(b *testing.B) {
	leaves := make([]Digest, 100_000)
	for i := range leaves {
		leaves[i] = Leaf(fmt.Appendf(nil, "entry %d", i))
	}
	for b.Loop() {
		Root(leaves)
	}
}
