package source

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/fairlead/fairlead/internal/clv"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/value"
)

// maxPurchases is how many repeat purchases a row may have.
const maxPurchases = 1e9

// maxBadRows is how many bad lines an error names.
const maxBadRows = 20

// rfmColumns are those of a file of customers; the last one may be missing.
var rfmColumns = []string{"x", "t_x", "T", "m_x"}

// ReadRFM reads x,t_x,T[,m_x], columns in any order, others ignored. spend says
// whether there are mean amounts. Every bad line is named, up to 20, with its
// number and column, and then nothing is read: fault.Invalid invalid_file, or
// truncated_file where the stream breaks. Its cause is the stream's error.
func ReadRFM(r io.Reader) (rows []value.RFM, spend bool, err error) {
	rs := newRecords(r)
	if err := rs.begin(); err != nil {
		return nil, false, err
	}
	at, width, err := rfmHeader(rs)
	if err != nil {
		return nil, false, err
	}
	bad := fault.New(fault.Invalid, "invalid_file", "the file has lines that no customer can have")
	for len(bad.Fields) < maxBadRows {
		rec, err := rs.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, false, truncated(rs, err)
		}
		row, column, why := rfmRow(rec, at, width)
		if why == "" {
			rows = append(rows, row)
			continue
		}
		bad.At(strings.TrimSuffix(fmt.Sprintf("line %d, %s", rec.line, column), ", "), "%s", why)
	}
	if len(bad.Fields) > 0 {
		return nil, false, bad
	}
	return rows, at[3] >= 0, nil
}

func truncated(rs *records, err error) error {
	return fault.New(fault.Invalid, "truncated_file", "the file could not be read beyond line %d", rs.line).Because(err)
}

// rfmHeader finds the columns' places; -1 is a column that the file has not.
func rfmHeader(rs *records) (at [4]int, width int, err error) {
	bad := fault.New(fault.Invalid, "invalid_file", "the file is not a list of customers with the columns x,t_x,T[,m_x]")
	rec, err := rs.next()
	switch {
	case errors.Is(err, io.EOF):
		return at, 0, bad.At("line 1", "the file is empty")
	case err != nil:
		return at, 0, truncated(rs, err)
	case rec.problem != "":
		return at, 0, bad.At(fmt.Sprintf("line %d", rec.line), "%s", rec.problem)
	case len(rec.fields) == 1 && strings.ContainsAny(rec.fields[0], ";\t"):
		return at, 0, bad.At("line 1", "columns are separated by commas, not by semicolons or tabs")
	}
	header := make([]string, len(rec.fields))
	for i, name := range rec.fields {
		header[i] = strings.Clone(strings.TrimSpace(name))
	}
	for i, name := range rfmColumns {
		at[i] = slices.Index(header, name)
		switch {
		case at[i] < 0 && name != "m_x":
			bad.At(name, "the column is missing")
		case at[i] >= 0 && slices.Contains(header[at[i]+1:], name):
			bad.At(name, "the column stands here twice")
		}
	}
	if len(bad.Fields) > 0 {
		return at, 0, bad
	}
	return at, len(header), nil
}

// rfmRow reads one line; why is empty where it is good. Without a mean amount it
// is 0, as that of a customer without a repeat purchase.
func rfmRow(rec record, at [4]int, width int) (out value.RFM, column, why string) {
	if rec.problem != "" {
		return out, "", rec.problem
	}
	if len(rec.fields) != width {
		return out, "", fmt.Sprintf("has %d columns, the header has %d", len(rec.fields), width)
	}
	var v [4]float64
	for i, name := range rfmColumns {
		if at[i] < 0 {
			continue
		}
		text := strings.TrimSpace(rec.fields[at[i]])
		if text == "" && name == "m_x" {
			continue
		}
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return out, name, strconv.Quote(fault.Clip(text)) + " is not a finite number"
		}
		v[i] = n
	}
	if v[0] != math.Trunc(v[0]) || math.Abs(v[0]) > maxPurchases {
		return out, "x", fmt.Sprintf("%q is not a whole number of repeat purchases up to %d", fault.Clip(strings.TrimSpace(rec.fields[at[0]])), int(maxPurchases))
	}
	out = value.RFM{Row: clv.Row{X: int64(v[0]), TX: v[1], T: v[2]}, Mean: v[3]}
	if err := out.Row.Check(); err != nil {
		f := fault.Of(err).Fields[0]
		return out, f.Field, f.Message
	}
	return out, "", ""
}
