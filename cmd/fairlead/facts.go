package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/fairlead/fairlead/client"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/wire"
)

type factsCmd struct {
	File string `arg:"" help:"JSON file: one CloudEvent, or a list of any length."`
}

// Run sends the facts in batches; facts that are not taken are named, and then
// the exit code is 3.
func (c *factsCmd) Run(s *session) error {
	facts, err := c.read(s)
	if err != nil {
		return err
	}
	m := s.meter("sending facts", false)
	defer m.done()
	var outcomes []wire.FactOutcome
	for from := 0; from < len(facts); from += source.MaxEvents {
		part := facts[from:min(from+source.MaxEvents, len(facts))]
		raw, err := s.call(post("/v1/facts"), part)
		if err != nil {
			return fmt.Errorf("%s, from item %d on: %w", c.File, from+1, err)
		}
		var answer wire.FactsAnswer
		if err := json.Unmarshal(raw, &answer); err != nil {
			return err
		}
		outcomes = append(outcomes, answer.Items...)
		m.set(int64(len(outcomes)), int64(len(facts)))
	}
	m.done()
	return c.print(s, outcomes)
}

func (c *factsCmd) read(s *session) ([]json.RawMessage, error) {
	data, err := os.ReadFile(s.path(c.File))
	if err != nil {
		return nil, unreadable(c.File, err)
	}
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	if len(data) > 0 && data[0] != '[' {
		return []json.RawMessage{data}, c.syntax(data, json.Unmarshal(data, new(json.RawMessage)))
	}
	var facts []json.RawMessage
	return facts, c.syntax(data, json.Unmarshal(data, &facts))
}

// syntax says where in the file its JSON is broken.
func (c *factsCmd) syntax(data []byte, err error) error {
	if err == nil {
		return nil
	}
	var syn *json.SyntaxError
	if errors.As(err, &syn) {
		before := data[:min(int(syn.Offset), len(data))]
		return fmt.Errorf("%s: malformed JSON at line %d: %w", c.File, 1+bytes.Count(before, []byte("\n")), err)
	}
	return fmt.Errorf("%s: %w", c.File, err)
}

func (c *factsCmd) print(s *session, outcomes []wire.FactOutcome) error {
	by := map[string]int{}
	for _, o := range outcomes {
		by[string(o.Outcome)]++
	}
	raw, err := json.Marshal(wire.FactsAnswer{Items: outcomes})
	if err != nil {
		return err
	}
	err = printed(s, raw, func(wire.FactsAnswer) error {
		s.printf("%s sent\n", plural(len(outcomes), "fact"))
		g := grid{head: []string{"", ""}, right: []int{1}}
		for _, k := range counts(by) {
			g.add("  "+k, count(by[k]))
		}
		g.write(s.out)
		for i, o := range outcomes {
			if o.Outcome == channel.Rejected || o.Outcome == channel.Conflict {
				s.printf("  item %d, %s: %s: %s\n", i+1, strings.TrimSpace(dash(o.Source)+" "+o.ID), o.Outcome, because(o))
			}
		}
		return nil
	})
	if err == nil && by[string(channel.Rejected)]+by[string(channel.Conflict)] > 0 {
		return &exit{code: exitPart}
	}
	return err
}

func because(o wire.FactOutcome) string {
	if o.Field == "" {
		return o.Message
	}
	return o.Field + ": " + o.Message
}

type factCmd struct {
	Source string `arg:"" help:"Where it came from: shop, crm, file, api."`
	ID     string `arg:"" help:"Its event id."`
}

func (c *factCmd) Run(s *session) error {
	return answer(s, get(client.Path("/facts/%s/%s", c.Source, c.ID)), nil, func(o wire.FactOutcome) error {
		s.printf("%s %s (%s): %s", o.Source, o.ID, o.Type, o.Outcome)
		if o.Period != "" {
			s.printf(", booked in %s", o.Period)
		}
		s.printf("\n")
		if o.Message != "" {
			s.printf("  %s\n", because(o))
		}
		return nil
	})
}

type sweepCmd struct{}

func (c *sweepCmd) Run(s *session) error {
	r := post("/v1/sweeps")
	return answer(s, r, nil, func(w wire.SweepSummary) error {
		s.printf("%s expired; %s of %s placed, %s by fallback; %s routed again because of the owner.\n",
			plural(w.Expired, "offer"), count(w.Placed), plural(w.Waiting, "waiting customer"), count(w.Fallback), count(w.Orphaned))
		if w.Revalued > 0 {
			s.printf("%s valued anew: %s promoted, %s demoted, %s at risk.\n", plural(w.Revalued, "customer"), count(w.Promoted), count(w.Demoted), count(w.AtRisk))
		}
		if w.NoFit != "" {
			s.printf("No model was fitted: %s.\n", w.NoFit)
		}
		if w.Unfinished {
			s.printf("The night's work is not done yet; the schedule goes on with it.\n")
		}
		if w.Census != "" {
			s.printf("The census is %s; fairlead balance shows it.\n", w.Census)
		}
		for _, f := range w.Failed {
			s.printf("  not decided: %s: %s\n", f.Customer, f.Message)
		}
		return nil
	})
}
