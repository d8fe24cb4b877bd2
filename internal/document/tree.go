package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fairlead/fairlead/internal/fault"
)

// maxNumber is how many bytes a number may have: an int64 with its sign. What
// needs more digits, a point or an exponent is an amount or a rate, and those
// are text.
const maxNumber = 20

// Tree parses data by the strict rules of Decode without a schema. Objects are
// map[string]any, lists []any, numbers json.Number. It is what canonical
// bytes are made from.
func Tree(data []byte) (any, error) {
	t, err := parse("document", data)
	if err != nil {
		return nil, err
	}
	return t.root, nil
}

// tree is a parsed document and, for every value and key in it, its place in
// reading order, so that problems are told in the order of the document.
type tree struct {
	root  any
	order map[string]int // pointer(tokens) -> rank
}

// pointer is the key of tree.order: the tokens from the root, each after a NUL.
func pointer(tokens []string) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteByte(0)
		b.WriteString(t)
	}
	return b.String()
}

type reader struct {
	dec      *json.Decoder
	tree     *tree
	problems *Problems
	path     []any // Key or int, for Path
	tokens   []string
}

func parse(name string, data []byte) (*tree, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if err := checkText(name, data); err != nil {
		return nil, err
	}
	r := &reader{dec: json.NewDecoder(bytes.NewReader(data)), tree: &tree{order: map[string]int{}}, problems: &Problems{}}
	r.dec.UseNumber()
	root, err := r.value()
	if err != nil {
		return nil, broken(name, data, err)
	}
	r.tree.root = root
	return r.tree, r.problems.Err(name)
}

// checkText refuses what is not one JSON text, before anything is built of it.
func checkText(name string, data []byte) error {
	switch {
	case len(data) > MaxBytes:
		return fault.New(fault.Invalid, Slug,
			"the %s is too large: %d bytes, at most %d are allowed", name, len(data), MaxBytes)
	case len(bytes.TrimSpace(data)) == 0:
		return fault.New(fault.Invalid, Slug, "the %s is empty", name)
	}
	for i := 0; i < len(data); {
		c, size := utf8.DecodeRune(data[i:])
		if c == utf8.RuneError && size == 1 {
			return notJSON(name, data, i, "the text is not UTF-8")
		}
		i += size
	}
	var raw json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return broken(name, data, err)
	}
	if i := loneSurrogate(data); i >= 0 {
		return notJSON(name, data, i, "half of a surrogate pair: the escape stands for no character")
	}
	return nil
}

func broken(name string, data []byte, err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return notJSON(name, data, len(data), "the text ends in the middle")
	case errors.As(err, &syntax) && strings.Contains(syntax.Error(), "unexpected end"):
		return notJSON(name, data, len(data), "the text ends in the middle")
	case errors.As(err, &syntax):
		return notJSON(name, data, max(int(syntax.Offset)-1, 0), syntax.Error())
	}
	return fault.Of(err)
}

// notJSON says at which line and column of data the reading ended, and why.
func notJSON(name string, data []byte, offset int, why string) error {
	before := data[:min(offset, len(data))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return fault.New(fault.Invalid, Slug, "the %s is not valid JSON", name).
		At(fmt.Sprintf("line %d, column %d", line, column), "%s", why)
}

// loneSurrogate finds an escaped surrogate without its other half, which Go
// would silently turn into another character; -1 if there is none. data is
// valid JSON.
func loneSurrogate(data []byte) int {
	for i := 0; i < len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		unit := escaped(data[i:])
		switch {
		case unit < 0xd800 || unit > 0xdfff:
			i++
		case unit > 0xdbff:
			return i
		default:
			if low := escaped(data[i+6:]); low < 0xdc00 || low > 0xdfff {
				return i
			}
			i += 11
		}
	}
	return -1
}

// escaped is the UTF-16 unit that the escape at the start of data stands for,
// 0 when it is no \u escape.
func escaped(data []byte) int {
	if len(data) < 6 || data[0] != '\\' || data[1] != 'u' {
		return 0
	}
	unit, err := strconv.ParseUint(string(data[2:6]), 16, 16)
	if err != nil {
		return 0
	}
	return int(unit)
}

// value reads the next value. Problems that leave the rest readable are noted;
// an error ends the reading.
func (r *reader) value() (any, error) {
	r.tree.order[pointer(r.tokens)] = len(r.tree.order)
	token, err := r.dec.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		if len(r.path) >= MaxDepth {
			return nil, fault.New(fault.Invalid, Slug, "the document is nested too deeply").
				At(Path(r.path...), "more than %d levels", MaxDepth)
		}
		if t == '{' {
			return r.object()
		}
		return r.list()
	case json.Number:
		if len(t) > maxNumber || strings.ContainsAny(string(t), "eE") {
			r.problems.Add(Path(r.path...),
				"the number %s is too long or has an exponent; amounts and rates are text, such as \"1234.56\"", fault.Clip(string(t)))
			return json.Number("0"), nil
		}
		return t, nil
	}
	return token, nil
}

func (r *reader) object() (any, error) {
	object := map[string]any{}
	for r.dec.More() {
		token, err := r.dec.Token()
		if err != nil {
			return nil, err
		}
		key := token.(string)
		r.enter(Key(key), key)
		if _, twice := object[key]; twice {
			r.problems.Add(Path(r.path...), "the key stands here twice")
		}
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		r.leave()
		object[key] = v
	}
	_, err := r.dec.Token()
	return object, err
}

func (r *reader) list() (any, error) {
	list := []any{}
	for r.dec.More() {
		r.enter(len(list), strconv.Itoa(len(list)))
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		r.leave()
		list = append(list, v)
	}
	_, err := r.dec.Token()
	return list, err
}

func (r *reader) enter(step any, token string) {
	r.path = append(r.path, step)
	r.tokens = append(r.tokens, token)
}

func (r *reader) leave() {
	r.path = r.path[:len(r.path)-1]
	r.tokens = r.tokens[:len(r.tokens)-1]
}
