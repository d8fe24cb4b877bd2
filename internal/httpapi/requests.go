package httpapi

import (
	"context"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/wire"
)

// idPath is the request of a route that only names a thing.
type idPath struct {
	ID string `path:"id"`
}

// parse collects problems of several fields, so that one answer names them all.
type parse struct {
	ctx      context.Context
	cal      channel.Calendar
	problems []fault.Field
	err      error // not the caller's
}

// parser reads times in the programme's calendar.
func (a *api) parser(c *Call) *parse {
	cal, err := a.Documents.Calendar(c)
	return &parse{ctx: c, cal: cal, err: err}
}

func (p *parse) fail(err error) {
	f := fault.Of(err)
	if f.Kind != fault.Invalid {
		p.err = err
		return
	}
	p.problems = append(p.problems, f.Fields...)
}

// time reads an optional time or day.
func (p *parse) time(field, s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	t, err := p.cal.ParseTime(field, s)
	if err != nil {
		p.fail(err)
	}
	return t
}

func (p *parse) done() error {
	if p.err != nil || len(p.problems) == 0 {
		return p.err
	}
	e := invalidRequest()
	e.Fields = p.problems
	return e
}

// owner reads an owner, optional where s is empty: "partner:ID", "pod:ID", or a
// bare id that only one partner or pod has.
func (a *api) owner(c *Call, s string) (channel.Owner, error) {
	if s == "" || strings.HasPrefix(s, "partner:") || strings.HasPrefix(s, "pod:") {
		if s == "" {
			return channel.Nobody, nil
		}
		return channel.ParseOwner("owner", s)
	}
	if _, err := channel.ParseID[channel.PartnerID]("owner", s); err != nil {
		return "", err
	}
	asks := wire.Actor{User: c.Actor.User, Roles: []string{manager}}
	_, noPartner := a.Registrar.Partner(c, asks, channel.PartnerID(s))
	_, noPod := a.Registrar.Pod(c, asks, channel.PodID(s))
	for _, err := range []error{noPartner, noPod} {
		if err != nil && fault.Of(err).Kind != fault.NotFound {
			return "", err
		}
	}
	switch {
	case noPartner == nil && noPod == nil:
		return "", invalidRequest().At("owner", "%q is a partner and a pod: write partner:%s or pod:%s", s, s, s)
	case noPartner == nil:
		return channel.PartnerOwner(channel.PartnerID(s)), nil
	case noPod == nil:
		return channel.PodOwner(channel.PodID(s)), nil
	}
	return "", invalidRequest().At("owner", "there is no partner or pod %q", s)
}
