package document

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fairlead/fairlead/internal/fault"
)

// judge holds a value against nodes. One that is silent only wants to know
// whether the value fits, and stops at the first thing that does not; the other
// words everything that is wrong.
type judge struct {
	silent bool
	failed bool
	found  []finding
}

// fits reports whether a value is as the node wants it.
func (n *node) fits(v any) bool {
	j := judge{silent: true}
	j.value(n, v, nil)
	return !j.failed
}

// findings is everything that is wrong with the value at a place.
func (n *node) findings(v any, at []string) []finding {
	var j judge
	j.value(n, v, at)
	return j.found
}

// wrong notes that something is wrong, and reports whether it is to be worded.
func (j *judge) wrong() bool {
	j.failed = true
	return !j.silent
}

func (j *judge) add(at []string, weight int, format string, args ...any) {
	j.found = append(j.found, finding{tokens: slices.Clone(at), message: fmt.Sprintf(format, args...), weight: weight})
}

// value judges a value by everything that a node asks for. Of another type, or
// not the value that is spelled out, there is nothing more to say about it.
func (j *judge) value(n *node, v any, at []string) {
	if j.silent && j.failed {
		return
	}
	if got := typeOf(v); n.kind != "" && got != n.kind && !(n.kind == "integer" && got == "number" && number(v).IsInt()) {
		if j.wrong() {
			j.found = append(j.found, n.wrongType(at, got, []string{n.kind}))
		}
		return
	}
	if n.constant != nil && same(v) != n.constant.key {
		if j.wrong() {
			j.add(at, 10, "is %s; it must be %s", show(v), n.constant.shown)
			j.found[len(j.found)-1].constant = &[2]string{show(v), n.constant.shown}
		}
		return
	}
	if n.enum != nil && !n.lists(same(v)) {
		if j.wrong() {
			j.add(at, 10, "%s", oneOf(show(v), shown(n.enum)))
		}
		return
	}
	if n.ref != nil {
		j.value(n.ref, v, at)
	}
	switch v := v.(type) {
	case map[string]any:
		j.object(n, v, at)
	case []any:
		j.list(n, v, at)
	case string:
		j.text(n, v, at)
	case json.Number:
		j.number(n, v, at)
	}
	if n.forms != nil {
		j.forms(n, v, at)
	}
}

// lists reports whether the value that has this text in common is in the enum.
func (n *node) lists(key string) bool {
	return slices.ContainsFunc(n.enum, func(c constant) bool { return c.key == key })
}

func (j *judge) object(n *node, object map[string]any, at []string) {
	j.size(at, len(object), limits{n.minKeys, n.maxKeys, "keys"})
	for _, key := range n.required {
		if _, has := object[key]; !has && j.wrong() {
			j.add(append(at, key), 20, "is missing")
		}
	}
	keys := slices.Collect(maps.Keys(object))
	if !j.silent {
		slices.Sort(keys)
	}
	for _, key := range keys {
		v, below := object[key], under(at, key)
		switch known := n.properties[key]; {
		case known != nil:
			j.value(known, v, below)
		case n.others != nil:
			j.value(n.others, v, below)
		case n.closed && j.wrong():
			j.found = append(j.found, n.unknown(slices.Clone(below), key))
		}
		if n.names != nil && !n.names.fits(key) && j.wrong() {
			for _, f := range n.names.findings(key, below) {
				j.add(f.tokens, f.weight, "the key %s", f.message)
			}
		}
	}
}

// under is the place of a key of the object at a place. It may share memory with
// its siblings: who keeps a place clones it.
func under(at []string, key string) []string { return append(at, key) }

func (j *judge) list(n *node, list []any, at []string) {
	j.size(at, len(list), limits{n.minItems, n.maxItems, "items"})
	if n.unique {
		seen := make(map[string]int, len(list))
		for i, v := range list {
			key := same(v)
			if first, twice := seen[key]; twice {
				if j.wrong() {
					j.add(at, 10, "items %d and %d are the same", first+1, i+1)
				}
				break
			}
			seen[key] = i
		}
	}
	if n.items != nil {
		for i, v := range list {
			j.value(n.items, v, append(at, strconv.Itoa(i)))
		}
	}
}

func (j *judge) text(n *node, s string, at []string) {
	if n.minLength != nil || n.maxLength != nil {
		j.size(at, utf8.RuneCountInString(s), limits{n.minLength, n.maxLength, "characters"})
	}
	if n.pattern != nil && !n.pattern.MatchString(s) && j.wrong() {
		want := n.says()
		if want == "" {
			want = "it must match " + n.pattern.String()
		} else {
			want = "it must be " + want
		}
		j.add(at, 10, "%q is not valid; %s", fault.Clip(s), want)
	}
}

// limits are how many of what there may be.
type limits struct {
	least, most *int
	what        string
}

func (j *judge) size(at []string, got int, l limits) {
	if l.least != nil && got < *l.least && j.wrong() {
		if got == 0 && l.what == "characters" {
			j.add(at, 10, "must not be empty")
		} else {
			j.add(at, 10, "has %d %s; at least %d are needed", got, l.what, *l.least)
		}
	}
	if l.most != nil && got > *l.most && j.wrong() {
		j.add(at, 10, "has %d %s; at most %d are allowed", got, l.what, *l.most)
	}
}

func (j *judge) number(n *node, v json.Number, at []string) {
	if n.minimum != nil && number(v).Cmp(n.minimum) < 0 && j.wrong() {
		j.add(at, 10, "is %s; it must be %s or more", plainRat(number(v)), plainRat(n.minimum))
	}
	if n.maximum != nil && number(v).Cmp(n.maximum) > 0 && j.wrong() {
		j.add(at, 10, "is %s; it must be %s or less", plainRat(number(v)), plainRat(n.maximum))
	}
}

// forms judges a value that must have exactly one of several forms.
func (j *judge) forms(n *node, v any, at []string) {
	fitting := 0
	for _, form := range n.forms {
		if form.fits(v) {
			fitting++
		}
	}
	if fitting == 1 || !j.wrong() {
		return
	}
	if fitting > 1 {
		j.add(at, 10, "fits more than one of the forms it may have")
		return
	}
	all := make([][]finding, len(n.forms))
	for i, form := range n.forms {
		all[i] = form.findings(v, at)
	}
	j.found = append(j.found, n.alternatives(all, at)...)
}

// number is the value of a number as written.
func number(v any) *big.Rat {
	r, ok := new(big.Rat).SetString(string(v.(json.Number)))
	if !ok {
		return new(big.Rat)
	}
	return r
}

func typeOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case json.Number:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	}
	return "object"
}

// same is a text that two values have in common exactly if JSON Schema calls
// them equal: numbers by value, objects whatever the order of their keys.
func same(v any) string {
	switch v := v.(type) {
	case string:
		return strconv.Quote(v)
	case json.Number:
		return number(v).RatString()
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = same(item)
		}
		return "[" + strings.Join(parts, ",") + "]"
	case map[string]any:
		parts := make([]string, 0, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, strconv.Quote(key)+":"+same(v[key]))
		}
		return "{" + strings.Join(parts, ",") + "}"
	}
	return fmt.Sprint(v)
}
