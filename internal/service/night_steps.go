package service

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/value"
)

// NightScope says when the nightly work is to be done.
type NightScope struct {
	IfDue bool // only once a day, and again when there is another model
	Fit   bool // first fit a model, if none is of this month yet
	GoOn  bool // only if a night that was begun is not done yet
}

// The steps of a night, in order. Each is repeatable; what was done is noted, so
// that a night may take longer than whoever does it may run.
const (
	stepFit    = "fit"
	stepValues = "values"
	stepMoves  = "moves"
	stepCensus = "census"
)

// nightRun is one stretch of a night.
type nightRun struct {
	*Service
	by      Actor
	sum     *NightSummary
	at      store.Night
	version uint64
	all     time.Duration // how long this stretch may take; 0: as long as it wants
	saved   time.Time
}

// Night does what belongs to a night: it values everybody anew, which may
// promote, demote or find at risk, and takes the census. Repeating it is safe.
// It ends in time for the deadline of ctx, unfinished; the next call goes on
// where it stopped.
func (s *Service) Night(ctx context.Context, a Actor, scope NightScope) (NightSummary, error) {
	var sum NightSummary
	r := &nightRun{Service: s, by: a, sum: &sum, saved: s.clock()}
	if deadline, ok := ctx.Deadline(); ok {
		r.all = deadline.Sub(s.clock())
	}
	due, err := r.begin(ctx, scope)
	if err != nil || !due {
		return sum, err
	}
	for r.at.Step != "" && err == nil && !sum.Unfinished {
		err = r.step(ctx)
	}
	if err == nil && !sum.Unfinished {
		return sum, nil
	}
	r.at.Until = time.Time{} // whoever comes next need not wait
	return sum, errors.Join(err, r.save(ctx))
}

// begin takes the night on: one that is not done is gone on with, otherwise a
// new one begins. due is false where there is nothing to do, or somebody does it.
func (r *nightRun) begin(ctx context.Context, scope NightScope) (due bool, err error) {
	m, err := r.moment(ctx)
	if err != nil {
		return false, err
	}
	today, model := value.DayOf(m.cal, m.now), m.control.Newest(store.KindModel, store.ModelID)
	if r.at, r.version, err = r.store.Night(ctx); err != nil {
		return false, err
	}
	open := r.version != 0 && r.at.Step != ""
	switch {
	case scope.GoOn && !open, scope.IfDue && !open && r.version != 0 && r.at.Day == today && r.at.Model == model:
		return false, nil
	case open && r.at.Until.After(m.now):
		r.sum.Unfinished = true
		return false, nil
	}
	if _, err := r.policyAt(ctx, &m, m.now); err != nil {
		if (scope.IfDue || scope.GoOn) && fault.Is(err, "no_policy_in_force") { // an installation that is being set up
			return false, nil
		}
		return false, err
	}
	if !open || r.at.Day != today && !scope.GoOn {
		if err := r.store.ForgetOrphans(ctx); err != nil {
			return false, err
		}
		r.at = store.Night{Day: today, Model: model, Step: stepValues}
		if scope.Fit {
			r.at.Step = stepFit
		}
	}
	if r.at.Model != model { // who was valued was so by another one
		r.at.Model, r.at.Next = model, 0
		if r.at.Step != stepFit {
			r.at.Step = stepValues
		}
	}
	if r.all > 0 {
		r.at.Until = m.now.Add(r.all)
	}
	return true, r.save(ctx)
}

// step does the next step, or says that there is too little time for it.
func (r *nightRun) step(ctx context.Context) error {
	if r.at.Step != stepValues && !r.left(ctx, 2) {
		r.sum.Unfinished = true
		return nil
	}
	switch r.at.Step {
	case stepFit:
		if err := r.fit(ctx); err != nil {
			return err
		}
		r.at.Step, r.at.Next = stepValues, 0
	case stepValues:
		if r.at.Model > 0 {
			if err := r.values(ctx); err != nil || r.sum.Unfinished {
				return err
			}
		}
		r.at.Step = stepMoves
	case stepMoves:
		if err := r.moves(ctx); err != nil {
			return err
		}
		r.at.Step = stepCensus
	default:
		census, err := r.takeCensus(ctx, r.by)
		if err != nil {
			return err
		}
		r.sum.Census, r.at.Step, r.at.Until = census, "", time.Time{}
	}
	return r.save(ctx)
}

// left reports whether more than one part in so many of the time is left.
func (r *nightRun) left(ctx context.Context, part time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return !ok || deadline.Sub(r.clock()) > r.all/part
}

// save notes how far the night is. Two that do it at once, each wholly, note
// what they have done one after the other.
func (r *nightRun) save(ctx context.Context) error {
	for range rounds {
		err := r.store.PutNight(ctx, r.at, r.version)
		if err == nil {
			r.version, r.saved = r.version+1, r.clock()
			return nil
		}
		if !store.IsRefused(err) {
			return err
		}
		now, version, err := r.store.Night(ctx)
		if err != nil {
			return err
		}
		if r.version = version; now == r.at {
			return nil
		}
	}
	return nil // somebody else's note stands: what is done twice is done once
}

