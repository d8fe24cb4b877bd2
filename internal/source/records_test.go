package source

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// got is what a test compares of a record.
type got struct {
	line    int
	fields  []string
	problem string
	raw     string
}

func readAll(t *testing.T, r io.Reader) ([]got, error) {
	t.Helper()
	rs := newRecords(r)
	var out []got
	for {
		rec, err := rs.next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return out, err
		}
		g := got{line: rec.line, problem: rec.problem, raw: string(rec.raw)}
		if rec.problem == "" {
			g.fields = slices.Clone(rec.fields)
		}
		out = append(out, g)
	}
}

func TestRecords_RFC4180(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want [][]string
	}{
		"plain":                       {"a,b\n1,2\n", [][]string{{"a", "b"}, {"1", "2"}}},
		"no line end at the end":      {"a,b\n1,2", [][]string{{"a", "b"}, {"1", "2"}}},
		"CRLF":                        {"a,b\r\n1,2\r\n", [][]string{{"a", "b"}, {"1", "2"}}},
		"empty lines and fields":      {"\n,,\n\r\n,x,\n\n", [][]string{{"", "", ""}, {"", "x", ""}}},
		"quotes":                      {"\"a,b\",\"say \"\"hi\"\"\",\"\"\n", [][]string{{"a,b", `say "hi"`, ""}}},
		"quotes at the very end":      {"\"a\",\"b\"", [][]string{{"a", "b"}}},
		"quotes and CRLF":             {"\"a\",\"b\"\r\nc,\"d\"\r\n", [][]string{{"a", "b"}, {"c", "d"}}},
		"a line end inside quotes":    {"\"a\nb\",c\nd,e\n", [][]string{{"a\nb", "c"}, {"d", "e"}}},
		"a comma at the end":          {"a,\"b\",\n", [][]string{{"a", "b", ""}}},
		"spaces belong to the fields": {" a , b\n", [][]string{{" a ", " b"}}},
		"nothing":                     {"", nil},
		"only line ends":              {"\n\r\n\n", nil},
	} {
		for _, r := range []io.Reader{strings.NewReader(c.in), iotest.OneByteReader(strings.NewReader(c.in)), iotest.DataErrReader(strings.NewReader(c.in))} {
			recs, err := readAll(t, r)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			var fields [][]string
			for _, rec := range recs {
				if rec.problem != "" {
					t.Errorf("%s: %s", name, rec.problem)
				}
				fields = append(fields, rec.fields)
			}
			if fmt.Sprint(fields) != fmt.Sprint(c.want) || len(fields) != len(c.want) {
				t.Errorf("%s: %q, want %q", name, fields, c.want)
			}
		}
	}
}

func TestRecords_ABrokenRecordCostsOneLine(t *testing.T) {
	for name, c := range map[string]struct {
		in      string
		problem string
		after   []string // first fields of the records after the first
	}{
		"never closed":            {"\"a,b\nc,d\ne,f\n", "not closed", []string{"c", "e"}},
		"never closed, last line": {"\"a,b", "not closed", nil},
		"text behind a quote":     {"\"a\"x,b\nc,d\n", "behind a closing quote", []string{"c"}},
		"a quote inside a field":  {"a\"b,c\nd,e\n", "inside field 1", []string{"d"}},
		"closed lines later":      {"\"a,b\nc,\"d\"\ne,f\n", "behind a closing quote", []string{"c", "e"}},
		"not UTF-8":               {"a,\xff\nc,d\n", "byte 3 is 0xFF", []string{"c"}},
		"not UTF-8 in quotes":     {"\"a\xc3\",b\nc,d\n", "byte 3 is 0xC3", []string{"c"}},
		"far too long":            {strings.Repeat("x", 3*MaxLine) + ",b\nc,d\n", "longer than 65536", []string{"c"}},
		"far too long, last line": {strings.Repeat("x", 9*MaxLine), "longer than 65536", nil},
		"too long and quoted":     {"\"" + strings.Repeat("x", 3*MaxLine) + "\",b\nc,d\n", "longer than 65536", []string{"c"}},
		"quoted over many lines":  {"\"" + strings.Repeat("x\n", 2) + strings.Repeat("y", MaxLine) + "\",b\nc,d\n", "not closed", nil},
	} {
		for _, r := range []io.Reader{strings.NewReader(c.in), iotest.HalfReader(strings.NewReader(c.in))} {
			recs, err := readAll(t, r)
			if err != nil || len(recs) == 0 || !strings.Contains(recs[0].problem, c.problem) || recs[0].line != 1 {
				t.Fatalf("%s: %.200q, %v; want %q in line 1", name, fmt.Sprint(recs), err, c.problem)
			}
			if len(recs[0].raw) > MaxLine {
				t.Errorf("%s: %d bytes of the line are kept", name, len(recs[0].raw))
			}
			for i, want := range c.after {
				if i+1 >= len(recs) || recs[i+1].problem != "" || recs[i+1].fields[0] != want || recs[i+1].line != i+2 {
					t.Errorf("%s: record %d is %.100q, want it to begin with %s", name, i+2, fmt.Sprint(recs[min(i+1, len(recs)-1)]), want)
				}
			}
		}
	}
}

