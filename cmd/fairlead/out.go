package main

import (
	"io"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/wire"
)

// grid is a table for a terminal: columns aligned, those named in right flush
// right.
type grid struct {
	head  []string
	rows  [][]string
	right []int
}

func (g *grid) add(cells ...string) { g.rows = append(g.rows, cells) }

func (g *grid) write(w io.Writer) {
	width := make([]int, len(g.head))
	for _, row := range append([][]string{g.head}, g.rows...) {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for n, row := range append([][]string{g.head}, g.rows...) {
		if n == 0 && strings.Join(row, "") == "" {
			continue
		}
		var line strings.Builder
		for i, cell := range row {
			if i > 0 {
				line.WriteString("  ")
			}
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if slices.Contains(g.right, i) {
				line.WriteString(pad + cell)
			} else {
				line.WriteString(cell + pad)
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	_, _ = io.WriteString(w, b.String())
}

// money writes an amount with its currency and the thousands set apart:
// "12,400.00 EUR".
func money(amount, currency string) string {
	if amount == "" {
		return ""
	}
	sign, digits := "", amount
	if rest, negative := strings.CutPrefix(amount, "-"); negative {
		sign, digits = "-", rest
	}
	whole, _, _ := strings.Cut(digits, ".")
	if n, err := strconv.ParseUint(whole, 10, 64); err == nil {
		digits = count(n) + digits[len(whole):]
	}
	return strings.TrimSpace(sign + digits + " " + currency)
}

// count is a whole number with the thousands set apart.
func count[N int | int64 | uint64](n N) string { return message.NewPrinter(language.English).Sprint(n) }

// plural is "1 line", "2 lines".
func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	if rest, ok := strings.CutSuffix(one, "y"); ok && !strings.HasSuffix(one, "day") {
		return count(n) + " " + rest + "ies"
	}
	return count(n) + " " + one + "s"
}

// when writes an instant for people, in UTC.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

func whenever(t *time.Time) string {
	if t == nil {
		return ""
	}
	return when(*t)
}

// ownerName is "partner p1", "pod north" or "nobody".
func ownerName(o *channel.Owner) string {
	if o == nil || *o == channel.Nobody {
		return "nobody"
	}
	return strings.Replace(string(*o), ":", " ", 1)
}

// ownerCell is the owner in a table.
func ownerCell(o *channel.Owner) string {
	if o == nil || *o == channel.Nobody {
		return "-"
	}
	return string(*o)
}

func valueCell(v *wire.Value) string {
	if v == nil {
		return ""
	}
	return money(v.Amount, v.Currency)
}

// counts writes a summary such as by tier, largest first.
func counts(m map[string]int) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		if m[keys[i]] != m[keys[j]] {
			return m[keys[i]] > m[keys[j]]
		}
		return keys[i] < keys[j]
	})
	return keys
}

// all is what a list stands for when it is empty.
func all(list []string) string {
	if len(list) == 0 {
		return "all"
	}
	return strings.Join(list, " ")
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
