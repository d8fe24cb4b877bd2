package statement

import (
	"cmp"
	_ "embed"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
)

//go:embed page.html
var pageSource string

// page is one self-contained document: no script, no font, no picture, nothing
// that is fetched. html/template escapes every value for where it stands.
var page = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("statement").Funcs(template.FuncMap{
		"grouped": Grouped, "month": Month, "day": Day, "percent": Percent, "zero": isZero, "signed": signed, "short": short,
		"count": count, "negated": negated, "formula": formula,
	}).Parse(pageSource))
})

// HTML writes the statement as one self-contained page that reads well on a
// screen, a telephone and A4 paper.
func HTML(w io.Writer, d *Document) error {
	return page().Execute(w, pageView{
		Document: d, Groups: groups(d), Problems: d.Problems[:min(len(d.Problems), maxShown)],
		Handovers: d.Handovers[:min(len(d.Handovers), maxShown)],
	})
}

// maxShown is how many problems and hand-overs a page lists; all are in the
// JSON.
const maxShown = 100

type pageView struct {
	*Document
	Groups    []group
	Problems  []Problem
	Handovers []Handover
}

// group is the lines of one component: those for the statement's own month
// first, then what earlier months were corrected by.
type group struct {
	Component string
	Sum       string
	Lines     []Line
}

func groups(d *Document) []group {
	var out []group
	at := map[string]int{}
	for _, l := range d.Lines {
		i, ok := at[l.Component]
		if !ok {
			i = len(out)
			at[l.Component] = i
			out = append(out, group{Component: l.Component})
		}
		out[i].Lines = append(out[i].Lines, l)
	}
	for i := range out {
		slices.SortStableFunc(out[i].Lines, func(a, b Line) int { return cmp.Compare(later(a, d), later(b, d)) })
		var sum money.Exact
		for _, l := range out[i].Lines {
			if minor, err := money.ParseSignedMinor(l.Amount, d.Currency); err == nil {
				sum.Add(minor)
			}
		}
		if minor, err := sum.Round(); err == nil {
			out[i].Sum = money.Format(minor, d.Currency)
		}
	}
	return out
}

func later(l Line, d *Document) int {
	if l.Period == d.Period {
		return 0
	}
	return 1
}

// formula sets the multiplication sign that people write.
func formula(s string) string { return strings.ReplaceAll(s, " x ", " \u00d7 ") }

// signed is an amount with its sign written out, as in a calculation.
func signed(amount string) string {
	if isZero(amount) || strings.HasPrefix(amount, "-") {
		return Grouped(amount)
	}
	return "+" + Grouped(amount)
}

// negated is signed of the opposite amount.
func negated(amount string) string {
	if rest, negative := strings.CutPrefix(amount, "-"); negative {
		return signed(rest)
	}
	if isZero(amount) {
		return Grouped(amount)
	}
	return signed("-" + amount)
}

// short is enough of a hash to compare by eye.
func short(hash string) string {
	_, digits, _ := strings.Cut(hash, ":")
	return digits[:min(12, len(digits))]
}

func count(n int64) string { return Grouped(strconv.FormatInt(n, 10)) }

// Title is the document's name: "Statement March 2026 - Alder".
func (v pageView) Title() string { return "Statement " + Month(v.Period) + " \u2013 " + v.Name() }

// Name is the partner's name, or its id.
func (v pageView) Name() string {
	if v.PartnerName != "" {
		return v.PartnerName
	}
	return string(v.PartnerID)
}

// Next and Prev are the months around the statement's.
func (v pageView) Next() channel.Period { return v.Period.Next() }

// Prev is the month before.
func (v pageView) Prev() channel.Period { return v.Period.Prev() }

// Mine reports whether a line is for the statement's own month.
func (v pageView) Mine(l Line) bool { return l.Period == v.Period }

// More is how many of a list the page leaves out.
func (v pageView) More(all, shown int) int { return all - shown }
