package httpapi

import (
	"bytes"
	"net/http"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/intake"
	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/wire"
)

type factPath struct {
	Source string `path:"source"`
	ID     string `path:"id"`
}

func (a *api) fact(c *Call, q factPath) (wire.FactOutcome, error) {
	source, err := channel.ParseID[channel.Source]("source", q.Source)
	if err != nil {
		return wire.FactOutcome{}, err
	}
	id, err := channel.ParseEventID("id", q.ID)
	if err != nil {
		return wire.FactOutcome{}, err
	}
	return a.Intake.Fact(c, c.Actor, source, id)
}

func (a *api) importByID(c *Call, q idPath) (wire.ImportSummary, error) {
	return a.Importer.ImportByID(c, c.Actor, q.ID)
}

// maxFacts is how large a body of facts may be, in bytes.
const maxFacts = source.MaxEvents * source.MaxEventBytes

type postFacts struct {
	Body struct{} `body:"stream"`
}

func (a *api) postFacts(c *Call, _ postFacts) (wire.FactsAnswer, error) {
	data, err := readBody(c.w, c.r, maxFacts)
	if err != nil {
		return wire.FactsAnswer{}, err
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return wire.FactsAnswer{}, badSyntax(http.StatusBadRequest, "malformed_json", "the body is empty; a fact or a list of facts is needed")
	}
	items, err := source.Events(c.r.Header.Get("Content-Type"), data)
	if err != nil {
		return wire.FactsAnswer{}, unreadable(err)
	}
	inputs := make([]intake.FactInput, len(items))
	for i, it := range items {
		inputs[i] = intake.FactInput{Fact: it.Fact, ID: it.ID, Source: it.Source, Err: it.Err}
	}
	outcomes, err := a.Intake.ApplyFacts(c, c.Actor, inputs)
	answer := wire.FactsAnswer{Items: outcomes}
	if err == nil && len(outcomes) == 1 && bytes.TrimSpace(data)[0] != '[' {
		answer.FactOutcome = &outcomes[0]
	}
	return answer, err
}

// unreadable gives a fault about the bytes of a body the status of its kind.
func unreadable(err error) error {
	f := fault.Of(err)
	switch f.Slug {
	case "unsupported_media_type":
		return &malformed{status: http.StatusUnsupportedMediaType, fault: f}
	case "invalid_json":
		return &malformed{status: http.StatusBadRequest, fault: f}
	}
	return err
}
