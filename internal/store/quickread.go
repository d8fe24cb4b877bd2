package store

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/table"
)

// quickReader reads the canonical JSON that this package wrote, without
// reflection and in one pass: closing reads every item of every customer twice.
// What it does not expect (escapes, white space, a member it cannot place)
// turns it off, and encoding/json reads the item; a test holds the two together.
type quickReader struct {
	b   []byte
	i   int
	off bool
}

// quickBody is a body that knows how to read a member of itself; name is only
// valid until it returns.
type quickBody interface {
	member(r *quickReader, name []byte)
}

// quickBodyOf is a pointer to a body that can be read quickly.
type quickBodyOf[T any] interface {
	*T
	quickBody
}

// decodeQuick is Decode for such a body; into must be its zero value.
func decodeQuick[T any, P quickBodyOf[T]](it table.Item, into P) error {
	if it.Version == 0 || readQuick(it.Body, into) {
		return nil
	}
	*into = *new(T)
	return Decode(it, into)
}

// unmarshalQuick is json.Unmarshal for such a body.
func unmarshalQuick[T any, P quickBodyOf[T]](b []byte, into P) error {
	if readQuick(b, into) {
		return nil
	}
	*into = *new(T)
	return json.Unmarshal(b, into)
}

// readQuick reads one object and nothing else; false where it had to give up.
func readQuick(b []byte, into quickBody) bool {
	r := quickReader{b: b}
	r.object(into)
	return !r.off && r.i == len(b)
}

// next takes c if it comes next.
func (r *quickReader) next(c byte) bool {
	if r.off || r.i >= len(r.b) || r.b[r.i] != c {
		return false
	}
	r.i++
	return true
}

func (r *quickReader) want(c byte) {
	if !r.next(c) {
		r.off = true
	}
}

func (r *quickReader) object(into quickBody) {
	r.want('{')
	if r.next('}') {
		return
	}
	for !r.off {
		name := r.bytes()
		r.want(':')
		if into.member(r, name); r.next('}') {
			return
		}
		r.want(',')
	}
}

// bytes is a text without escapes, still part of the body.
func (r *quickReader) bytes() []byte {
	r.want('"')
	if r.off {
		return nil
	}
	n := bytes.IndexByte(r.b[r.i:], '"')
	if n < 0 {
		r.off = true
		return nil
	}
	s := r.b[r.i : r.i+n]
	for _, c := range s {
		if c == '\\' || c < ' ' || c >= 0x7f {
			r.off = true
			return nil
		}
	}
	r.i += n + 1
	return s
}

func (r *quickReader) text() string { return string(r.bytes()) }

// quickText is text of a type of its own.
func quickText[T ~string](r *quickReader, to *T) { *to = T(r.bytes()) }

func (r *quickReader) number() int64 {
	from := r.i
	for r.i < len(r.b) && (r.b[r.i] == '-' || r.b[r.i] >= '0' && r.b[r.i] <= '9') {
		r.i++
	}
	n, err := strconv.ParseInt(string(r.b[from:r.i]), 10, 64)
	if err != nil {
		r.off = true
	}
	return n
}

// count is a number that is not negative.
func (r *quickReader) count() uint64 {
	n := r.number()
	r.off = r.off || n < 0
	return uint64(n)
}

func (r *quickReader) time() time.Time {
	s := r.bytes()
	if len(s) != len("2006-01-02T15:04:05Z") || s[len(s)-1] != 'Z' { // whole seconds UTC, as we write them
		r.off = true
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, string(s))
	if err != nil {
		r.off = true
	}
	return t
}

func (r *quickReader) bool() bool {
	word := r.raw()
	r.off = r.off || string(word) != "true" && string(word) != "false"
	return string(word) == "true"
}