func TestRecords_ABrokenStreamGivesNoHalfLine(t *testing.T) {
	broken := errors.New("connection reset")
	recs, err := readAll(t, io.MultiReader(strings.NewReader("a,b\n1,2\n3,4"), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) || len(recs) != 2 {
		t.Errorf("%v, %v; want two records and %v", recs, err, broken)
	}
}

func TestRecords_CountLinesInsideQuotes(t *testing.T) {
	recs, err := readAll(t, strings.NewReader("a\n\n\"b\nb\nb\"\nc\n"))
	if err != nil || len(recs) != 3 || recs[1].line != 3 || recs[2].line != 6 {
		t.Errorf("%+v, %v; want records in lines 1, 3 and 6", recs, err)
	}
}

func TestRecords_AgreeWithTheStandardLibraryOnValidFiles(t *testing.T) {
	r := rand.New(rand.NewPCG(4180, 1))
	texts := []string{"", "a", "1234.56", "x,y", `say "hi"`, "two\nlines", "ä€", " space ", strings.Repeat("long", 300)}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	var want [][]string
	for range 3_000 {
		row := []string{"id"}
		for range r.IntN(6) {
			row = append(row, texts[r.IntN(len(texts))])
		}
		want = append(want, row)
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	recs, err := readAll(t, iotest.HalfReader(&b))
	if err != nil || len(recs) != len(want) {
		t.Fatalf("%d records, %v; want %d", len(recs), err, len(want))
	}
	for i := range want {
		if !slices.Equal(recs[i].fields, want[i]) {
			t.Fatalf("record %d is %+v, want %q", i, recs[i], want[i])
		}
	}
}

func FuzzRecords(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\"a\nb\",c\r\n", "\"", "a\"b\n", "\xff\n", "\"a\"\r", "\"\"\"\"\n,\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		whole, err := readAll(t, strings.NewReader(in))
		if err != nil {
			t.Fatal(err)
		}
		bytewise, err := readAll(t, iotest.OneByteReader(strings.NewReader(in)))
		if err != nil || fmt.Sprint(whole) != fmt.Sprint(bytewise) {
			t.Errorf("read at once: %+v; byte by byte: %+v, %v", whole, bytewise, err)
		}
		for _, rec := range whole {
			if !strings.Contains(in, rec.raw) {
				t.Errorf("%q is not in the file", rec.raw)
			}
		}
		if std, err := csv.NewReader(strings.NewReader(in)).ReadAll(); err == nil && !strings.Contains(in, "\r") && clean(whole) && len(std) != len(whole) {
			t.Errorf("%d records, the standard library has %d", len(whole), len(std))
		}
	})
}

func clean(recs []got) bool {
	return !slices.ContainsFunc(recs, func(r got) bool { return r.problem != "" })
}
