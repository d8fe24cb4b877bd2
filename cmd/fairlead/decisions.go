package main

import (
	"encoding/json"
	"strings"

	"github.com/fairlead/fairlead/client"
	"github.com/fairlead/fairlead/internal/wire"
)

// decision prints a decision: the answer, then why.
func (s *session) decision(d wire.Decision) error {
	s.printf("%s\n", verdict(d))
	s.printf("  value %s (%s), tier %s, policy %s version %d\n", money(d.Value.Amount, d.Value.Currency), d.Value.Basis, dash(d.Tier), d.Policy.ID, d.Policy.Version)
	for _, r := range d.Reasons {
		s.printf("  %s\n", r.Text)
	}
	if d.Preview {
		s.printf("  This is a preview: nothing was changed.\n")
		return nil
	}
	s.printf("  decision %s\n", d.ID)
	return nil
}

// verdict is a decision in one sentence.
func verdict(d wire.Decision) string {
	who := string(d.CustomerID)
	if d.Preview {
		who = "Now, " + who
	}
	switch d.State {
	case wire.StateOffered:
		if d.Offer != nil {
			return who + " is offered to partner " + string(d.Offer.PartnerID) + ", who may answer until " + when(d.Offer.ExpiresAt) + "."
		}
	case wire.StateAssigned:
		if d.Owner == nil && d.Offer != nil {
			return who + " was offered to partner " + string(d.Offer.PartnerID) + ", who accepted."
		}
		return who + " is served by " + ownerName(d.Owner) + "."
	case wire.StateWaiting:
		return who + " waits: nobody can take it now."
	case wire.OfferRefused, wire.OfferExpired, wire.OfferWithdrawn:
		if d.Offer != nil {
			return "The offer of " + who + " to partner " + string(d.Offer.PartnerID) + " was " + d.State + "."
		}
	case wire.StateDeclined:
		return who + " is declined." + declined(d.Decline)
	}
	return who + ": " + d.Outcome + ", " + d.State + ", " + ownerName(d.Owner) + "."
}

func declined(d *wire.Decline) string {
	if d == nil {
		return ""
	}
	text := " We say: " + d.Message
	if d.ReferTo != "" {
		text += " We refer to " + d.ReferTo + "."
	}
	if d.ReconsiderAfterDays > 0 {
		text += " We look again after " + plural(d.ReconsiderAfterDays, "day") + "."
	}
	return text
}

type decisionsCmd struct {
	Since    string `help:"Only those made since this time or day." placeholder:"TIME"`
	Outcome  string `help:"Only those with this outcome: sales_force, partner, declined, waiting." placeholder:"OUTCOME"`
	Owner    string `help:"Only those that name this owner: partner:ID, pod:ID or ID." placeholder:"OWNER"`
	Reason   string `help:"Only those with this reason, such as rule or owner_kept." placeholder:"CODE"`
	Customer string `help:"Only those of this customer." placeholder:"ID"`
}

func (c *decisionsCmd) Run(s *session) error {
	r := get("/v1/decisions").With("since", c.Since, "outcome", c.Outcome, "owner", c.Owner, "reason", c.Reason, "customer", c.Customer)
	return list(s, r, func(items []wire.Decision) error {
		g := grid{head: []string{"DECIDED", "CUSTOMER", "VALUE", "TIER", "OUTCOME", "STATE", "OWNER", "REASONS", "DECISION"}, right: []int{2}}
		for _, d := range items {
			codes := make([]string, 0, len(d.Reasons))
			for _, r := range d.Reasons {
				codes = append(codes, r.Code)
			}
			g.add(when(d.DecidedAt), string(d.CustomerID), money(d.Value.Amount, d.Value.Currency), dash(d.Tier), d.Outcome, d.State, ownerCell(d.Owner), strings.Join(codes, " "), string(d.ID))
		}
		g.write(s.out)
		return nil
	})
}

type decisionCmd struct {
	Show   decisionShowCmd   `cmd:"" help:"One decision."`
	Replay decisionReplayCmd `cmd:"" help:"Recompute it and compare the bytes; exit code 4 if they differ."`
}

type decisionShowCmd struct {
	ID string `arg:"" help:"The decision."`
}

func (c *decisionShowCmd) Run(s *session) error {
	return answer(s, get(client.Path("/decisions/%s", c.ID)), nil, s.decision)
}

type decisionReplayCmd struct {
	ID string `arg:"" help:"The decision."`
}

func (c *decisionReplayCmd) Run(s *session) error {
	agrees := false
	raw, err := s.call(post(client.Path("/decisions/%s/replay", c.ID)), nil)
	if err != nil {
		return err
	}
	if err := printedReplay(s, raw, &agrees); err != nil {
		return err
	}
	if !agrees {
		return &exit{code: exitVerified}
	}
	return nil
}