// raw is a whole value of any kind, still part of the body.
func (r *quickReader) raw() []byte {
	from, depth := r.i, 0
	for ; r.i < len(r.b); r.i++ {
		switch r.b[r.i] {
		case '"':
			if !r.skipText() {
				return nil
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 { // the end of what holds a bare value
				return r.b[from:r.i]
			}
		case ',':
			if depth == 0 {
				return r.b[from:r.i]
			}
			continue
		default:
			continue
		}
		if depth == 0 {
			r.i++
			return r.b[from:r.i]
		}
	}
	r.off = true
	return nil
}

// skipText goes to the closing quote of the text that begins here.
func (r *quickReader) skipText() bool {
	for r.i++; r.i < len(r.b); r.i++ {
		n := bytes.IndexByte(r.b[r.i:], '"')
		if n < 0 {
			break
		}
		escape := bytes.IndexByte(r.b[r.i:r.i+n], '\\')
		if escape < 0 {
			r.i += n
			return true
		}
		r.i += escape + 1 // at what is escaped
	}
	r.off = true
	return false
}

func (e *entryBody) member(r *quickReader, name []byte) {
	switch string(name) {
	case "amount":
		n := r.number()
		e.Amount = &n
	case "applied":
		t := r.time()
		e.Applied = &t
	case "currency":
		quickText(r, &e.Currency)
	case "discount":
		e.Discount = r.number()
	case "event":
		quickText(r, &e.Event)
	case "margin":
		n := r.number()
		e.Margin = &n
	case "occurred":
		e.Occurred = r.time()
	case "order":
		quickText(r, &e.Order)
	case "orig":
		quickText(r, &e.Orig)
	case "product":
		quickText(r, &e.Product)
	case "profile":
		raw := r.raw()
		e.Profile, r.off = &profilePatch{"": json.RawMessage(raw)}, r.off || !json.Valid(raw)
	case "replaces":
		quickText(r, &e.Replaces)
	case "score":
		e.Score = int(r.number())
	case "seq":
		e.Seq = r.count()
	case "source":
		quickText(r, &e.Source)
	default:
		r.off = true
	}
}

func (p *patchBody) member(r *quickReader, name []byte) {
	switch string(name) {
	case "region":
		quickPatch(r, &p.Region.Patch)
	case "segment":
		quickPatch(r, &p.Segment.Patch)
	case "currency":
		quickPatch(r, &p.Currency.Patch)
	case "sourcedBy":
		quickPatch(r, &p.SourcedBy.Patch)
	case "referredBy":
		quickPatch(r, &p.ReferredBy.Patch)
	case "declaredValue":
		quickFigure(r, &p.DeclaredValue)
	case "need":
		quickFigure(r, &p.Need)
	case "referralValue":
		quickFigure(r, &p.ReferralValue)
	default:
		r.off = true
	}
}

func quickPatch[T ~string](r *quickReader, to *channel.Patch[T]) { *to = channel.Put(T(r.bytes())) }

func quickFigure(r *quickReader, to *optional[figureText]) {
	to.Set = true
	_ = to.Value.UnmarshalText(r.bytes()) // never fails
}

func (d *Decision) member(r *quickReader, name []byte) {
	switch string(name) {
	case "booked":
		quickText(r, &d.Booked)
	case "by":
		quickText(r, &d.By)
	case "from":
		d.From = r.time()
	case "record":
		d.Record = r.raw()
	case "request":
		quickText(r, &d.Request)
	case "seq":
		d.Seq = r.count()
	default:
		r.off = true
	}
}

func (p *recordPart) member(r *quickReader, name []byte) {
	switch string(name) {
	case "byRule":
		p.Rule = r.bool()
	case "cause":
		p.Cause = r.text()
	case "moved":
		p.Moved = r.bool()
	case "offer":
		r.off = true
	case "owner":
		quickText(r, &p.Owner)
	case "tier":
		p.Tier = r.text()
	case "value":
		r.object(&p.Value)
	default:
		r.raw()
	}
}

func (v *recordValue) member(r *quickReader, name []byte) {
	switch string(name) {
	case "amount":
		v.Amount = r.text()
	case "basis":
		v.Basis = r.text()
	case "currency":
		v.Currency = r.text()
	default:
		r.raw()
	}
}
