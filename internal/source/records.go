package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// MaxLine is how long one record of a file may be, in bytes.
const MaxLine = 64 << 10

// record is one record as it stands in the file. fields and raw are valid until
// the next call of next.
type record struct {
	line    int // of its first line, from 1
	raw     []byte
	fields  []string
	problem string // why it cannot be cut into fields; then it is one line
}

// records cuts a stream into RFC 4180 records. A record that is broken costs
// its first line only: reading goes on with the line after it, so that one
// forgotten quote does not swallow the rest of the file.
type records struct {
	r          io.Reader
	buf        []byte
	start, end int
	line       int // number of the line at start
	err        error
	fields     []string
}

func newRecords(r io.Reader) *records {
	return &records{r: r, buf: make([]byte, 4*MaxLine), line: 1}
}

// fill reads more behind what is there; false when nothing more will come or
// fit.
func (rs *records) fill() bool {
	if rs.err != nil {
		return false
	}
	if rs.start > 0 {
		copy(rs.buf, rs.buf[rs.start:rs.end])
		rs.start, rs.end = 0, rs.end-rs.start
	}
	if rs.end == len(rs.buf) {
		return false
	}
	for range 100 {
		var n int
		n, rs.err = rs.r.Read(rs.buf[rs.end:])
		rs.end += n
		if n > 0 || rs.err != nil {
			return true
		}
	}
	rs.err = io.ErrNoProgress
	return true
}

func (rs *records) window() []byte { return rs.buf[rs.start:rs.end] }

// next is the next record that is not an empty line; io.EOF after the last. Any
// other error is the stream's own: what stood before it has been given out, a
// line that it cut off has not.
func (rs *records) next() (record, error) {
	for {
		n, ok := rs.lineEnd()
		if !ok && rs.err != nil {
			if !errors.Is(rs.err, io.EOF) || rs.start == rs.end {
				return record{}, rs.err
			}
		}
		if !ok && rs.err == nil {
			return rs.oversized(), nil
		}
		raw := trimLineEnd(rs.window()[:n])
		if len(raw) == 0 {
			rs.skip(n, 1)
			continue
		}
		if len(raw) > MaxLine {
			return rs.oversized(), nil
		}
		if bytes.IndexByte(raw, '"') >= 0 {
			return rs.quoted(n), nil
		}
		rec := record{line: rs.line, raw: raw}
		rec.problem = notText(raw)
		if rec.problem == "" {
			rec.fields = rs.cut(string(raw))
		}
		rs.skip(n, 1)
		return rec, nil
	}
}

// lineEnd is the length of the line at start with its line end; not ok if the
// window holds none and cannot be filled further. Then it is the length of
// what is there.
func (rs *records) lineEnd() (int, bool) {
	from := 0
	for {
		w := rs.window()
		if i := bytes.IndexByte(w[from:], '\n'); i >= 0 {
			return from + i + 1, true
		}
		from = len(w)
		if len(w) > MaxLine+2 || !rs.fill() {
			return len(w), false
		}
	}
}

// skip moves on by n bytes that hold that many lines.
func (rs *records) skip(n, lines int) {
	rs.start += n
	rs.line += lines
}

// cut splits a line without quotes; the fields share its memory.
func (rs *records) cut(line string) []string {
	rs.fields = rs.fields[:0]
	for from, i := 0, 0; ; i++ {
		if i == len(line) {
			rs.fields = append(rs.fields, line[from:])
			return rs.fields
		}
		if line[i] == ',' {
			rs.fields = append(rs.fields, line[from:i])
			from = i + 1
		}
	}
}

// oversized rejects the line at start, however long it is, and moves behind it.
func (rs *records) oversized() record {
	rec := record{line: rs.line, problem: fmt.Sprintf("the line is longer than %d bytes", MaxLine)}
	rec.raw = bytes.Clone(rs.window()[:min(MaxLine, rs.end-rs.start)])
	for {
		w := rs.window()
		if i := bytes.IndexByte(w, '\n'); i >= 0 {
			rs.skip(i+1, 1)
			return rec
		}
		rs.start = rs.end
		if !rs.fill() {
			rs.line++
			return rec
		}
	}
}

