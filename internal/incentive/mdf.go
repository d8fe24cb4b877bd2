package incentive

import (
	"fmt"

	"github.com/fairlead/fairlead/internal/money"
)

var mdfType = componentType{is: "mdf", sees: liveOrder | deadOrder, read: readMDF,
	work: func(c *computation) steps {
		return steps{count: c.countRevenue, earn: c.bookFunds, settle: c.settleFund}
	}}

// mdf puts R(rate x net revenue) of each month into a marketing fund. The fund is
// shown and claimed, never paid out with a statement (points-and-fund.txtar).
type mdf struct {
	*Component
	rate money.Rate // of revenue net of counted refunds
}

func readMDF(k *keys) terms {
	t := &mdf{k.component, k.share("rate")}
	k.readWhenGuarded()
	k.readWhen()
	return t
}

func (t *mdf) explain(*Plan) string {
	return fmt.Sprintf("%s of net revenue into a fund for approved marketing.", percent(t.rate))
}

// countRevenue adds what refunds have left of the order.
func (c *computation) countRevenue(_ *Component, t *tally, o *order) bool {
	t.side(o.guarded).Add(o.net)
	return true
}

// bookFunds books R(net revenue x rate) of every month.
func (c *computation) bookFunds() error {
	return bookTallies(c, FundBooked, func(t *mdf) money.Rate { return t.rate })
}

// settleFund adds what was earned to the fund and takes what claims used.
func (c *computation) settleFund(r *Result) error {
	opening, earned := c.in.Opening.Fund, c.unlined[FundBooked]
	r.Fund = Fund{Opening: opening, Earned: earned, Spent: c.in.FundSpent, Closing: opening}
	c.sum(&r.Fund.Closing, earned)
	c.sum(&r.Fund.Closing, -c.in.FundSpent)
	return nil
}
