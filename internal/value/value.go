// Package value is the bridge from orders to what a customer is worth: it
// counts purchase days, fits and applies the model of clv, and turns the
// floats into minor units and parts per million, once. It also takes the
// census: how the company's value is spread over regions, tiers and partners.
// It is pure, owns no storage and writes no keys; docs/value.md states its
// rules in words.
package value

import (
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/clv"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
)

// Day is a calendar day of the programme's zone: days since 1970-01-01.
type Day int32

// DayOf is the day of the calendar that holds t.
func DayOf(cal channel.Calendar, t time.Time) Day {
	return Day(cal.DaysBetween(cal.Day(1970, 1, 1), t))
}

// ParseDay reads YYYY-MM-DD. The error names the field.
func ParseDay(field, s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1970 || t.Year() > 9999 {
		return 0, fault.New(fault.Invalid, "invalid_time", "not a day").At(field, "%q is not a day like 2026-03-31", s)
	}
	return Day(t.Unix() / (24 * 60 * 60)), nil
}

// String is YYYY-MM-DD.
func (d Day) String() string {
	return time.Unix(int64(d)*24*60*60, 0).UTC().Format(time.DateOnly)
}

// Start is the first instant of the day.
func (d Day) Start(cal channel.Calendar) time.Time { return cal.Day(1970, 1, 1+int(d)) }

// MarshalText writes YYYY-MM-DD.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads YYYY-MM-DD.
func (d *Day) UnmarshalText(b []byte) (err error) {
	*d, err = ParseDay("day", string(b))
	return err
}

// daysPerWeek turns days into the model's unit of time.
const daysPerWeek = 7

// Orders is all that the model needs to know of a customer's orders: a whole
// fold of them as of a day, in one currency. An order refunded in full counts
// as never placed; several orders of one day are one purchase.
type Orders struct {
	Currency string `json:"currency,omitempty"`
	Orders   int64  `json:"orders,omitempty"` // live orders
	Days     int64  `json:"days,omitempty"`   // distinct days with a live order
	First    Day    `json:"first,omitempty"`  // the first of them
	Last     Day    `json:"last,omitempty"`   // the last of them
	Spend    int64  `json:"spend,omitempty"`  // minor units, net of refunds, of the days after the first
	Churned  bool   `json:"churned,omitempty"`
	LeftOut  bool   `json:"leftOut,omitempty"` // some orders are in a currency that could not be exchanged
}

// Exchange turns an amount into the currency that orders are summed in; ok is
// false where there is no rate.
type Exchange func(a money.Amount) (to money.Amount, ok bool)

// Summarise folds a customer's orders as of the end of a day. Orders of later
// days are not seen; amounts of another currency are exchanged, or left out.
func Summarise(h *history.History, asOf Day, cal channel.Calendar, in Currency) Orders {
	end := (asOf + 1).Start(cal).Add(-1)
	o := Orders{Currency: in.Code, Churned: h.ChurnedAt(end)}
	for i := range h.Orders {
		order := &h.Orders[i]
		if order.Occurred.After(end) {
			break
		}
		if !order.Live(end) {
			continue
		}
		net, ok := in.of(money.Of(order.Amount-order.Refunded(end), order.Currency))
		if !ok {
			o.LeftOut = true
			continue
		}
		o.add(DayOf(cal, order.Occurred), net)
	}
	return o
}

// Currency is the currency that orders are summed in, and how others get there;
// a nil Exchange exchanges nothing.
type Currency struct {
	Code     string
	Exchange Exchange
}

func (c Currency) of(a money.Amount) (int64, bool) {
	if a.Currency == c.Code {
		return a.Minor, true
	}
	if c.Exchange == nil {
		return 0, false
	}
	a, ok := c.Exchange(a)
	return a.Minor, ok
}

// add adds one live order; days come ascending. Sums saturate: nothing that
// pays reads them.
func (o *Orders) add(day Day, net int64) {
	if o.Days == 0 {
		o.First = day
	}
	if o.Days == 0 || day != o.Last {
		o.Days++
	}
	o.Orders++
	o.Last = day
	if day == o.First {
		return
	}
	sum, err := money.Add(o.Spend, net)
	if err != nil {
		sum = 1<<63 - 1
	}
	o.Spend = sum
}

// Row is the model's statistic of the customer, in weeks; ok is false without
// an order, and for a day before the last one.
func (o Orders) Row(asOf Day) (r clv.Row, ok bool) {
	if o.Days == 0 || asOf < o.Last {
		return clv.Row{}, false
	}
	return clv.Row{X: o.Days - 1, TX: float64(o.Last-o.First) / daysPerWeek, T: float64(asOf-o.First) / daysPerWeek}, true
}

// Mean is the mean net amount of a repeat day in major units: 0 without one,
// and where more was given back than bought.
func (o Orders) Mean() float64 {
	if o.Days < 2 || o.Spend <= 0 {
		return 0
	}
	return float64(o.Spend) / float64(o.Days-1) / scale(o.Currency)
}

// scale is how many minor units a major one has.
func scale(currency string) float64 {
	digits, _ := money.Digits(currency)
	s := 1.0
	for range digits {
		s *= 10
	}
	return s
}
