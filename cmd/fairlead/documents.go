package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/client"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/wire"
)

type programmeCmd struct {
	Publish publishProgrammeCmd `cmd:"" help:"Validate a programme and put it in force."`
	Show    showProgrammeCmd    `cmd:"" help:"The programme in force."`
}

type policyCmd struct {
	Check   checkCmd   `cmd:"" help:"Validate and compute the worked examples; publish nothing."`
	Explain explainCmd `cmd:"" help:"The document in plain sentences."`
	Publish publishCmd `cmd:"" help:"Check, then put in force from its date."`
	List    listDocCmd `cmd:"" help:"Every version, and whether it is in force, will be, or was."`
	Show    showDocCmd `cmd:"" help:"One policy."`
	Diff    diffDocCmd `cmd:"" help:"What differs between two versions, each ID or ID@VERSION."`
}

type planCmd struct {
	policyCmd
	Assign assignPlanCmd `cmd:"" help:"Put a partner on a plan from a day on."`
}

// documents is the kind of documents that the command's first word means.
func (s *session) documents() client.Kind {
	if s.word() == wire.KindPlan {
		return client.Plans
	}
	return client.Policies
}

// document reads the file of a document.
func (s *session) document(name string) (*bytes.Reader, error) {
	data, err := os.ReadFile(s.path(name))
	if err != nil {
		return nil, unreadable(name, err)
	}
	return bytes.NewReader(data), nil
}

