package channel

import (
	"slices"
	"testing"
	"time"
)

func TestPeriod_Arithmetic(t *testing.T) {
	for _, c := range []struct {
		p    Period
		n    int
		want Period
	}{{"2026-03", 1, "2026-04"}, {"2026-12", 1, "2027-01"}, {"2026-01", -1, "2025-12"}, {"2026-03", -27, "2023-12"}, {"2026-03", 0, "2026-03"}, {"2069-12", 1, "2070-01"}, {"1970-01", -1, "1969-12"}, {"9998-12", 1, "9999-01"}} {
		if got := c.p.Add(c.n); got != c.want {
			t.Errorf("%s and %d months is %s, want %s", c.p, c.n, got, c.want)
		}
		if got := c.want.Sub(c.p); got != c.n {
			t.Errorf("%s less %s is %d months, want %d", c.want, c.p, got, c.n)
		}
	}
	if p := Period("2026-03"); p.Year() != 2026 || p.Month() != time.March || p.Next() != "2026-04" || p.Prev() != "2026-02" {
		t.Errorf("2026-03 is %d %s between %s and %s", p.Year(), p.Month(), p.Prev(), p.Next())
	}
	if got := PeriodOf(2026, 14); got != "2027-02" {
		t.Errorf("month 14 of 2026 is %s", got)
	}
}

func TestPeriod_QuartersAndYears(t *testing.T) {
	for p, want := range map[Period][4]Period{
		"2026-01": {"2026-01", "2026-03", "2026-01", "2026-12"}, "2026-03": {"2026-01", "2026-03", "2026-01", "2026-12"},
		"2026-04": {"2026-04", "2026-06", "2026-01", "2026-12"}, "2026-12": {"2026-10", "2026-12", "2026-01", "2026-12"},
	} {
		if got := [4]Period{p.QuarterStart(), p.QuarterEnd(), p.YearStart(), p.YearEnd()}; got != want {
			t.Errorf("%s lies in %v, want %v", p, got, want)
		}
	}
	for p, want := range map[Period]int{"2026-02": 28, "2028-02": 29, "2026-12": 31, "2026-04": 30} {
		if got := (Calendar{}).DaysIn(p); got != want {
			t.Errorf("%s has %d days, want %d", p, got, want)
		}
	}
}

func TestParsePeriod_IsStrict(t *testing.T) {
	for _, s := range []string{"", "2026", "2026-1", "2026-13", "2026-00", "26-01", "2026-01-01", "2026/01", "1969-12", "9999-01", "٢٠٢٦-٠١", " 2026-01"} {
		if got, err := ParsePeriod("period", s); err == nil {
			t.Errorf("%q is the period %s", s, got)
		}
	}
	if got, err := ParsePeriod("period", "2026-03"); err != nil || got != "2026-03" {
		t.Errorf("2026-03: %s, %v", got, err)
	}
}

func TestPeriods_CompareAsText(t *testing.T) {
	list := []Period{}
	for p := Period("1999-11"); p < "2001-02"; p = p.Next() {
		list = append(list, p)
	}
	if len(list) != 15 || !slices.IsSorted(list) {
		t.Errorf("%v", list)
	}
}

func TestPeriodOfAFact_DoesNotAllocate(t *testing.T) {
	c, now := zone(t, "Europe/Berlin"), at("2026-03-15T12:00:00Z")
	if n := testing.AllocsPerRun(100, func() { _ = c.Of(now) }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func BenchmarkOf(b *testing.B) {
	c, now := zone(b, "Europe/Berlin"), at("2026-03-15T12:00:00Z")
	for b.Loop() {
		_ = c.Of(now)
	}
}
