package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/document"
	"github.com/fairlead/fairlead/internal/fault"
)

// Kind is a kind of file.
type Kind string

// The files that can be imported.
const (
	Partners  Kind = "partners"
	Pods      Kind = "pods"
	Customers Kind = "customers"
	Orders    Kind = "orders"
	Refunds   Kind = "refunds"
	Feedback  Kind = "feedback"
)

// Kinds lists them in the order in which a programme is loaded.
func Kinds() []Kind { return []Kind{Partners, Pods, Customers, Orders, Refunds, Feedback} }

// ParseKind checks the name of a kind; the nearest known one is named.
func ParseKind(field, s string) (Kind, error) {
	if slices.Contains(Kinds(), Kind(s)) {
		return Kind(s), nil
	}
	var names []string
	for _, k := range Kinds() {
		names = append(names, string(k))
	}
	return "", fault.New(fault.Invalid, "unknown_kind", "not a kind of file").
		At(field, "%q: want one of %s; did you mean %s?", fault.Clip(s), strings.Join(names, ", "), document.Nearest(s, names))
}

// layout is the columns of a kind: required ones first, then optional ones. The
// parsers know a column by its place here.
type layout struct {
	required   []string
	optional   []string
	attributes bool // attr:NAME columns are allowed
}

var layouts = map[Kind]layout{
	Partners: {
		required: []string{"partner_id", "name", "currency", "regions", "segments", "certifications", "weight", "capacity", "plan", "plan_from"},
		optional: []string{"status", "level", "manager"},
	},
	Pods: {
		required: []string{"pod_id", "name", "regions", "capacity"},
		optional: []string{"kind", "manager", "status"},
	},
	Customers: {
		required:   []string{"customer_id", "region"},
		optional:   []string{"segment", "declared_value", "currency", "need", "sourced_by", "referred_by", "referral_value", "arrived_at"},
		attributes: true,
	},
	Orders: {
		required:   []string{"order_id", "customer_id", "occurred_at", "amount", "currency"},
		optional:   []string{"margin", "discount", "product"},
		attributes: true,
	},
	Refunds:  {required: []string{"refund_id", "order_id", "occurred_at", "amount"}},
	Feedback: {required: []string{"feedback_id", "customer_id", "occurred_at", "score"}},
}

// Columns lists the columns of a kind, required ones first, and how many those
// are. Customers and orders also take attr:NAME columns.
func Columns(k Kind) (names []string, required int) {
	l := layouts[k]
	return slices.Concat(l.required, l.optional), len(l.required)
}

// Row is one record of a file: a Value, or with Err why it is none. Err is a
// fault.Invalid with slug invalid_line whose fields name columns; Raw is then
// the record as it stands in the file, at most MaxLine bytes of valid UTF-8.
type Row[T any] struct {
	Line  int // of the record's first line, from 1; the header is usually line 1
	Value T
	Err   error
	Raw   string
}

// File is a file being read. It is not safe for concurrent use.
type File[T any] struct {
	records *records
	width   int
	cells   cells
	parse   func(*cells) (T, error)
	err     error
}

// cells is the current record seen through the layout.
type cells struct {
	fields []string
	place  []int // of each layout column in the file; -1: the file has none
	attrs  []attrColumn
	cal    channel.Calendar
}

type attrColumn struct {
	name  string
	place int
}

// at is the text in column i of the layout, "" where the file has none.
func (c *cells) at(i int) string {
	if p := c.place[i]; p >= 0 {
		return c.fields[p]
	}
	return ""
}

// open reads the header and matches its columns with the layout.
func open[T any](r io.Reader, k Kind, cal channel.Calendar, parse func(*cells) (T, error)) (*File[T], error) {
	rs := newRecords(r)
	if err := rs.begin(); err != nil {
		return nil, err
	}
	header, err := rs.next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, fault.New(fault.Invalid, "invalid_file", "the file is empty: it needs a header line with the names of its columns")
	case err != nil:
		return nil, fault.New(fault.Invalid, "truncated_file", "the file could not be read to its end").Because(err)
	case header.problem != "":
		return nil, fault.New(fault.Invalid, "invalid_file", "the header cannot be read").At(fmt.Sprintf("line %d", header.line), "%s", header.problem)
	}
	f := &File[T]{records: rs, width: len(header.fields), parse: parse}
	f.cells, err = match(k, slices.Clone(header.fields))
	f.cells.cal = cal
	return f, err
}