// submit sends a document; a problem names the file it is in.
func (s *session) submit(r client.Request, file string) (json.RawMessage, error) {
	body, err := s.document(file)
	if err != nil {
		return nil, err
	}
	r.Body = body
	raw, err := s.call(r, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return raw, nil
}

type checkCmd struct {
	File string `arg:"" help:"The document, a JSON file."`
}

func (c *checkCmd) Run(s *session) error {
	path := client.Path("/%s", s.documents())
	raw, err := s.submit(post(path).With("dryRun", "true"), c.File)
	if err != nil {
		return err
	}
	return s.published(raw, func(p wire.Published) { s.printf("%s is valid; nothing was published.\n", c.File) })
}

// published prints what checking or publishing a document gave. An example that
// does not hold is a failure.
func (s *session) published(raw json.RawMessage, first func(wire.Published)) error {
	failed := 0
	var p wire.Published
	if err := json.Unmarshal(raw, &p); err != nil {
		return err
	}
	for _, e := range p.Examples {
		if !e.OK {
			failed++
		}
	}
	err := printed(s, raw, func(p wire.Published) error {
		if failed == 0 {
			first(p)
		}
		s.examples(p.Examples)
		for _, w := range p.Whole {
			if !slices.Contains(p.Warnings, w) {
				s.printf("  %s\n", w)
			}
		}
		for _, w := range p.Warnings {
			s.printf("warning: %s\n", w)
		}
		return nil
	})
	if err == nil && failed > 0 {
		return fmt.Errorf("%s of %d not hold", plural(failed, "example"), len(p.Examples))
	}
	return err
}

func (s *session) examples(list []wire.ExampleResult) {
	for _, e := range list {
		mark := "ok  "
		if !e.OK {
			mark = "FAIL"
		}
		s.printf("  %s  %s\n", mark, e.Name)
		if e.Detail != "" && !e.OK {
			s.printf("        %s\n", strings.ReplaceAll(e.Detail, "\n", "\n        "))
		}
	}
}

type explainCmd struct {
	File string `arg:"" help:"The document, a JSON file."`
}

func (c *explainCmd) Run(s *session) error {
	path := client.Path("/%s", s.documents())
	raw, err := s.submit(post(path).With("dryRun", "true"), c.File)
	if err != nil {
		return err
	}
	return printed(s, raw, func(p wire.Published) error {
		for _, line := range p.Text {
			s.printf("%s\n", line)
		}
		return nil
	})
}

type publishCmd struct {
	File string `arg:"" help:"The document, a JSON file."`
}

func (c *publishCmd) Run(s *session) error {
	path := client.Path("/%s", s.documents())
	raw, err := s.submit(post(path), c.File)
	if err != nil {
		return err
	}
	return s.published(raw, s.inForce)
}

// inForce says what a publication did.
func (s *session) inForce(p wire.Published) {
	what := "published"
	if p.Unchanged {
		what = "was published already, nothing changed"
	}
	s.printf("%s %s version %d %s", p.Kind, p.ID, p.Version, what)
	switch {
	case p.State == wire.VersionSuperseded:
		s.printf("; it %s", versionStanding(p.DocumentInfo))
	case p.EffectiveFrom != "":
		s.printf("; in force from %s", p.EffectiveFrom)
	}
	s.printf(".\n")
}

type publishProgrammeCmd struct {
	File string `arg:"" help:"The programme, a JSON file."`
}

func (c *publishProgrammeCmd) Run(s *session) error {
	raw, err := s.submit(put("/v1/programme"), c.File)
	if err != nil {
		return err
	}
	return s.published(raw, s.inForce)
}

type showProgrammeCmd struct{}

func (c *showProgrammeCmd) Run(s *session) error {
	return answer(s, get("/v1/programme"), nil, s.showDocument)
}

type listDocCmd struct{}

func (c *listDocCmd) Run(s *session) error {
	path := client.Path("/%s", s.documents())
	return list(s, get(path), func(items []wire.DocumentInfo) error {
		g := grid{head: []string{"ID", "VERSION", "FROM", "PUBLISHED", "BY", ""}, right: []int{1}}
		for _, d := range items {
			g.add(d.ID, fmt.Sprint(d.Version), dash(d.EffectiveFrom), when(d.PublishedAt), d.PublishedBy, versionStanding(d))
		}
		g.write(s.out)
		if !slices.ContainsFunc(items, func(d wire.DocumentInfo) bool { return d.InForce }) {
			s.printf("None is in force.\n")
		}
		return nil
	})
}

// versionStanding says in words where a version stands.
func versionStanding(d wire.DocumentInfo) string {
	switch d.State {
	case wire.VersionInForce:
		return "is in force"
	case wire.VersionUpcoming:
		return "will be in force from " + d.EffectiveFrom
	case wire.VersionSuperseded:
		return "was superseded by " + d.SupersededBy
	}
	return ""
}

type showDocCmd struct {
	ID string `arg:"" help:"ID, or ID@VERSION."`
}

func (c *showDocCmd) Run(s *session) error {
	id, version, ok := strings.Cut(c.ID, "@")
	path := client.Path("/%s/%s", s.documents(), id)
	if ok {
		path = client.Path("/%s/%s/versions/%s", s.documents(), id, version)
	}
	return answer(s, get(path), nil, s.showDocument)
}

func (s *session) showDocument(d wire.Document) error {
	s.printf("%s %s version %d, published %s by %s", d.Kind, d.ID, d.Version, when(d.PublishedAt), d.PublishedBy)
	if d.EffectiveFrom != "" {
		s.printf(", effective from %s", d.EffectiveFrom)
	}
	s.printf("\n")
	if text := versionStanding(d.DocumentInfo); text != "" {
		s.printf("It %s", text)
		for _, v := range d.Versions {
			if v.InForce && v.Version != d.Version {
				s.printf("; version %d is in force", v.Version)
			}
		}
		s.printf(".\n")
	}
	s.printf("%s\n", d.Hash)
	for _, line := range d.Text {
		s.printf("%s\n", line)
	}
	return s.json(d.Document)
}

type diffDocCmd struct {
	A string `arg:"" help:"ID or ID@VERSION."`
	B string `arg:"" help:"ID or ID@VERSION."`
}

func (c *diffDocCmd) Run(s *session) error {
	r := get(client.Path("/%s/%s/diff", s.documents(), c.A)).With("with", c.B)
	return answer(s, r, nil, func(d wire.DocumentDiff) error {
		s.printf("%s version %d -> %s version %d: %s\n", d.A.ID, d.A.Version, d.B.ID, d.B.Version, plural(len(d.Changes), "difference"))
		for _, ch := range d.Changes {
			s.printf("  %s\n", ch.Path)
			if ch.From != nil {
				s.printf("    - %s\n", ch.From)
			}
			if ch.To != nil {
				s.printf("    + %s\n", ch.To)
			}
		}
		return nil
	})
}

type assignPlanCmd struct {
	PartnerID string `arg:"" name:"partner" help:"The partner."`
	Plan      string `arg:"" help:"The plan's id."`
	From      string `required:"" help:"First day, such as 2026-03-01." placeholder:"DATE"`
	To        string `help:"Last day; without it until the next assignment." placeholder:"DATE"`
}

func (c *assignPlanCmd) Run(s *session) error {
	body := wire.AssignPlanRequest{Plan: channel.PlanID(c.Plan), From: c.From, To: c.To}
	r := put(client.Path("/partners/%s/plan", c.PartnerID))
	return answer(s, r, body, func(p wire.Partner) error {
		s.printf("Partner %s is on plan %s from %s.\n", p.ID, c.Plan, c.From)
		return nil
	})
}
