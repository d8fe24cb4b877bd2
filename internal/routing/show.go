package routing

import (
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
)

// View is a decision for people: rules tried, candidates, and reasons in words.
type View struct {
	Reasons    []ReasonLine
	Rules      []RuleLine // in the order of the document
	Candidates []Candidate
	Of         int      // how many candidates there were
	Winning    string   // score of the candidate that was chosen; "" without a draw
	Text       []string // the whole story, one sentence each
}

// ReasonLine is a reason with its sentence, which begins with "because".
type ReasonLine struct {
	Code Code
	Text string
}

// Show is the full view of a decision, computed again from its record by the
// same function that decided: every rule tried, and every candidate of the
// directory, those of other regions too. p and dir must be the ones that the
// record names.
func (d Decision) Show(p *Policy, dir *Directory) (View, error) {
	r, err := d.again(p, dir)
	if err != nil {
		return View{}, err
	}
	v := View{Rules: r.ruleLines(), Candidates: r.why.Candidates, Of: len(r.why.Candidates)}
	if v.Candidates == nil {
		v.Candidates = []Candidate{}
	}
	v.Winning = winning(v.Candidates)
	for _, code := range d.Record.Reasons {
		v.Reasons = append(v.Reasons, ReasonLine{Code: code, Text: r.sentence(code)})
	}
	v.Text = r.tell(v.Reasons)
	return v, nil
}

// ShowTo is what a partner sees of a decision: its own candidate line, the
// winning score and the number of candidates. Rules, other partners and the
// words that name them are left out.
func (d Decision) ShowTo(partner channel.PartnerID, p *Policy, dir *Directory) (View, error) {
	full, err := d.Show(p, dir)
	if err != nil {
		return View{}, err
	}
	v := View{Of: full.Of, Winning: full.Winning, Rules: []RuleLine{}, Candidates: []Candidate{}}
	for _, c := range full.Candidates {
		if c.ID == string(partner) {
			v.Candidates = append(v.Candidates, c)
		}
	}
	for _, code := range d.Record.Reasons {
		v.Reasons = append(v.Reasons, ReasonLine{Code: code, Text: plainly[code]})
	}
	v.Text = tellPartner(partner, &d, &v)
	return v, nil
}

// again decides once more, with the candidates of all regions.
func (d Decision) again(p *Policy, dir *Directory) (*run, error) {
	in, err := d.Record.Input(p, dir)
	if err != nil {
		return nil, err
	}
	r := newRun(&in)
	r.wide = true
	return r, r.decide()
}

// winning is the score of the one candidate that was not passed over.
func winning(candidates []Candidate) string {
	for _, c := range candidates {
		if c.PassedOver == "" {
			return c.Score
		}
	}
	return ""
}

// ruleLines are the rules that were tried: the decline rules, and the others
// up to the first that matched.
func (r *run) ruleLines() []RuleLine {
	lines := []RuleLine{}
	for i, rule := range r.t.rules {
		tried := r.why.ChannelsTried
		if rule.decline != nil {
			tried = r.why.DeclinesTried
		}
		if i >= tried {
			continue
		}
		line := RuleLine{Name: rule.name, Matched: rule.matches(&r.vars)}
		if line.Matched && rule.decline != nil {
			line.PassedOver = r.declinePassed()
		}
		lines = append(lines, line)
	}
	return lines
}

// declinePassed says why a decline rule that matches does not count.
func (r *run) declinePassed() Code {
	switch {
	case r.owned:
		return PassedCustomerHasOwner
	case r.why.Guarded:
		return PassedGuard
	}
	return ""
}

// passedCounts counts the candidates of a channel by why they were passed over.
func (r *run) passedCounts(pods bool) map[Code]int {
	counts := map[Code]int{}
	for _, c := range r.why.Candidates {
		if isPod(c.ID) == pods {
			counts[c.PassedOver]++
		}
	}
	return counts
}

func isPod(id string) bool { return channel.Owner(id).Channel() == channel.SalesForce }

// candidate is the place of a candidate in the list, -1 if it was none.
func (r *run) candidate(id string) int {
	return slices.IndexFunc(r.why.Candidates, func(c Candidate) bool { return c.ID == id })
}
