package channel

import (
	"strconv"
	"sync"
	"time"

	"github.com/fairlead/fairlead/internal/fault"
)

// Period is a calendar month, "2026-03", of the programme's time zone. Periods
// compare as strings.
type Period string

// The years a period may lie in.
const (
	minYear = 1970
	maxYear = 9998
)

// ParsePeriod reads "YYYY-MM".
func ParsePeriod(field, s string) (Period, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil || t.Year() < minYear || t.Year() > maxYear {
		return "", fault.New(fault.Invalid, "invalid_period", "not a period").
			At(field, "%q: want a month such as 2026-03", fault.Clip(s))
	}
	return Period(s), nil
}

// PeriodOf is the period of a year and month; months beyond 12 or below 1 run
// into other years.
func PeriodOf(year int, month time.Month) Period { return periodAt(year*12 + int(month) - 1) }

// usualPeriods holds the periods of 1970 to 2069, so that asking for one of them,
// which happens for every fact, does not allocate. They are made by the first
// who asks.
var usualPeriods = sync.OnceValue(func() *[100 * 12]Period {
	var list [100 * 12]Period
	const width = len("2006-01")
	all := make([]byte, 0, len(list)*width)
	for i := range list {
		all = appendPeriod(all, minYear*12+i)
	}
	text := string(all)
	for i := range list {
		list[i] = Period(text[i*width : (i+1)*width])
	}
	return &list
})

// periodAt is the period n months after January of the year 0.
func periodAt(n int) Period {
	if list := usualPeriods(); n >= minYear*12 && n-minYear*12 < len(list) {
		return list[n-minYear*12]
	}
	return format(n)
}

func format(n int) Period { return Period(appendPeriod(make([]byte, 0, 7), n)) }

func appendPeriod(b []byte, n int) []byte {
	for least := 1000; least > 1 && n/12 < least; least /= 10 {
		b = append(b, '0')
	}
	b = strconv.AppendInt(b, int64(n/12), 10)
	return append(b, '-', byte('0'+(n%12+1)/10), byte('0'+(n%12+1)%10))
}

// index is the inverse of periodAt. A Period comes from ParsePeriod or from
// this package; anything else is a mistake of the programmer.
func (p Period) index() int {
	if len(p) != 7 || p[4] != '-' {
		panic("channel: impossible period " + string(p))
	}
	n := 0
	for _, i := range [...]int{0, 1, 2, 3} {
		n = n*10 + int(p[i]-'0')
	}
	return n*12 + int(p[5]-'0')*10 + int(p[6]-'0') - 1
}

// Year is the calendar year of p, Month its month.
func (p Period) Year() int { return p.index() / 12 }

// Month is the month of the year, 1 to 12.
func (p Period) Month() time.Month { return time.Month(p.index()%12 + 1) }

// Next is the month after p.
func (p Period) Next() Period { return p.Add(1) }

// Prev is the month before p.
func (p Period) Prev() Period { return p.Add(-1) }

// Add is the month n months later (earlier if n < 0).
func (p Period) Add(n int) Period { return periodAt(p.index() + n) }

// Sub is how many months p lies after q, negative if before.
func (p Period) Sub(q Period) int { return p.index() - q.index() }

// QuarterStart is the first month of p's calendar quarter, QuarterEnd its last.
func (p Period) QuarterStart() Period { return periodAt(p.index() / 3 * 3) }

// QuarterEnd is the last month of p's calendar quarter.
func (p Period) QuarterEnd() Period { return periodAt(p.index()/3*3 + 2) }

// YearStart is the first month of p's calendar year, YearEnd its last.
func (p Period) YearStart() Period { return periodAt(p.index() / 12 * 12) }

// YearEnd is the last month of p's calendar year.
func (p Period) YearEnd() Period { return periodAt(p.index()/12*12 + 11) }

// Days is the number of whole 24-hour days from one instant to another, the
// measure of every "days" of a policy or plan; negative if to is earlier.
func Days(from, to time.Time) int { return int(to.Sub(from) / (24 * time.Hour)) }
