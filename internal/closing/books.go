package closing

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/incentive"
	"github.com/fairlead/fairlead/internal/programme"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// The kinds of the documents that statements depend on.
const (
	kindProgramme = wire.KindProgramme
	kindPlan      = wire.KindPlan
)

// Books are the documents behind the statements of one period, as they were
// published when it began to close: everything with a sequence number up to
// pin. Later documents do not touch its statements, so a statement can be
// computed again at any age.
type Books struct {
	period    channel.Period
	Pin       int
	first     channel.Period // the first period that has statements
	Programme channel.Programme
	calendar  channel.Calendar
	Directory channel.Directory
	plans     map[channel.PlanID][]*incentive.Plan
	valuing   valuing
	guarded   []incentive.Guard // months and regions, ascending
	census    *balance          // the last one taken before the period's end; nil: none
}

// OpenBooks loads the documents up to pin for the statements of a period.
func (p *Library) OpenBooks(ctx context.Context, c *store.Control, pin int, period channel.Period) (*Books, error) {
	b := &Books{period: period, Pin: pin, first: c.FirstClosed, plans: map[channel.PlanID][]*incentive.Plan{}}
	if b.first == "" {
		b.first = period
	}
	if err := p.LoadProgramme(ctx, c, b); err != nil {
		return nil, err
	}
	directory, err := p.store.Versions(ctx, c, store.KindDirectory, store.DirectoryID)
	if err != nil {
		return nil, err
	}
	if v, ok := newest(directory, pin); ok {
		if b.Directory, err = p.store.Directory(ctx, v.Hash); err != nil {
			return nil, err
		}
	}
	versions, err := p.store.AllVersions(ctx, c, kindPlan)
	if err != nil {
		return nil, err
	}
	for _, v := range versions {
		if v.Seq > pin {
			continue
		}
		plan, err := p.plan(ctx, v)
		if err != nil {
			return nil, err
		}
		b.plans[plan.ID] = append(b.plans[plan.ID], plan)
	}
	if err := p.loadValuing(ctx, c, b); err != nil {
		return nil, err
	}
	return b, p.loadBalance(ctx, c, b)
}

// newest is the version published last, up to pin.
func newest(versions []store.Version, pin int) (store.Version, bool) {
	var last store.Version
	for _, v := range versions {
		if v.Seq <= pin && v.Seq > last.Seq {
			last = v
		}
	}
	return last, last.Seq > 0
}

// LoadProgramme reads the programme: the one published last, whatever its id.
// Without one the zero Programme holds.
func (p *Library) LoadProgramme(ctx context.Context, c *store.Control, b *Books) error {
	versions, err := p.store.AllVersions(ctx, c, kindProgramme)
	if err != nil {
		return err
	}
	if v, ok := newest(versions, b.Pin); ok {
		contents, err := p.store.Content(ctx, v.Hash)
		if err != nil {
			return err
		}
		if b.Programme, err = programme.Parse(contents[0]); err != nil {
			return err
		}
	}
	b.calendar, err = channel.ParseCalendar("timeZone", b.Programme.TimeZone)
	return err
}

// plan reads a plan version; parsing compiles its conditions, so each is parsed
// once per process.
func (p *Library) plan(ctx context.Context, v store.Version) (*incentive.Plan, error) {
	name := fmt.Sprintf("%s %d %s", v.ID, v.N, v.Hash)
	return p.plans.Get(ctx, name, func(ctx context.Context) (*incentive.Plan, error) {
		contents, err := p.store.Content(ctx, v.Hash)
		if err != nil {
			return nil, err
		}
		plan, err := incentive.Parse(contents[0])
		if err != nil {
			return nil, err
		}
		plan.Version, plan.Hash = v.N, v.Hash
		return plan, nil
	})
}

// owners are everybody in the directory, by id: each gets a seal.
func (b *Books) owners() []channel.Owner {
	out := make([]channel.Owner, 0, len(b.Directory.Partners)+len(b.Directory.Pods))
	for _, p := range b.Directory.Partners {
		out = append(out, channel.PartnerOwner(p.ID))
	}
	for _, p := range b.Directory.Pods {
		out = append(out, channel.PodOwner(p.ID))
	}
	slices.Sort(out)
	return out
}

// partner is a partner of the directory.
func (b *Books) partner(id channel.PartnerID) (channel.Partner, bool) {
	all := b.Directory.Partners // by id, as the store reads them
	i, ok := slices.BinarySearchFunc(all, id, func(p channel.Partner, id channel.PartnerID) int { return cmp.Compare(p.ID, id) })
	if !ok {
		return channel.Partner{}, false
	}
	return all[i], true
}

// assigned reports whether a partner gets a statement of a period: it has been
// on a plan at some time before its end. Once it has one it always will, because
// refunds, holds and balances outlive an assignment.
func (b *Books) assigned(p channel.Partner) bool {
	end := b.calendar.End(b.period)
	return slices.ContainsFunc(p.Plans, func(a channel.Assignment) bool { return a.From.Before(end) })
}

// closableFrom is the first instant at which a period may be closed: its end and
// the programme's grace days, whole days of its calendar.
func (b *Books) closableFrom(p channel.Period) time.Time {
	return b.calendar.AddDays(b.calendar.End(p), b.Programme.GraceDays).UTC()
}

// timeline is the partner's plan versions over time.
func (b *Books) timeline(p channel.Partner) []incentive.PlanSpan {
	var versions []*incentive.Plan
	seen := map[channel.PlanID]bool{}
	for _, a := range p.Plans {
		if !seen[a.Plan] {
			seen[a.Plan] = true
			versions = append(versions, b.plans[a.Plan]...)
		}
	}
	return incentive.Timeline(b.calendar, p.Plans, versions)
}

// Now is the one reading of the clock of a use case: UTC, whole seconds, no
// monotonic part.
func (p *Library) Now() time.Time { return p.clock().Round(0).UTC().Truncate(time.Second) }

// Internal is an error that only the log explains.
func Internal(format string, args ...any) *fault.Error {
	return fault.New(fault.Internal, "internal", "internal error").Because(fmt.Errorf(format, args...))
}

// Control is the control block as loaded at most one lease ago.
func (p *Library) Control(ctx context.Context) (*store.Control, error) {
	return p.store.Control(ctx, p.Now())
}