type whyCmd struct {
	ID string `arg:"" help:"A customer (its decision in force) or a decision."`
}

func (c *whyCmd) Run(s *session) error {
	return answer(s, get(client.Path("/decisions/%s/explanation", c.ID)), nil, func(e wire.Explanation) error {
		s.printf("%s\n", verdict(e.Decision))
		for _, line := range e.Text {
			s.printf("  %s\n", line)
		}
		s.printf("  decision %s\n", e.Decision.ID)
		s.rules(e.Decision.Rules)
		s.candidates(e.Decision)
		if len(e.Alternatives) > 0 {
			s.printf("What would have to differ:\n")
		}
		for _, a := range e.Alternatives {
			s.printf("  %s", a.Text)
			if a.Result != "" {
				s.printf(": %s", a.Result)
			}
			s.printf("\n")
		}
		if !e.Agrees {
			s.printf("The explanation computed now is not the recorded one: run fairlead decision replay %s.\n", e.Decision.ID)
		}
		return nil
	})
}

func (s *session) rules(rules []wire.RuleLine) {
	if len(rules) == 0 {
		return
	}
	s.printf("Rules tried:\n")
	for _, r := range rules {
		what := "does not apply"
		switch {
		case r.PassedOver != "":
			what = "applies, but is passed over: " + words(r.PassedOver)
		case r.Matched:
			what = "applies"
		}
		s.printf("  %s: %s\n", r.Name, what)
	}
}

func (s *session) candidates(d wire.Decision) {
	if len(d.Candidates) == 0 {
		return
	}
	s.printf("Candidates, best first:\n")
	g := grid{head: []string{"  CANDIDATE", "WEIGHT", "SCORE", ""}, right: []int{1, 2}}
	for _, c := range d.Candidates {
		g.add("  "+c.ID, c.Weight, dash(c.Score), words(c.PassedOver))
	}
	g.write(s.out)
	if d.Of > len(d.Candidates) {
		s.printf("  %d candidates in all\n", d.Of)
	}
}

// words turns a code of the contract into words.
func words(code string) string { return strings.ReplaceAll(code, "_", " ") }

type offersCmd struct {
	State string `help:"Offers in this state instead of open ones: open, accepted, refused, expired, withdrawn." placeholder:"STATE"`
}

func (c *offersCmd) Run(s *session) error {
	return list(s, get("/v1/offers").With("state", c.State), func(items []wire.Offer) error {
		g := grid{head: []string{"OFFER", "CUSTOMER", "PARTNER", "TIER", "VALUE", "STATE", "UNTIL"}, right: []int{4}}
		for _, o := range items {
			g.add(string(o.ID), string(o.CustomerID), string(o.PartnerID), o.Tier, valueCell(o.Value), o.State, when(o.ExpiresAt))
		}
		g.write(s.out)
		return nil
	})
}

type offerCmd struct {
	Accept acceptCmd `cmd:"" help:"Take the offered customer."`
	Refuse refuseCmd `cmd:"" help:"Refuse the offered customer, for ever; the next partner is asked."`
}

type acceptCmd struct {
	Offer string `arg:"" help:"The offer."`
}

func (c *acceptCmd) Run(s *session) error { return s.answerOffer(c.Offer, "accept", "") }

type refuseCmd struct {
	Offer  string `arg:"" help:"The offer."`
	Reason string `help:"Why." placeholder:"TEXT"`
}

func (c *refuseCmd) Run(s *session) error { return s.answerOffer(c.Offer, "refuse", c.Reason) }

// answerOffer answers an offer. The answer is keyed by the offer, so the same
// answer again is the same request whenever it is typed.
func (s *session) answerOffer(offer, verb, reason string) error {
	if s.Partner == "" && !s.remote() {
		return usage("only the partner it was made to can %s an offer: add --partner ID", verb)
	}
	r := post(client.Path("/offers/%s/"+verb, offer))
	return answer(s, r, wire.AnswerRequest{Reason: reason}, func(a wire.OfferAnswered) error {
		s.printf("The offer of %s to partner %s is %s.\n", a.Offer.CustomerID, a.Offer.PartnerID, a.Offer.State)
		if a.Next != "" {
			s.printf("  The next decision is %s.\n", a.Next)
		}
		return nil
	})
}

func printedReplay(s *session, raw json.RawMessage, agrees *bool) error {
	var r wire.ReplayResult
	if err := json.Unmarshal(raw, &r); err != nil {
		return err
	}
	*agrees = r.Agrees
	return printed(s, raw, func(r wire.ReplayResult) error {
		if r.Agrees {
			s.printf("%s: the same bytes again, %s\n", r.ID, r.Hash)
			return nil
		}
		s.printf("%s: DIFFERENT\n  recorded    %s\n  recomputed  %s\n  %s\n", r.ID, r.Hash, r.Recomputed, r.Difference)
		return nil
	})
}
