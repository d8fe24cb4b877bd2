package channel

import (
	"math/rand/v2"
	"testing"
	"time"
)

func zone(t testing.TB, name string) Calendar {
	t.Helper()
	c, err := ParseCalendar("timeZone", name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func utc(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func TestDay_BeginsAtTheFirstInstantThatExists(t *testing.T) {
	for _, c := range []struct {
		zone string
		y    int
		m    time.Month
		d    int
		want string
	}{
		{"UTC", 2026, 3, 1, "2026-03-01T00:00:00Z"},
		{"Europe/Berlin", 2026, 3, 29, "2026-03-28T23:00:00Z"}, // summer time begins at 2
		{"Europe/Berlin", 2026, 3, 30, "2026-03-29T22:00:00Z"},
		{"Europe/Berlin", 2026, 10, 26, "2026-10-25T23:00:00Z"},
		{"America/Sao_Paulo", 2018, 11, 4, "2018-11-04T03:00:00Z"}, // 00:00 to 01:00 does not exist
		{"America/Sao_Paulo", 2018, 11, 5, "2018-11-05T02:00:00Z"},
		{"America/Sao_Paulo", 2018, 2, 18, "2018-02-18T03:00:00Z"}, // 24:00 becomes 23:00 once more
		{"Africa/Cairo", 2014, 5, 16, "2014-05-15T22:00:00Z"},
		{"America/St_Johns", 2009, 11, 1, "2009-11-01T02:30:00Z"}, // 00:01 becomes 23:01 of October once more
		{"Pacific/Apia", 2011, 12, 30, "2011-12-30T10:00:00Z"},    // the 30th does not exist at all
		{"Pacific/Apia", 2011, 12, 31, "2011-12-30T10:00:00Z"},
		{"Australia/Lord_Howe", 2026, 4, 5, "2026-04-04T13:00:00Z"}, // half an hour of summer time
		{"Asia/Kathmandu", 2026, 1, 1, "2025-12-31T18:15:00Z"},
		{"Europe/Berlin", 2026, 2, 30, "2026-03-01T23:00:00Z"}, // runs into March
	} {
		if got := utc(zone(t, c.zone).Day(c.y, c.m, c.d)); got != c.want {
			t.Errorf("%s, %d-%02d-%02d begins at %s, want %s", c.zone, c.y, c.m, c.d, got, c.want)
		}
	}
}

func TestOf_IsTheMonthBetweenStartAndEnd(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 1))
	for _, name := range []string{"UTC", "Europe/Berlin", "America/Sao_Paulo", "America/St_Johns", "Pacific/Apia", "Asia/Beirut", "America/Asuncion", "Pacific/Kiritimati", "Africa/Casablanca"} {
		c := zone(t, name)
		check := func(at time.Time) {
			p := c.Of(at)
			if at.Before(c.Start(p)) || !at.Before(c.End(p)) {
				t.Fatalf("%s: %s is said to be in %s, which is %s to %s", name, utc(at), p, utc(c.Start(p)), utc(c.End(p)))
			}
		}
		for p := Period("2005-01"); p < "2030-01"; p = p.Next() {
			if !c.Start(p).Equal(c.End(p.Prev())) {
				t.Fatalf("%s: a gap before %s", name, p)
			}
			for _, d := range []time.Duration{-time.Hour, -time.Minute, -1, 0, time.Minute, 31 * time.Minute, time.Hour} {
				check(c.Start(p).Add(d))
			}
			check(c.Start(p).Add(time.Duration(r.Int64N(int64(31 * 24 * time.Hour)))))
		}
	}
}

func TestAddMonths_ClampsTheDayAndKeepsTheTimeOfDay(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-01-31T12:00:00Z", 1, "2026-02-28T12:00:00Z"},
		{"2028-01-31T12:00:00Z", 1, "2028-02-29T12:00:00Z"},
		{"2026-01-31T12:00:00Z", 2, "2026-03-31T11:00:00Z"}, // summer time by then
		{"2026-01-31T12:00:00Z", 25, "2028-02-29T12:00:00Z"},
		{"2026-03-31T10:00:00Z", -1, "2026-02-28T11:00:00Z"},
		{"2026-01-31T23:30:00Z", 1, "2026-02-28T23:30:00Z"}, // already February in Berlin: 1 February, 00:30
		{"2026-02-28T01:30:00Z", 1, "2026-03-28T01:30:00Z"},
		{"2026-02-28T23:30:00Z", 1, "2026-03-31T22:30:00Z"},  // 1 March, 00:30 in Berlin; then 1 April
		{"2026-02-28T01:30:00Z", 13, "2027-03-28T01:00:00Z"}, // 02:30 does not exist on 28 March 2027
		{"2026-12-31T12:00:00Z", 0, "2026-12-31T12:00:00Z"},
	} {
		if got := utc(berlin.AddMonths(at(c.from), c.n)); got != c.want {
			t.Errorf("%s and %d months is %s, want %s", c.from, c.n, got, c.want)
		}
	}
}

