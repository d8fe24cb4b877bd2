package incentive

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/condition"
	"github.com/fairlead/fairlead/internal/document"
	"github.com/fairlead/fairlead/internal/money"
)

// reader turns the texts of a document into numbers and collects what is wrong,
// in the order in which it is read.
type reader struct {
	types []componentType
	bad   document.Problems
}

// maxFactor bounds factors, and the share that a hand-over should make whole.
const maxFactor = 100 * money.One

// rate reads a rate of at most most; "" is 0.
func (r *reader) rate(path, text string, most money.Rate) money.Rate {
	if text == "" {
		return 0
	}
	v, err := money.ParseRate(text)
	switch {
	case err != nil:
		r.bad.Add(path, "%s", err)
	case v > most && most == money.One:
		r.bad.Add(path, "%q is more than 1; a rate is a share of one (0.05 is 5 %%)", text)
	case v > most:
		r.bad.Add(path, "%q is more than %s", text, strconv.FormatInt(int64(most/money.One), 10))
	}
	return v
}

// amount reads an amount in minor units of a currency; "" is 0.
func (r *reader) amount(path, text, currency string) int64 {
	if text == "" {
		return 0
	}
	v, err := money.ParseSignedMinor(text, currency)
	if err != nil {
		r.bad.Add(path, "%s", err)
	}
	return v
}

// keys are the keys of an object of the document. The schema has said which
// there are and of what form they are. A key that is absent reads as the zero
// value, an object as one without keys.
type keys struct {
	*reader
	path      string
	currency  string     // of amounts: the plan's, or that of an example's order
	component *Component // whose keys these are; nil in examples
	values    map[string]json.RawMessage
}

// at is the path of a key.
func (k *keys) at(key string) string { return document.Path(k.path, key) }

func (k *keys) has(key string) bool { return k.values[key] != nil }

// wrong notes what is wrong with the value of a key.
func (k *keys) wrong(key, format string, args ...any) { k.bad.Add(k.at(key), format, args...) }

// read decodes the value of a key that the schema has found to be of into's
// type.
func (k *keys) read(key string, into any) {
	if k.has(key) {
		_ = json.Unmarshal(k.values[key], into)
	}
}

// text is the value of a key whose values are text.
func (k *keys) text(key string) (text string) {
	k.read(key, &text)
	return text
}

// is reports whether the key names one of the words the schema lists for it.
func (k *keys) is(key, word string) bool { return k.text(key) == word }

func (k *keys) flag(key string) (on bool) {
	k.read(key, &on)
	return on
}

// count reads a whole number, absent without the key. The schema takes 1.0 for
// one; we do not.
func (k *keys) count(key string, absent int64) int64 {
	if !k.has(key) {
		return absent
	}
	n, err := strconv.ParseInt(string(k.values[key]), 10, 64)
	if err != nil {
		k.wrong(key, "number %s does not fit here", k.values[key])
	}
	return n
}

// amount is in minor units of the keys' currency.
func (k *keys) amount(key string) int64 { return k.reader.amount(k.at(key), k.text(key), k.currency) }

// share is a rate of at most one.
func (k *keys) share(key string) money.Rate { return k.rate(k.at(key), k.text(key), money.One) }

// factor is a rate that may be more than one.
func (k *keys) factor(key string) money.Rate { return k.rate(k.at(key), k.text(key), maxFactor) }

// day is a day as written, "2026-01-01"; "" without the key. As texts days compare
// in their order.
func (k *keys) day(key string) string {
	text := k.text(key)
	if _, err := time.Parse(time.DateOnly, text); err != nil && k.has(key) {
		k.wrong(key, "%q is not a day; want one such as 2026-01-01", text)
	}
	return text
}

// list are the objects of a list.
func (k *keys) list(key string) []*keys {
	var values []map[string]json.RawMessage
	k.read(key, &values)
	out := make([]*keys, len(values))
	for i := range values {
		out[i] = &keys{k.reader, document.Path(k.path, key, i), k.currency, k.component, values[i]}
	}
	return out
}

// object is an object inside this one.
func (k *keys) object(key string) *keys {
	inner := &keys{k.reader, k.at(key), k.currency, k.component, nil}
	k.read(key, &inner.values)
	return inner
}

// readWhen reads which orders the component looks at.
func (k *keys) readWhen() {
	if !k.has("when") {
		return
	}
	when, err := condition.CompileAt(k.at("when"), k.text("when"), variables{})
	k.bad.Merge("", err)
	k.component.When = when
}

// readWhenGuarded reads what multiplies credits of guarded months.
func (k *keys) readWhenGuarded() {
	if k.has("whenGuarded") {
		k.component.WhenGuarded = k.factor("whenGuarded")
	}
}

// readCurrency reads the currency of the keys' own amounts, if they name one.
func (k *keys) readCurrency() {
	if text := k.text("currency"); text != "" {
		_, err := channel.ParseCurrency(k.at("currency"), text)
		k.bad.Merge("", err)
		k.currency = text
	}
}