// quoted reads the record at start, whose first line has n bytes and a quote
// in it. If the record is broken, it rejects that line.
func (rs *records) quoted(n int) record {
	const most = MaxLine + 2 // with its line end
	for {
		w := rs.window()[:min(rs.end-rs.start, most)]
		fields, size, problem := parseQuoted(w, rs.fields[:0])
		if problem == errMore && len(w) < most {
			if rs.fill() {
				continue
			}
			fields, problem = finish(w, rs.fields[:0])
			size = len(w)
		}
		if problem == errMore {
			problem = "a quote is opened and not closed"
		}
		rs.fields = fields
		rec := record{line: rs.line, fields: fields, problem: problem}
		if problem != "" { // this line only
			size = min(n, rs.end-rs.start)
		}
		rec.raw = trimLineEnd(rs.window()[:size])
		if problem == "" {
			rec.problem = notText(rec.raw)
		}
		rs.skip(size, max(1, bytes.Count(rs.window()[:size], []byte{'\n'})))
		return rec
	}
}

// errMore is parseQuoted's word for a window that ends inside the record.
const errMore = "more"

// finish reads the last record of a stream that does not end in a line end.
func finish(w []byte, fields []string) ([]string, string) {
	fields, _, problem := parseQuoted(append(bytes.Clone(w), '\n'), fields)
	return fields, problem
}

// parseQuoted cuts the record at the start of w, up to and including its line
// end: size bytes.
func parseQuoted(w []byte, fields []string) (out []string, size int, problem string) {
	i := 0
	for {
		var field []byte
		if i < len(w) && w[i] == '"' {
			if field, i, problem = quotedField(w, i+1); problem != "" {
				return fields, 0, problem
			}
		} else {
			end := i + bytes.IndexAny(w[i:], ",\n")
			if end < i {
				return fields, 0, errMore
			}
			field, i = w[i:end], end
			if w[end] == '\n' {
				field = bytes.TrimSuffix(field, []byte{'\r'})
			}
			if bytes.IndexByte(field, '"') >= 0 {
				return fields, 0, fmt.Sprintf("a quote stands inside field %d, which does not begin with one", len(fields)+1)
			}
		}
		fields = append(fields, string(field))
		if w[i] == '\n' {
			return fields, i + 1, ""
		}
		i++ // the comma
	}
}

// quotedField reads from behind the opening quote to the comma or line end
// behind the closing one, and gives the place of that.
func quotedField(w []byte, i int) (field []byte, next int, problem string) {
	for {
		end := bytes.IndexByte(w[i:], '"')
		if end < 0 || i+end+1 >= len(w) {
			return nil, 0, errMore
		}
		field = append(field, w[i:i+end]...)
		i += end + 1
		switch c := w[i]; {
		case c == '"':
			field = append(field, '"')
			i++
		case c == ',' || c == '\n':
			return field, i, ""
		case c == '\r' && i+1 < len(w) && w[i+1] == '\n':
			return field, i + 1, ""
		case c == '\r' && i+1 >= len(w):
			return nil, 0, errMore
		default:
			return nil, 0, fmt.Sprintf("%q stands behind a closing quote; a quote inside a field is written twice", rune(c))
		}
	}
}

func trimLineEnd(b []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(b, []byte{'\n'}), []byte{'\r'})
}

// notText says why bytes are not text that can be shown.
func notText(b []byte) string {
	if utf8.Valid(b) {
		return ""
	}
	i := 0
	for {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return fmt.Sprintf("not UTF-8: byte %d is 0x%02X", i+1, b[i])
		}
		i += n
	}
}
