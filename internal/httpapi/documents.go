package httpapi

import (
	"strconv"

	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/wire"
)

// publish is a document as it was written; its own schema says what it may
// hold, so its bytes go on untouched.
type publish struct {
	DryRun bool   `query:"dryRun"`
	Body   []byte `body:"document"`
}

func (a *api) publish(kind string) func(*Call, publish) (wire.Published, error) {
	return func(c *Call, q publish) (wire.Published, error) {
		p, err := a.Publisher.Publish(c, c.Actor, documents.PublishRequest{Kind: kind, Raw: q.Body, DryRun: q.DryRun})
		c.Created(err == nil && !p.DryRun && !p.Unchanged)
		return p, err
	}
}

func (a *api) documents(kind string) func(*Call, wire.Page) (wire.List[wire.DocumentInfo], error) {
	return func(c *Call, q wire.Page) (wire.List[wire.DocumentInfo], error) {
		return a.Publisher.Documents(c, c.Actor, kind, q)
	}
}

func (a *api) document(kind string) func(*Call, idPath) (wire.Document, error) {
	return func(c *Call, q idPath) (wire.Document, error) {
		return a.Publisher.Document(c, c.Actor, kind, q.ID, 0)
	}
}

type versionPath struct {
	idPath
	Version string `path:"v"`
}

func (a *api) version(kind string) func(*Call, versionPath) (wire.Document, error) {
	return func(c *Call, q versionPath) (wire.Document, error) {
		v, err := strconv.Atoi(q.Version)
		if err != nil || v < 1 {
			return wire.Document{}, notFound("document_not_found", "there is no version %q of %s %s: versions are 1, 2, 3 ..", q.Version, kind, q.ID)
		}
		return a.Publisher.Document(c, c.Actor, kind, q.ID, v)
	}
}

// against is the other version of a comparison: "ID@VERSION" or "ID".
type against struct {
	idPath
	With string `query:"with" validate:"required,max=80"`
}

func (a *api) diffDocuments(kind string) func(*Call, against) (wire.DocumentDiff, error) {
	return func(c *Call, q against) (wire.DocumentDiff, error) {
		return a.Publisher.DiffDocuments(c, c.Actor, kind, q.ID, q.With)
	}
}

// programme is the one in force, by the id it was published under.
func (a *api) programme(c *Call, _ none) (wire.Document, error) {
	return a.Publisher.ProgrammeInForce(c, c.Actor)
}