// fitTries is how often a night begins a fit: one that takes longer than whoever
// does it may run would take every night's time.
const fitTries = 2

// fit fits a model where none is of this month.
func (r *nightRun) fit(ctx context.Context) error {
	if r.at.Tries++; r.at.Tries > fitTries {
		r.sum.NoFit = "the fit did not come to its end when it was begun twice; the next night tries again"
		return nil
	}
	err := r.save(ctx)
	if err != nil {
		return err
	}
	m, err := r.moment(ctx)
	if err == nil {
		err = r.fitOfMonth(ctx, &m, r.by, r.sum)
	}
	if err == nil {
		m, err = r.moment(ctx)
	}
	if err == nil {
		r.at.Model = m.control.Newest(store.KindModel, store.ModelID)
	}
	return err
}

// fitOfMonth fits a model where none is of this month. Data that cannot carry
// one is not a failure of the night: the model in force stays.
func (s *Service) fitOfMonth(ctx context.Context, m *moment, a Actor, sum *NightSummary) error {
	v, ok, err := s.inForceAt(ctx, m, store.KindModel, store.ModelID, m.now)
	if err != nil || ok && v.EffectiveFrom >= m.cal.Start(m.cal.Of(m.now)).In(m.cal.Location()).Format("2006-01-02") {
		return err
	}
	fit, err := s.FitValues(ctx, a, FitRequest{})
	if f := fault.Of(err); err != nil && f.Kind == fault.Invalid {
		sum.NoFit = f.Error()
		return nil
	}
	sum.Fitted = fit.ID
	return err
}

// errTimeIsUp ends valuing while there is still time to note it.
var errTimeIsUp = errors.New("service: the time is up")

// noteEvery is how often it is noted how far valuing is.
const noteEvery = 2 * time.Second

// values values everybody anew, some buckets at a time, and notes who is to be
// routed for it.
func (r *nightRun) values(ctx context.Context) error {
	for r.at.Next < store.Buckets {
		n := min(atATime, store.Buckets-r.at.Next)
		run := &revaluing{sum: r.sum, by: r.by.User}
		err := sideBySide(ctx, n, func(ctx context.Context, i int) error { return r.valueBucket(ctx, run, r.at.Next+i) })
		r.sum.Unfinished = errors.Is(err, errTimeIsUp)
		if err != nil && !r.sum.Unfinished {
			return err
		}
		if err := run.keep(ctx, r.Service); err != nil || r.sum.Unfinished {
			return err
		}
		r.at.Next += n
		if r.clock().Sub(r.saved) > noteEvery {
			if err := r.save(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *nightRun) valueBucket(ctx context.Context, run *revaluing, bucket int) error {
	for id, err := range r.store.Customers(ctx, bucket) {
		if err == nil && !r.left(ctx, 4) {
			err = errTimeIsUp
		}
		if err == nil {
			err = run.one(ctx, r.Service, id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// keep notes who is to be routed, until everybody is valued.
func (r *revaluing) keep(ctx context.Context, s *Service) error {
	if err := r.sumUp(ctx, s); err != nil {
		return err
	}
	return sideBySide(ctx, len(r.due), func(ctx context.Context, i int) error { return s.store.PutDue(ctx, r.due[i].customer) })
}

// moves routes whoever the night found to be in the wrong tier, the most
// valuable first, whichever stretch of the night found it.
func (r *nightRun) moves(ctx context.Context) error {
	var mu sync.Mutex
	var ids []channel.CustomerID
	err := everybody(ctx, func(ctx context.Context, bucket int) error {
		for id, err := range r.store.Due(ctx, bucket) {
			if err != nil {
				return err
			}
			mu.Lock()
			ids = append(ids, id)
			mu.Unlock()
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.Sort(ids)
	run := &revaluing{sum: r.sum, by: r.by.User}
	if err := sideBySide(ctx, len(ids), func(ctx context.Context, i int) error { return run.look(ctx, r.Service, ids[i]) }); err != nil {
		return err
	}
	if err := run.routeDue(ctx, r.Service); err != nil {
		return err
	}
	return sideBySide(ctx, len(ids), func(ctx context.Context, i int) error { return r.store.DeleteDue(ctx, ids[i]) })
}

// look finds whether a customer is still to be routed for its value.
func (r *revaluing) look(ctx context.Context, s *Service, id channel.CustomerID) error {
	var job *dueJob
	err := s.writing(ctx, func(m *moment) error {
		head, err := s.store.Head(ctx, id)
		if err == nil {
			job, err = s.dueJob(ctx, m, head)
		}
		return err
	})
	if ends(ctx, err) {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case err != nil:
		r.sum.Failed = addFailed(r.sum.Failed, id, err)
	case job != nil:
		r.due = append(r.due, *job)
	}
	return nil
}