func TestDays_AreCountedByTheClockOrByTheCalendar(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	for _, c := range []struct {
		a, b            string
		clock, calendar int
	}{
		{"2026-03-28T12:00:00Z", "2026-03-29T11:00:00Z", 0, 1},
		{"2026-03-28T11:00:00Z", "2026-03-29T11:00:00Z", 1, 1},
		{"2026-03-28T22:59:59Z", "2026-03-28T23:00:00Z", 0, 1},
		{"2026-03-29T11:00:00Z", "2026-03-28T11:00:00Z", -1, -1},
		{"2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", 365, 365},
		{"2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z", 0, 0},
	} {
		if got := Days(at(c.a), at(c.b)); got != c.clock {
			t.Errorf("%s to %s is %d whole days, want %d", c.a, c.b, got, c.clock)
		}
		if got := berlin.DaysBetween(at(c.a), at(c.b)); got != c.calendar {
			t.Errorf("%s to %s is %d calendar days, want %d", c.a, c.b, got, c.calendar)
		}
	}
	if got := utc(berlin.AddDays(at("2026-03-28T12:00:00Z"), 1)); got != "2026-03-28T23:00:00Z" {
		t.Errorf("the day after 28 March begins at %s", got)
	}
	if got := utc(berlin.DayOf(at("2026-03-28T23:30:00Z"))); got != "2026-03-28T23:00:00Z" {
		t.Errorf("the day of 28 March, 23:30 UTC begins at %s", got)
	}
}

func TestParseTime_IsRFC3339OrADay(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	for text, want := range map[string]string{
		"2026-03-02":                     "2026-03-01T23:00:00Z",
		"2026-03-02T10:00:00Z":           "2026-03-02T10:00:00Z",
		"2026-03-02T10:00:00.999999999Z": "2026-03-02T10:00:00Z",
		"2026-03-02T10:00:00+05:30":      "2026-03-02T04:30:00Z",
	} {
		if got, err := berlin.ParseTime("time", text); err != nil || utc(got) != want || got.Location() != time.UTC {
			t.Errorf("%s is %v, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "2026-03-02 10:00:00Z", "2026-03-02T10:00:00", "2026-3-2", "2026-02-29", "02/03/2026", "2026-03-02T10:00Z", "2026-03-02T1:00:00Z",
		"2026-03-02T10:00:00,5Z", "2026-03-02T10:00:00+24:00", "2026-03-02T10:00:00+05:60", "2026-03-02T25:00:00Z", "0000-01-01", "1969-12-31", "9999-01-01T00:00:00Z", "1772445600", "2026-03-02T"} {
		if got, err := berlin.ParseTime("time", text); err == nil {
			t.Errorf("%q was taken as %v", text, got)
		}
	}
	if _, err := ParseInstant("time", "2026-03-02"); err == nil {
		t.Error("an event's time may be a day")
	}
}

func TestParseCalendar_RefusesWhatDiffersBetweenMachines(t *testing.T) {
	for _, name := range []string{"Local", "Europe/Berln", "../etc/passwd", "/etc/localtime", "+01:00"} {
		if _, err := ParseCalendar("timeZone", name); err == nil {
			t.Errorf("%q is a time zone", name)
		}
	}
	if (Calendar{}).Location() != time.UTC || zone(t, "").Location() != time.UTC {
		t.Error("no time zone is not UTC")
	}
}
