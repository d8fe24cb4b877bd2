package source

import (
	"encoding/csv"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/fairlead/fairlead/internal/clv"
	"github.com/fairlead/fairlead/internal/fault"
)

// RFM is a row of a file of customers: repeat purchases, age at the last of them
// and age in any one unit of time, and the mean amount of the repeat purchases.
type RFM struct {
	Row  clv.Row
	Mean float64
}

// maxBadRows is how many bad lines an error names.
const maxBadRows = 20

// ReadRFM reads x,t_x,T[,m_x], columns in any order, others ignored. spend says
// whether there are mean amounts. Every bad line is named, up to 20: 422
// invalid_file; nothing is read then.
func ReadRFM(r io.Reader) (rows []RFM, spend bool, err error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = -1
	header, err := in.Read()
	bad := fault.New(fault.Invalid, "invalid_file", "the file is not a list of customers with the columns x,t_x,T[,m_x]")
	if err != nil {
		return nil, false, bad.Because(err).At("line 1", "there is no header: want x,t_x,T[,m_x]")
	}
	header[0] = strings.TrimPrefix(header[0], "\ufeff")
	var at [4]int
	for i, name := range []string{"x", "t_x", "T", "m_x"} {
		at[i] = slices.IndexFunc(header, func(h string) bool { return strings.TrimSpace(h) == name })
		if at[i] < 0 && i < 3 {
			return nil, false, bad.At("line 1", "the column %s is missing", name)
		}
	}
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := in.FieldPos(0)
		if err != nil {
			return nil, false, bad.Because(err).At("line "+strconv.Itoa(line), "%v", err)
		}
		row, field, why := rfm(record, at)
		if why != "" {
			if bad = bad.At("line "+strconv.Itoa(line)+", "+field, "%s", why); len(bad.Fields) == maxBadRows {
				break
			}
			continue
		}
		rows = append(rows, row)
	}
	if len(bad.Fields) > 0 {
		return nil, false, bad
	}
	return rows, at[3] >= 0, nil
}

// rfm reads one line; why is empty where it is good.
func rfm(record []string, at [4]int) (out RFM, field, why string) {
	var v [4]float64
	for i, name := range []string{"x", "t_x", "T", "m_x"} {
		if at[i] < 0 {
			continue
		}
		if at[i] >= len(record) {
			return out, name, "the line has too few fields"
		}
		text := strings.TrimSpace(record[at[i]])
		if i == 3 && text == "" {
			continue
		}
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return out, name, strconv.Quote(text) + " is not a finite number"
		}
		v[i] = n
	}
	if v[0] != math.Trunc(v[0]) || math.Abs(v[0]) > 1e9 {
		return out, "x", "a number of repeat purchases is a whole one"
	}
	out = RFM{clv.Row{X: int64(v[0]), TX: v[1], T: v[2]}, v[3]}
	if err := out.Row.Check(); err != nil {
		f := fault.Of(err).Fields[0]
		return out, f.Field, f.Message
	}
	return out, "", ""
}
