package document

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/fairlead/fairlead/internal/fault"
)

// finding is one problem before it is told to the caller: where it is, what
// to say, and how far the document is from what the schema wants there.
type finding struct {
	tokens   []string // from the root to the value
	message  string
	weight   int
	mistyped *[2]string // the type it has and the one wanted, where that is the problem
	constant *[2]string // the value it has and the one wanted, where that is the problem
}

// report turns what was found into one error whose problems stand in the order
// of the document.
func (s *Schema) report(found []finding, t *tree) error {
	rank := func(f finding) int {
		for n := len(f.tokens); ; n-- {
			if r, ok := t.order[pointer(f.tokens[:n])]; ok || n == 0 {
				return r
			}
		}
	}
	sort.SliceStable(found, func(i, j int) bool {
		if a, b := rank(found[i]), rank(found[j]); a != b {
			return a < b
		}
		return found[i].message < found[j].message
	})
	var p Problems
	said := map[string]bool{}
	for _, f := range found {
		path := pathOf(t.root, f.tokens)
		if line := path + "\x00" + f.message; !said[line] {
			said[line] = true
			p.Add(path, "%s", f.message)
		}
	}
	return p.Err(s.name)
}

// pathOf words a place; only the document tells an index from a
// key that looks like one.
func pathOf(root any, tokens []string) string {
	parts := make([]any, 0, len(tokens))
	at := root
	for _, token := range tokens {
		switch v := at.(type) {
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(v) {
				return Path(parts...)
			}
			parts, at = append(parts, i), v[i]
		case map[string]any:
			parts, at = append(parts, Key(token)), v[token]
		default:
			parts = append(parts, Key(token))
		}
	}
	return Path(parts...)
}

// alternatives chooses among the forms a value failed to have, of which each has
// its findings: forms of another type fall out first, then forms whose fixed keys
// ("type": "commission") differ, then all but the one with the least to mend.
func (n *node) alternatives(forms [][]finding, at []string) []finding {
	var typed, named [][]finding
	var want []string
	got := ""
	for _, form := range forms {
		if f := mistake(form, len(at), mistyped); f != nil {
			got, want = f.mistyped[0], append(want, f.mistyped[1])
		} else {
			typed = append(typed, form)
		}
	}
	if len(typed) == 0 {
		f := n.wrongType(at, got, want)
		f.mistyped = nil
		return []finding{f}
	}
	for _, form := range typed {
		if mistake(form, len(at)+1, misnamed) == nil {
			named = append(named, form)
		}
	}
	if len(named) == 0 {
		return wrongName(typed, len(at)+1)
	}
	best := named[0]
	for _, form := range named[1:] {
		if weigh(form) < weigh(best) {
			best = form
		}
	}
	for i := range best { // chosen, they say nothing about the forms of a value above
		best[i].mistyped, best[i].constant = nil, nil
	}
	return best
}

func mistyped(f finding) bool { return f.mistyped != nil }
func misnamed(f finding) bool { return f.constant != nil }

// mistake finds the first finding of a kind at a depth.
func mistake(found []finding, depth int, is func(finding) bool) *finding {
	if i := slices.IndexFunc(found, func(f finding) bool { return len(f.tokens) == depth && is(f) }); i >= 0 {
		return &found[i]
	}
	return nil
}

func weigh(found []finding) int {
	total := 0
	for _, f := range found {
		total += f.weight
	}
	return total
}

// wrongName reports a key that should have told the forms apart, and which
// values it may have.
func wrongName(forms [][]finding, depth int) []finding {
	var known, at []string
	got := ""
	for _, form := range forms {
		f := mistake(form, depth, misnamed)
		at, got = f.tokens, f.constant[0]
		known = append(known, f.constant[1])
	}
	return []finding{{tokens: at, message: oneOf(got, known), weight: 10}}
}

// wrongType words that a value has the type got and none of those wanted.
func (n *node) wrongType(at []string, got string, want []string) finding {
	var words []string
	for _, w := range want {
		if !slices.Contains(words, typeWords[w]) {
			words = append(words, typeWords[w])
		}
	}
	message := fmt.Sprintf("is %s; it must be %s", typeWords[got], strings.Join(words, " or "))
	if d := n.says(); d != "" {
		message += ": " + d
	}
	return finding{tokens: slices.Clone(at), message: message, weight: 50, mistyped: &[2]string{got, want[0]}}
}

// says is the schema's own words for what stands there.
func (n *node) says() string {
	if n.description == "" && n.ref != nil {
		return n.ref.description
	}
	return n.description
}

// unknown words a key that nobody knows.
func (n *node) unknown(at []string, key string) finding {
	message, weight := fmt.Sprintf("unknown key %q", fault.Clip(key)), 40
	if near := Nearest(key, slices.Compact(slices.Sorted(slices.Values(n.keys())))); near != "" {
		message += fmt.Sprintf("; the nearest known one is %q", near)
		weight = 20 + min(distance(fold(key), fold(near)), 20)
	}
	return finding{tokens: at, message: message, weight: weight}
}

// keys lists the keys that an object may have by this node and those it is
// joined with.
func (n *node) keys() []string {
	var all []string
	for key := range n.properties {
		all = append(all, key)
	}
	for _, joined := range append(slices.Clone(n.forms), n.ref) {
		if joined != nil {
			all = append(all, joined.keys()...)
		}
	}
	return all
}

var typeWords = map[string]string{
	"null": "null", "boolean": "true or false", "number": "a number", "integer": "a whole number",
	"string": "text", "array": "a list", "object": "an object",
}

func shown(all []constant) []string {
	words := make([]string, len(all))
	for i, c := range all {
		words[i] = c.shown
	}
	return words
}

func oneOf(got string, known []string) string {
	message := fmt.Sprintf("%s is not one of %s", got, strings.Join(known, ", "))
	if near := Nearest(got, known); near != "" && distance(fold(got), fold(near)) <= 3 {
		message += "; the nearest is " + near
	}
	return message
}

func show(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return fault.Clip(string(data))
}

func plainRat(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	return r.FloatString(3)
}
