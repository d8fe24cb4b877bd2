package channel

import (
	"fmt"
	"time"

	"github.com/fairlead/fairlead/internal/fault"
)

// Period is a calendar month, "2026-03", of the programme's time zone. Periods
// compare as strings.
type Period string

// ParsePeriod reads "YYYY-MM".
func ParsePeriod(field, s string) (Period, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil || t.Year() < 1970 || t.Year() > 9998 {
		return "", fault.New(fault.Invalid, "invalid_period", "not a period").At(field, "%q: want a month such as 2026-03", s)
	}
	return Period(s), nil
}

func (p Period) ym() (int, time.Month) {
	var y, m int
	if _, err := fmt.Sscanf(string(p), "%d-%d", &y, &m); err != nil {
		panic("channel: impossible period " + string(p))
	}
	return y, time.Month(m)
}

// Next is the month after p, Prev the one before.
func (p Period) Next() Period { return p.Add(1) }

// Prev is the month before p.
func (p Period) Prev() Period { return p.Add(-1) }

// Add is the month n months later (earlier if n < 0).
func (p Period) Add(n int) Period {
	y, m := p.ym()
	return Period(time.Date(y, m+time.Month(n), 1, 0, 0, 0, 0, time.UTC).Format("2006-01"))
}

// Calendar cuts time into the programme's days and months. The zero Calendar
// is UTC.
type Calendar struct {
	loc *time.Location
}

// ParseCalendar makes the calendar of an IANA time zone; "" is UTC, and "Local"
// is refused because it means another zone on every machine.
func ParseCalendar(field, zone string) (Calendar, error) {
	if zone == "" {
		return Calendar{}, nil
	}
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return Calendar{}, fault.New(fault.Invalid, "unknown_time_zone", "not a time zone").At(field, "%q is not an IANA time zone such as Europe/Berlin", zone)
	}
	return Calendar{loc: loc}, nil
}

// Location is the calendar's time zone.
func (c Calendar) Location() *time.Location {
	if c.loc == nil {
		return time.UTC
	}
	return c.loc
}

// Of is the period in which t lies.
func (c Calendar) Of(t time.Time) Period { return Period(t.In(c.Location()).Format("2006-01")) }

// Start is the first instant of p; the period is half-open: [Start, End).
func (c Calendar) Start(p Period) time.Time {
	y, m := p.ym()
	return c.Day(y, m, 1)
}

// End is the first instant after p.
func (c Calendar) End(p Period) time.Time { return c.Start(p.Next()) }

// Day is the first instant of a day (usually midnight; where a zone skips
// midnight, the first instant that exists).
func (c Calendar) Day(y int, m time.Month, d int) time.Time {
	t := time.Date(y, m, d, 0, 0, 0, 0, c.Location())
	if wy, wm, wd := t.Date(); wd != time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Day() || wm != m && d <= 28 || wy != y && d <= 28 {
		for _, minutes := range []int{30, 60, 90, 120} { // a zone that jumps over midnight
			u := time.Date(y, m, d, 0, minutes, 0, 0, c.Location())
			if u.Hour()*60+u.Minute() <= minutes && u.Day() == time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Day() {
				return u
			}
		}
	}
	return t
}

// ParseDate reads "YYYY-MM-DD" as the first instant of that day.
func (c Calendar) ParseDate(field, s string) (time.Time, error) {
	t, err := time.Parse("2006-01-02", s)
	if err != nil {
		return time.Time{}, fault.New(fault.Invalid, "invalid_date", "not a date").At(field, "%q: want a day such as 2026-03-02", s)
	}
	return c.Day(t.Year(), t.Month(), t.Day()), nil
}

// ParseTime reads RFC 3339, or a date as the first instant of its day. The
// answer is in UTC, cut to whole seconds.
func (c Calendar) ParseTime(field, s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC().Truncate(time.Second), nil
	}
	t, err := c.ParseDate(field, s)
	if err != nil {
		return time.Time{}, fault.New(fault.Invalid, "invalid_time", "not a time").At(field, "%q: want RFC 3339 (2026-03-02T10:00:00Z) or a day (2026-03-02)", s)
	}
	return t.UTC(), nil
}

// AddMonths is t moved n calendar months in the calendar's zone, the day
// clamped to the month's end: 31 January + 1 month is 28 (or 29) February.
func (c Calendar) AddMonths(t time.Time, n int) time.Time {
	l := t.In(c.Location())
	y, m, d := l.Date()
	last := time.Date(y, m+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC)
	d = min(d, last.Day())
	return time.Date(last.Year(), last.Month(), d, l.Hour(), l.Minute(), l.Second(), l.Nanosecond(), c.Location()).UTC()
}

// Days is the number of whole 24-hour days from one instant to another, the
// measure of every "days" of a policy or plan; negative if to is earlier.
func Days(from, to time.Time) int { return int(to.Sub(from) / (24 * time.Hour)) }
