package strictjson_test

import (
	"encoding/json"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/strictjson"
)

var limits = strictjson.Limits{Bytes: 1 << 20, Depth: 4, Number: 5}

func TestRead_GoodText_KeepsNumbersAsWritten(t *testing.T) {
	want := map[string]any{"a": []any{json.Number("12.50"), true, nil, "é\U0001d11e"}, "b": map[string]any{}}
	for _, text := range []string{
		`{"a":[12.50,true,null,"é\ud834\udd1e"],"b":{}}`,
		"\xef\xbb\xbf {\"a\": [12.50, true, null, \"é𝄞\"],\n\"b\": {}} \n",
	} {
		got, err := strictjson.Read([]byte(text), limits)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.Root); diff != "" || got.Problems != nil {
			t.Error(diff, got.Problems)
		}
	}
}

func TestRead_BrokenText_SaysWhereAndWhy(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "the text is empty",
		" \n\xef":                    "line 2, column 1: the text is not UTF-8",
		"\xef\xbb\xbf\n":             "the text is empty",
		`{"a":`:                      "line 1, column 6: the text ends in the middle",
		"{\"é\":\n [1,":              "line 2, column 5: the text ends in the middle",
		`"a`:                         "line 1, column 3: the text ends in the middle",
		`{} {}`:                      "line 1, column 4: something stands behind the JSON value",
		`1,`:                         "line 1, column 2: something stands behind the JSON value",
		"{\"é\": \"\xff\"}":          "line 1, column 8: the text is not UTF-8",
		`[[[[[1]]]]]`:                "line 1, column 5: more than 4 objects and lists inside one another",
		`{"a":1,}`:                   "line 1, column 7: ",
		`{a:1}`:                      "line 1, column 2: ",
		`[1 2]`:                      "line 1, column 4: ",
		`[01]`:                       "line 1, column 3: ",
		`[NaN]`:                      "line 1, column 2: ",
		"{\n// no\n}":                "line 2, column 1: ",
		`["\ud800"]`:                 "line 1, column 3: half of a surrogate pair",
		`["\ude00\ud83d"]`:           "line 1, column 3: ",
		"[\"a\tb\"]":                 "line 1, column 4: ",
		strings.Repeat("1", 1<<20+1): "the text is too large: 1048577 bytes, at most 1048576 are allowed",
	} {
		_, err := strictjson.Read([]byte(text), limits)
		var broken *strictjson.Broken
		if !errors.As(err, &broken) || !strings.HasPrefix(err.Error(), want) || broken.Why == "" {
			t.Errorf("%.60q: %v, want %s", text, err, want)
		}
	}
}

func TestRead_NamesTwiceAndLongNumbers_AreToldInOrderAndTheLastCounts(t *testing.T) {
	text, err := strictjson.Read([]byte(`{"a":[{"x":1,"x":2}],"b":123456,"a":1e9,"c":-1234}`), limits)
	if err != nil {
		t.Fatal(err)
	}
	want := []strictjson.Problem{
		{At: []any{"a", 0, "x"}}, {At: []any{"b"}, Number: "123456"}, {At: []any{"a"}}, {At: []any{"a"}, Number: "1e9"},
	}
	if diff := cmp.Diff(want, text.Problems); diff != "" {
		t.Error(diff)
	}
	values := map[string]any{"a": json.Number("0"), "b": json.Number("0"), "c": json.Number("-1234")}
	if diff := cmp.Diff(values, text.Root); diff != "" {
		t.Error(diff)
	}
}

func TestRead_TooDeep_NamesThePlace(t *testing.T) {
	_, err := strictjson.Read([]byte(`{"a":[[{"b":[]}]]}`), limits)
	var broken *strictjson.Broken
	if !errors.As(err, &broken) || broken.Kind != strictjson.TooDeep {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]any{"a", 0, 0, "b"}, broken.At); diff != "" {
		t.Error(diff)
	}
}

func TestRank_FollowsTheText(t *testing.T) {
	text, err := strictjson.Read([]byte(`{"z":[1,{"y":2}],"a":3}`), limits)
	if err != nil {
		t.Fatal(err)
	}
	last := -1
	for _, steps := range [][]any{{}, {"z"}, {"z", 0}, {"z", 1}, {"z", 1, "y"}, {"a"}} {
		if rank := text.Rank(steps); rank <= last {
			t.Errorf("%v has the rank %d after %d", steps, rank, last)
		} else {
			last = rank
		}
	}
	if text.Rank([]any{"z", 1, "missing", "below"}) != text.Rank([]any{"z", 1}) ||
		text.Rank([]any{"z", 2}) != text.Rank([]any{"z"}) {
		t.Error("what is missing does not stand where it is missing")
	}
}

// TestRead_LongNameAroundManyValues_TakesNoMemoryForEachOfThem: a place that is
// written out for every value makes hundreds of megabytes of a small text.
func TestRead_LongNameAroundManyValues_TakesNoMemoryForEachOfThem(t *testing.T) {
	data := []byte(`{"` + strings.Repeat("k", 20000) + `":[` + strings.Repeat("1,", 20000) + `1]}`)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	text, err := strictjson.Read(data, limits)
	if err != nil || text.Rank([]any{"none"}) != 0 {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 16<<20 {
		t.Errorf("a text of %d bytes took %d bytes", len(data), took)
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		`{"a":{"a":1,"a":2}}`, "\xef\xbb\xbf{}", `"\ud83d\ude00"`, `"\\ud800"`, `[1e9, -0, 00]`, `[[[[[`, `{"":[null]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		text, err := strictjson.Read(data, limits)
		if err == nil {
			text.Rank([]any{"a", 0})
			if !json.Valid([]byte(strings.TrimPrefix(string(data), "\xef\xbb\xbf"))) {
				t.Errorf("read what is not JSON: %q", data)
			}
		}
	})
}