// begin looks at the first bytes: a UTF-8 byte order mark is passed over, one
// of UTF-16 is named.
func (rs *records) begin() error {
	for rs.end < 3 && rs.fill() {
		continue
	}
	w := rs.window()
	switch {
	case bytes.HasPrefix(w, []byte("\xef\xbb\xbf")):
		rs.start += 3
	case bytes.HasPrefix(w, []byte("\xff\xfe")), bytes.HasPrefix(w, []byte("\xfe\xff")):
		return fault.New(fault.Invalid, "invalid_file", "the file is UTF-16; save it as UTF-8")
	case bytes.HasPrefix(w, []byte("PK\x03\x04")):
		return fault.New(fault.Invalid, "invalid_file", "the file is a spreadsheet or an archive; save it as CSV (UTF-8)")
	}
	return nil
}

// match finds each column's place and reports every wrong one at once.
func match(k Kind, header []string) (cells, error) {
	l := layouts[k]
	names := slices.Concat(l.required, l.optional)
	bad := fault.Error{Kind: fault.Invalid, Slug: "invalid_file", Msg: "the header of the " + string(k) + " file is not valid"}
	if len(header) == 1 && strings.ContainsAny(header[0], ";\t") {
		return cells{}, bad.At("line 1", "columns are separated by commas, not by semicolons or tabs")
	}
	c := cells{place: make([]int, len(names))}
	for i := range c.place {
		c.place[i] = -1
	}
	for i, name := range header {
		at := slices.Index(names, name)
		attr, isAttr := strings.CutPrefix(name, "attr:")
		switch {
		case slices.Index(header, name) < i:
			bad.At(name, "the column stands here twice")
		case at >= 0:
			c.place[at] = i
		case isAttr && l.attributes:
			if err := channel.CheckAttributes(name, map[string]string{attr: ""}); err != nil {
				bad.Fields = append(bad.Fields, fault.Of(err).Fields...)
			}
			c.attrs = append(c.attrs, attrColumn{attr, i})
		case strings.TrimFunc(name, unicode.IsSpace) == "":
			bad.At(fmt.Sprintf("column %d", i+1), "has no name")
		default:
			bad.At(fault.Clip(name), "is not a column of this file; did you mean %s?", document.Nearest(name, names))
		}
	}
	for i, name := range l.required {
		if c.place[i] < 0 {
			bad.At(name, "the column is missing")
		}
	}
	if len(bad.Fields) > 0 {
		return cells{}, &bad
	}
	return c, nil
}

// Rows is the records in the order of the file, one at a time; empty lines are
// passed over. Look at Err when it is done.
func (f *File[T]) Rows() iter.Seq[Row[T]] {
	return func(yield func(Row[T]) bool) {
		for {
			row, ok := f.Next()
			if !ok || !yield(row) {
				return
			}
		}
	}
}

// Next is the next record; not ok at the end or when the stream breaks.
func (f *File[T]) Next() (Row[T], bool) {
	rec, err := f.records.next()
	if err != nil {
		if !errors.Is(err, io.EOF) {
			f.err = fault.New(fault.Invalid, "truncated_file", "the file could not be read beyond line %d", f.records.line).Because(err)
		}
		return Row[T]{}, false
	}
	row := Row[T]{Line: rec.line}
	switch {
	case rec.problem != "":
		row.Err = lineFault("", rec.problem)
	case len(rec.fields) != f.width:
		row.Err = lineFault("", fmt.Sprintf("has %d columns, the header has %d", len(rec.fields), f.width))
	default:
		f.cells.fields = rec.fields
		row.Value, err = f.parse(&f.cells)
		if err != nil {
			row.Err = inColumns(err)
		}
	}
	if row.Err != nil {
		row.Raw = strings.ToValidUTF8(string(rec.raw[:min(len(rec.raw), MaxLine)]), "\uFFFD")
	}
	return row, true
}

// Err is why the reading ended before the end of the file: a fault.Invalid with
// slug truncated_file. Nil after a whole file.
func (f *File[T]) Err() error { return f.err }

func lineFault(column, message string) *fault.Error {
	e := fault.New(fault.Invalid, "invalid_line", "the line is not valid")
	return e.At(column, "%s", message)
}

// inColumns renames the fields of a fault from JSON names to columns.
func inColumns(err error) error {
	cause := fault.Of(err)
	e := fault.New(fault.Invalid, "invalid_line", "the line is not valid")
	if cause.Kind != fault.Invalid {
		return err
	}
	for _, f := range cause.Fields {
		e.Fields = append(e.Fields, fault.Field{Field: column(f.Field), Message: f.Message})
	}
	if len(e.Fields) == 0 {
		e.At("", "%s", cause.Msg)
	}
	return e
}

// column is the column of a JSON name: declaredValue is declared_value,
// attributes.x is attr:x, all of them together attr:*.
func column(field string) string {
	if field == "attributes" {
		return "attr:*"
	}
	if attr, ok := strings.CutPrefix(field, "attributes"); ok {
		return "attr:" + strings.TrimPrefix(attr, ".")
	}
	var b strings.Builder
	for _, r := range field {
		if unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
