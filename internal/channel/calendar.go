package channel

import (
	"strings"
	"time"
	_ "time/tzdata" // the same zones on every machine, also where none are installed

	"github.com/fairlead/fairlead/internal/fault"
)

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
		return Calendar{}, fault.New(fault.Invalid, "unknown_time_zone", "not a time zone").
			At(field, "%q is not an IANA time zone such as Europe/Berlin", fault.Clip(zone))
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

// Of is the period in which t lies: Of(t) == p exactly if Start(p) <= t < End(p).
func (c Calendar) Of(t time.Time) Period {
	y, m, d := t.In(c.Location()).Date()
	p := PeriodOf(y, m)
	// Where a zone sets its clocks back over midnight, the last day of a month
	// is shown once more after the first of the next one had begun.
	if d >= 28 && c.loc != nil && !t.Before(c.End(p)) {
		return p.Next()
	}
	return p
}

// Start is the first instant of p; the period is half-open: [Start, End).
func (c Calendar) Start(p Period) time.Time { return c.Day(p.Year(), p.Month(), 1) }

// End is the first instant after p.
func (c Calendar) End(p Period) time.Time { return c.Start(p.Next()) }

// DaysIn is the number of calendar days of p: 28 to 31.
func (c Calendar) DaysIn(p Period) int {
	return time.Date(p.Year(), p.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// Day is the first instant of a day: midnight, or the first instant that exists
// where a zone skips midnight. Days beyond the month's end run into the next.
// The answer is in the calendar's zone.
func (c Calendar) Day(y int, m time.Month, d int) time.Time {
	return c.first(time.Date(y, m, d, 0, 0, 0, 0, time.UTC))
}

// first is the first instant at which the zone's clocks show wall (given as if
// it were UTC) or something later: a time that is skipped becomes the end of
// the gap, one that comes twice its first coming.
func (c Calendar) first(wall time.Time) time.Time {
	loc := c.Location()
	t := wall.Add(-26 * time.Hour).In(loc) // no zone is further from UTC
	for {
		_, offset := t.Zone()
		_, end := t.ZoneBounds()
		at := wall.Add(-time.Duration(offset) * time.Second)
		if at.Before(t) {
			at = t // the clocks jumped over it when this offset began
		}
		if end.IsZero() || at.Before(end) {
			return at.In(loc)
		}
		t = end
	}
}

// DayOf is the first instant of the day that holds t.
func (c Calendar) DayOf(t time.Time) time.Time {
	y, m, d := t.In(c.Location()).Date()
	return c.Day(y, m, d)
}

// AddDays is the first instant of the day n calendar days after the one that
// holds t.
func (c Calendar) AddDays(t time.Time, n int) time.Time {
	y, m, d := t.In(c.Location()).Date()
	return c.Day(y, m, d+n)
}

// DaysBetween is how many calendar days the day of b lies after the day of a:
// 0 on the same day, negative if before. Changes of the clocks in between do not count.
func (c Calendar) DaysBetween(a, b time.Time) int { return c.dayNumber(b) - c.dayNumber(a) }

func (c Calendar) dayNumber(t time.Time) int {
	y, m, d := t.In(c.Location()).Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}

// AddMonths is t moved n calendar months in the calendar's zone, the day
// clamped to the month's end: 31 January + 1 month is 28 (or 29) February, at
// the same time of day (or the first that exists). The answer is in UTC.
func (c Calendar) AddMonths(t time.Time, n int) time.Time {
	l := t.In(c.Location())
	y, m, d := l.Date()
	last := time.Date(y, m+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC)
	d = min(d, last.Day())
	wall := time.Date(last.Year(), last.Month(), d, l.Hour(), l.Minute(), l.Second(), l.Nanosecond(), time.UTC)
	return c.first(wall).UTC()
}

// ParseDate reads "YYYY-MM-DD" as the first instant of that day.
func (c Calendar) ParseDate(field, s string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}, fault.New(fault.Invalid, "invalid_date", "not a date").
			At(field, "%q: want a day such as 2026-03-02", fault.Clip(s))
	}
	if t.Year() < minYear || t.Year() > maxYear {
		return time.Time{}, fault.New(fault.Invalid, "invalid_date", "not a date").
			At(field, "%q: want a year from %d to %d", fault.Clip(s), minYear, maxYear)
	}
	return c.Day(t.Year(), t.Month(), t.Day()), nil
}

// ParseTime reads RFC 3339, or a date as the first instant of its day. The
// answer is in UTC, cut to whole seconds.
func (c Calendar) ParseTime(field, s string) (time.Time, error) {
	if len(s) == len(time.DateOnly) {
		t, err := c.ParseDate(field, s)
		return t.UTC(), err
	}
	t, err := ParseInstant(field, s)
	if err != nil {
		return time.Time{}, fault.New(fault.Invalid, "invalid_time", "not a time").
			At(field, "%q: want RFC 3339 (2026-03-02T10:00:00Z) or a day (2026-03-02)", fault.Clip(s))
	}
	return t, nil
}

// ParseInstant reads RFC 3339 and nothing else. The answer is in UTC, cut to
// whole seconds.
func ParseInstant(field, s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || !strict(s) || t.Year() < minYear || t.Year() > maxYear {
		return time.Time{}, fault.New(fault.Invalid, "invalid_time", "not a time").
			At(field, "%q: want RFC 3339 such as 2026-03-02T10:00:00Z", fault.Clip(s))
	}
	return t.UTC().Truncate(time.Second), nil
}

// strict refuses what time.Parse takes although RFC 3339 does not: an hour of
// one digit, a comma before the fraction, an offset of a day or more.
func strict(s string) bool {
	const upToSeconds = len("2026-03-02T10:00:00")
	if len(s) <= upToSeconds || s[13] != ':' || strings.Contains(s, ",") {
		return false
	}
	if s[len(s)-1] == 'Z' {
		return true
	}
	offset := s[len(s)-len("+00:00"):]
	return offset[1:3] < "24" && offset[4:] < "60"
}
