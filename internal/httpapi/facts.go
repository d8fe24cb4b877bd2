package httpapi

import (
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/service"
)

type factPath struct {
	Source string `path:"source"`
	ID     string `path:"id"`
}

func (a *api) fact(c *Call, q factPath) (service.FactOutcome, error) {
	source, err := channel.ParseID[channel.Source]("source", q.Source)
	if err != nil {
		return service.FactOutcome{}, err
	}
	id, err := channel.ParseEventID("id", q.ID)
	if err != nil {
		return service.FactOutcome{}, err
	}
	return a.Service.Fact(c, c.Actor, source, id)
}

func (a *api) importByID(c *Call, q idPath) (service.ImportSummary, error) {
	return a.Service.ImportByID(c, c.Actor, q.ID)
}

var errNotWired = fault.New(fault.Unavailable, "not_built", "this is not built yet")

func (a *api) postFacts(*Call, none) ([]service.FactOutcome, error) { return nil, errNotWired }

func (a *api) importFile(*Call, none) error { return errNotWired }
