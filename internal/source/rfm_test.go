package source

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/clv"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/value"
)

func TestReadRFM_TakesColumnsInAnyOrderAndPassesOverOthers(t *testing.T) {
	rows, spend, err := ReadRFM(strings.NewReader("\ufeffid, T ,m_x,x,t_x\r\n1,38.86,22.345,2,30.43\r\n\r\n2,\"38.86\",,0,0\r\n"))
	if err != nil || !spend {
		t.Fatal(err)
	}
	want := []value.RFM{{Row: clv.Row{X: 2, TX: 30.43, T: 38.86}, Mean: 22.345}, {Row: clv.Row{T: 38.86}}}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
	if _, spend, err := ReadRFM(strings.NewReader("x,t_x,T\n1,2,3\n")); err != nil || spend {
		t.Errorf("without m_x: %t %v", spend, err)
	}
}

func TestReadRFM_NamesEveryBadLineAndColumn(t *testing.T) {
	_, _, err := ReadRFM(strings.NewReader(strings.Join([]string{
		"x,t_x,T,m_x", "-1,0,5,0", "1,6,5,0", "0,3,5,0", "1,0,5,0", "1.5,2,5,0", "1,two,5,0", "1,2,NaN,0", "1,2,Inf,0", "1,2,5,1e999",
		"1,2,5", `1,"2,5,1`, "3,4,5,6", "2,1,-1,0"}, "\n")))
	var got []string
	for _, f := range fault.Of(err).Fields {
		got = append(got, f.Field)
	}
	want := []string{"line 2, x", "line 3, t_x", "line 4, t_x", "line 5, t_x", "line 6, x", "line 7, t_x", "line 8, T", "line 9, T", "line 10, m_x", "line 11", "line 12", "line 14, T"}
	if diff := cmp.Diff(want, got); diff != "" || !fault.Is(err, "invalid_file") {
		t.Errorf("%v\n%s", err, diff)
	}
	many := "x,t_x,T\n" + strings.Repeat("1,9,5\n", 100)
	if _, _, err := ReadRFM(strings.NewReader(many)); len(fault.Of(err).Fields) != maxBadRows {
		t.Errorf("%d lines are named", len(fault.Of(err).Fields))
	}
}

func TestReadRFM_SaysWhatIsWrongWithTheWholeFile(t *testing.T) {
	for text, want := range map[string]string{
		"": "is empty", "\n\n": "is empty", "a,b\n1,2\n": "x: the column is missing", "x,t_x\n1,2\n": "T: the column is missing", "x,t_x,T,x\n": "x: the column stands here twice",
		"x;t_x;T\n1;2;3\n": "separated by commas", "PK\x03\x04": "spreadsheet", "\xff\xfex\x00": "UTF-16", `"x,t_x`: "line 1",
	} {
		_, _, err := ReadRFM(strings.NewReader(text))
		if err == nil {
			t.Errorf("%q was taken", text)
			continue
		}
		f := fault.Of(err)
		said := f.Msg
		for _, x := range f.Fields {
			said += fmt.Sprintf("; %s: %s", x.Field, x.Message)
		}
		if f.Slug != "invalid_file" || !strings.Contains(said, want) {
			t.Errorf("%q: %s %s", text, f.Slug, said)
		}
	}
	broken := errors.New("gone")
	_, _, err := ReadRFM(iotest.TimeoutReader(strings.NewReader("x,t_x,T\n1,2,3\n")))
	if !fault.Is(err, "truncated_file") {
		t.Errorf("%v", err)
	}
	if _, _, err = ReadRFM(iotest.ErrReader(broken)); !fault.Is(err, "truncated_file") || !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}
