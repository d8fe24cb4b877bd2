package incentive

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/internal/document"
	"github.com/fairlead/fairlead/internal/money"
)

var satisfactionType = componentType{is: "satisfaction", read: readSatisfaction, agree: agreeOf, work: workSatisfaction}

// satisfaction is a share of what another component earned, by the average score
// of the month's answers of customers that the partner owned when they answered.
// A month is worth R(share x max(0, net)), where net is what the other component
// is worth in it, all kinds together. So a late refund that takes 600 of a
// commission takes 60 of a bonus of 10 % along (satisfaction-taken-along.txtar).
type satisfaction struct {
	*Component
	of         string // the name of the component it is a share of
	minAnswers int64  // in the month; with fewer there is no bonus
	steps      []step // minAverage ascending
}

// step is a share from an average score on, inclusive. minAverage is in parts
// per million of a point: 4.5 is 4,500,000.
type step struct {
	minAverage int64
	share      money.Rate
}

// readSatisfaction puts the steps in the order of their averages, so that the
// last one reached is the highest.
func readSatisfaction(k *keys) terms {
	t := &satisfaction{Component: k.component, of: k.text("of"), minAnswers: k.count("minAnswers", 0)}
	for _, s := range k.list("steps") {
		average := s.rate(s.at("minAverage"), s.text("minAverage"), 5*money.One)
		t.steps = append(t.steps, step{int64(average), s.share("share")})
	}
	slices.SortStableFunc(t.steps, func(a, b step) int { return cmp.Compare(a.minAverage, b.minAverage) })
	for i := 1; i < len(t.steps); i++ {
		if t.steps[i].minAverage == t.steps[i-1].minAverage {
			k.wrong("steps", "two steps begin at the same average")
		}
	}
	if t.minAnswers == 0 {
		k.wrong("minAnswers", "must be at least 1: nothing has no average")
	}
	return t
}

// agreeOf: a satisfaction bonus multiplies a component that earns money of its
// own, never another bonus or a limit.
func agreeOf(r *reader, path string, c *Component, plan []*Component) {
	t, _ := c.terms.(*satisfaction)
	byName := map[string]*Component{}
	for _, p := range plan {
		byName[p.Name] = p
	}
	switch p := byName[t.of]; {
	case p == nil:
		r.bad.Add(document.Path(path, "of"), "no component is named %q; the nearest is %q", t.of,
			document.Nearest(t.of, slices.Sorted(maps.Keys(byName))))
	case !p.rules.earns:
		var earning []string
		for i := range r.types {
			if r.types[i].earns {
				earning = append(earning, string(r.types[i].is))
			}
		}
		last := len(earning) - 1
		r.bad.Add(document.Path(path, "of"), "%q is a %s; a satisfaction bonus is a share of a %s or %s", t.of, p.Type,
			strings.Join(earning[:last], ", "), earning[last])
	}
}

// explain says the average at which each share begins.
func (t *satisfaction) explain(*Plan) string {
	steps := make([]string, 0, len(t.steps))
	for _, s := range t.steps {
		steps = append(steps, fmt.Sprintf("%s from an average of %s", percent(s.share), money.Rate(s.minAverage)))
	}
	return fmt.Sprintf("of %s, by the average score of the month's answers: %s; with at least %s.",
		t.of, strings.Join(steps, ", "), many(t.minAnswers, "answer"))
}

// answers are the scores of one month.
type answers struct{ count, scores int64 }

// satisfactions is satisfaction at work: the answers per month.
type satisfactions struct {
	*computation
	answered []answers
}

func workSatisfaction(c *computation) steps {
	s := &satisfactions{c, make([]answers, len(c.months))}
	return steps{meet: s.addAnswers, share: s.bookBonus}
}

// addAnswers adds the customer's scores to the months in which it answered, if
// the partner owned it then.
func (s *satisfactions) addAnswers(cust *customer, _ []order) {
	at := 0
	for i := range cust.Answers {
		a := &cust.Answers[i]
		if span := s.spanAt(cust, a.Occurred); span < 0 || !cust.mine[span] {
			continue
		}
		if at = s.monthOf(a.Occurred, at); at >= 0 && at < len(s.months) {
			s.answered[at].count++
			s.answered[at].scores += int64(a.Score)
		}
	}
}

// shareAt is the share of the highest step that the exact average reaches; 0
// with too few answers.
func (t *satisfaction) shareAt(a answers) money.Rate {
	share := money.Rate(0)
	if a.count < t.minAnswers {
		return share
	}
	for _, s := range t.steps {
		if a.scores*int64(money.One) >= s.minAverage*a.count {
			share = s.share
		}
	}
	return share
}

// bookBonus books R(share x max(0, what the other component is worth)) of every
// month.
func (s *satisfactions) bookBonus() error {
	for _, p := range places[*satisfaction](s.computation) {
		t, answered := p.terms, s.answered[p.month]
		net, share := s.worth(t.of, p.month), t.shareAt(answered)
		now, err := money.MulRate(max(0, net), share)
		if err != nil {
			return err
		}
		s.book(bookKey{t.Name, p.month, Earning}, now, func(w *writer) { t.words(w, answered, net, share) })
	}
	return nil
}

// words words the bonus on net, in minor units, at a share.
func (t *satisfaction) words(w *writer, a answers, net int64, share money.Rate) {
	average := "none"
	if a.count > 0 {
		average = big.NewRat(a.scores, a.count).FloatString(2)
	}
	w.say("Your customers of %s gave %s on average (%s): %s of %s.",
		w.month, average, many(a.count, "answer"), percent(share), t.of)
	w.givenCount("answers", a.count)
	w.givenCount("sum of scores", a.scores)
	w.given("average", average)
	w.given("share", percent(share))
	w.amountOf(t.of+" in "+w.month, net)
	w.formula = fmt.Sprintf("round(max(0, %s) x %s)", w.amount(net), percent(share))
	w.lessBooked()
}
