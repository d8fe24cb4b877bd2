package strictjson

import "github.com/go-json-experiment/json/jsontext"

// place is where one value stands in the order of the text, and the values in it.
type place struct {
	rank  int
	names map[string]*place
	items []*place
}

// Rank is a number that is larger for what stands later in the text: that of the
// value at these steps, or where there is none, of the last value on the way to it.
// Of a name that stands twice it is the last one's. It reads the text again when
// it is first asked, so that a text without problems does not pay for it.
func (t *Text) Rank(steps []any) int {
	if t.places == nil {
		ranks := 0
		t.places = readPlace(newDecoder(t.data), &ranks)
	}
	at := t.places
	for _, step := range steps {
		var next *place
		switch step := step.(type) {
		case string:
			next = at.names[step]
		case int:
			if step >= 0 && step < len(at.items) {
				next = at.items[step]
			}
		}
		if next == nil {
			break
		}
		at = next
	}
	return at.rank
}

// readPlace reads the places of the next value, of a text that was read before:
// so no read fails.
func readPlace(dec *jsontext.Decoder, ranks *int) *place {
	p := &place{rank: *ranks}
	*ranks++
	token, _ := dec.ReadToken()
	switch token.Kind() {
	case '{':
		p.names = map[string]*place{}
		for more(dec, '}') {
			name, _ := dec.ReadToken()
			key := name.String()
			p.names[key] = readPlace(dec, ranks)
		}
	case '[':
		for more(dec, ']') {
			p.items = append(p.items, readPlace(dec, ranks))
		}
	}
	return p
}

// more reports whether another value comes before the end, which it reads.
func more(dec *jsontext.Decoder, end jsontext.Kind) bool {
	if next := dec.PeekKind(); next != end && next != 0 {
		return true
	}
	_, _ = dec.ReadToken()
	return false
}
