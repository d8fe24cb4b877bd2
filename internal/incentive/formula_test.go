package incentive

import (
	"math/big"
	"strings"
	"testing"
)

// checkFormulas evaluates every line's formula by hand, so to speak.
func checkFormulas(t interface {
	Helper()
	Errorf(string, ...any)
}, r *Result) {
	t.Helper()
	for _, l := range r.Lines {
		p := &formula{tokens: tokens(l.Formula)}
		got := p.sum()
		if p.bad || p.at != len(p.tokens) {
			t.Errorf("%s: the formula cannot be read: %s", l.ID, l.Formula)
			continue
		}
		if want := big.NewRat(l.Amount, 100); got.Cmp(want) != 0 {
			t.Errorf("%s: %s = %s, not %s", l.ID, l.Formula, got.FloatString(4), want.FloatString(2))
		}
	}
}

func tokens(s string) []string {
	for _, sign := range []string{"(", ")", ",", "%"} {
		s = strings.ReplaceAll(s, sign, " "+sign+" ")
	}
	return strings.Fields(s)
}

// formula reads sums of products of numbers, percentages, functions and
// brackets.
type formula struct {
	tokens []string
	at     int
	bad    bool
}

func (p *formula) next(want ...string) string {
	if p.at < len(p.tokens) {
		for _, w := range want {
			if p.tokens[p.at] == w {
				p.at++
				return w
			}
		}
	}
	return ""
}

func (p *formula) sum() *big.Rat {
	x := p.product()
	for {
		switch p.next("+", "-") {
		case "+":
			x.Add(x, p.product())
		case "-":
			x.Sub(x, p.product())
		default:
			return x
		}
	}
}

func (p *formula) product() *big.Rat {
	x := p.value()
	for {
		switch p.next("x", "/") {
		case "x":
			x.Mul(x, p.value())
		case "/":
			d := p.value()
			if p.bad = p.bad || d.Sign() == 0; p.bad {
				return x
			}
			x.Quo(x, d)
		default:
			return x
		}
	}
}

func (p *formula) value() *big.Rat {
	if p.at >= len(p.tokens) || p.bad {
		p.bad = true
		return new(big.Rat)
	}
	word := p.tokens[p.at]
	p.at++
	negative := strings.HasPrefix(word, "-")
	if rest := strings.TrimPrefix(word, "-"); rest == "round" || rest == "max" || rest == "min" || rest == "" {
		x := p.call(rest)
		if negative {
			x.Neg(x)
		}
		return x
	}
	x, ok := new(big.Rat).SetString(word)
	if !ok {
		p.bad = true
		return new(big.Rat)
	}
	if p.next("%") != "" {
		x.Mul(x, big.NewRat(1, 100))
	}
	return x
}

func (p *formula) call(name string) *big.Rat {
	if p.next("(") == "" {
		p.bad = true
		return new(big.Rat)
	}
	x := p.sum()
	for p.next(",") != "" {
		y := p.sum()
		if c := x.Cmp(y); name == "max" && c < 0 || name == "min" && c > 0 {
			x = y
		}
	}
	if p.next(")") == "" {
		p.bad = true
	}
	if name == "round" {
		n, err := roundRat(new(big.Rat).Mul(x, big.NewRat(100, 1)))
		p.bad = p.bad || err != nil
		x = big.NewRat(n, 100)
	}
	return x
}

func TestFormula_TheReaderItself(t *testing.T) {
	for text, want := range map[string]string{
		"round(8000.00 x 5 % + 0.005) - 1.00 + 2.00": "401.00", "-min(900.00, 1200.00 - 1000.00)": "-200.00", "-round(850.00 x 6000.00 / 12000.00)": "-425.00",
		"min(max(120000.00 x 2 %, 500.00), 5000.00) x 1.1": "2640.00", "0": "0.00", "round(-0.005)": "0.00", "round(0.015)": "0.02",
	} {
		p := &formula{tokens: tokens(text)}
		if got := p.sum(); p.bad || got.FloatString(2) != want {
			t.Errorf("%s = %s, want %s", text, got.FloatString(2), want)
		}
	}
}
