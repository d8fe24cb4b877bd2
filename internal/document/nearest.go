package document

import (
	"strings"
	"unicode"

	"github.com/fairlead/fairlead/internal/fault"
)

// Nearest is the known word that a mistaken one most likely stands for: the one
// with the fewest letters to change, where case, "_" and "-" do not count; the
// first in the order given on a tie. "" when nothing is known.
func Nearest(word string, known []string) string {
	best, least := "", 1<<30
	for _, k := range known {
		if d := distance(fold(word), fold(k)); d < least {
			best, least = k, d
		}
	}
	return best
}

func fold(s string) []rune {
	return []rune(strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == ' ' {
			return -1
		}
		return unicode.ToLower(r)
	}, fault.Clip(s)))
}

// distance counts the letters to insert, drop, change or swap with their
// neighbour to make b of a (optimal string alignment).
func distance(a, b []rune) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			d := min(rows[i-1][j], rows[i][j-1]) + 1
			d = min(d, rows[i-1][j-1]+differ(a[i-1], b[j-1]))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}

func differ(a, b rune) int {
	if a == b {
		return 0
	}
	return 1
}
