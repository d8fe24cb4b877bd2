package httpapi

import (
	"strconv"

	"github.com/fairlead/fairlead/internal/service"
)

// publish is a document as it was written; its own schema says what it may
// hold, so its bytes go on untouched.
type publish struct {
	DryRun bool   `query:"dryRun"`
	Body   []byte `body:"document"`
}

func (a *api) publish(kind string) func(*Call, publish) (service.Published, error) {
	return func(c *Call, q publish) (service.Published, error) {
		p, err := a.Service.Publish(c, c.Actor, service.PublishRequest{Kind: kind, Raw: q.Body, DryRun: q.DryRun})
		c.Created(err == nil && !p.DryRun && !p.Unchanged)
		return p, err
	}
}

func (a *api) documents(kind string) func(*Call, page) (service.List[service.DocumentInfo], error) {
	return func(c *Call, q page) (service.List[service.DocumentInfo], error) {
		return a.Service.Documents(c, c.Actor, kind, q.service())
	}
}

func (a *api) document(kind string) func(*Call, idPath) (service.Document, error) {
	return func(c *Call, q idPath) (service.Document, error) {
		return a.Service.Document(c, c.Actor, kind, q.ID, 0)
	}
}

type versionPath struct {
	idPath
	Version string `path:"v"`
}

func (a *api) version(kind string) func(*Call, versionPath) (service.Document, error) {
	return func(c *Call, q versionPath) (service.Document, error) {
		v, err := strconv.Atoi(q.Version)
		if err != nil || v < 1 {
			return service.Document{}, notFound("document_not_found", "there is no version %q of %s %s: versions are 1, 2, 3 ..", q.Version, kind, q.ID)
		}
		return a.Service.Document(c, c.Actor, kind, q.ID, v)
	}
}

// against is the other version of a comparison: "ID@VERSION" or "ID".
type against struct {
	idPath
	With string `query:"with" validate:"required,max=80"`
}

func (a *api) diffDocuments(kind string) func(*Call, against) (service.DocumentDiff, error) {
	return func(c *Call, q against) (service.DocumentDiff, error) {
		return a.Service.DiffDocuments(c, c.Actor, kind, q.ID, q.With)
	}
}

// programme is the one in force, by the id it was published under.
func (a *api) programme(c *Call, _ none) (service.Document, error) {
	return a.Service.ProgrammeInForce(c, c.Actor)
}
