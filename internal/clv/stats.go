// Package clv is the value model: BG/NBD for when customers order and whether
// they are still alive, gamma-gamma for what an order is worth. It fits,
// scores and says when the data cannot carry a model. Floats live here and in
// value, nowhere else; nothing of it is hashed, replayed or paid before value
// has made integers of it. It writes no keys.
//
// In what scores, products that are added are written float64(x*y) + z, so that
// no processor fuses them and all agree as far as their math functions do. A fit
// is stored, and is the same only on the same kind of processor.
//
// Sources: Fader, Hardie, Lee 2005, "Counting Your Customers the Easy Way"
// (BG/NBD); Fader, Hardie 2013, "The Gamma-Gamma Model of Monetary Value".
package clv

import (
	"fmt"
	"math"

	"github.com/fairlead/fairlead/internal/fault"
)

// Row is the sufficient statistic of one customer, in any one unit of time:
// X repeat purchases (occasions after the first; several orders of one day are
// one), TX the age at the last of them (0 if none), T the age at the time of
// observation. 0 <= TX <= T; X = 0 means TX = 0.
type Row struct {
	X     int64
	TX, T float64
}

// Check refuses a row that no customer can have. The error names the field.
func (r Row) Check() error {
	bad := func(field, format string, v ...any) error {
		return fault.New(fault.Invalid, "invalid_summary", "not a possible purchase history").At(field, format, v...)
	}
	switch {
	case r.X < 0:
		return bad("x", "%d: a number of repeat purchases is not negative", r.X)
	case math.IsNaN(r.T) || math.IsInf(r.T, 0) || r.T < 0:
		return bad("T", "%v: an age is a finite number of at least 0", r.T)
	case math.IsNaN(r.TX) || math.IsInf(r.TX, 0) || r.TX < 0:
		return bad("t_x", "%v: the age at the last purchase is a finite number of at least 0", r.TX)
	case r.TX > r.T:
		return bad("t_x", "%v is after the end of observation, %v", r.TX, r.T)
	case r.X == 0 && r.TX > 0:
		return bad("t_x", "%v: a customer without a repeat purchase has 0", r.TX)
	case r.X > 0 && r.TX == 0:
		return bad("t_x", "0: a repeat purchase is later than the first")
	}
	return nil
}

// Stats are the sufficient statistics of many customers: equal rows counted
// once. The zero Stats is empty and ready to use; not safe for concurrent use.
// Its size is bounded by the number of distinct rows.
type Stats struct {
	rows counts
}

// Add counts one customer.
func (s *Stats) Add(r Row) error { return s.AddN(r, 1) }

// AddN counts n customers with the same row; n must be positive.
func (s *Stats) AddN(r Row, n int64) error {
	if err := r.Check(); err != nil {
		return err
	}
	if n <= 0 {
		panic(fmt.Sprintf("clv: impossible count %d", n))
	}
	s.rows.add(key{r.X, r.TX + 0, r.T + 0}, n) // -0 + 0 is 0
	return nil
}

// Merge adds what another reader counted. A fit depends neither on the order of
// merging nor on who read what.
func (s *Stats) Merge(o *Stats) { s.rows.merge(&o.rows) }

// Distinct is the number of distinct rows.
func (s *Stats) Distinct() int { return s.rows.distinct() }

// Customers is the number of customers counted, Repeat how many of them
// purchased more than once.
func (s *Stats) Customers() (all, repeat int64) {
	s.rows.each(func(k *key, n int64) {
		all += n
		if k.x > 0 {
			repeat += n
		}
	})
	return all, repeat
}

// sample is the form a fit reads: rows in a fixed order (sums of floats depend
// on it), and customers by number of repeat purchases.
type sample struct {
	rows   []weightedRow
	groups []group
	n      float64
}

type weightedRow struct {
	tx, t, weight float64
	group         int32
}

func (c *counts) sample() *sample {
	groups, at := c.groups()
	out := &sample{rows: make([]weightedRow, 0, c.distinct()), groups: groups}
	c.each(func(k *key, n int64) {
		out.rows = append(out.rows, weightedRow{k.u, k.v, float64(n), at[k.x]})
		out.n += float64(n)
	})
	return out
}

func (s *sample) size() float64 { return s.n }
