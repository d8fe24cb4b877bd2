package sweep

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/value"
	"github.com/fairlead/fairlead/internal/valuing"
	"github.com/fairlead/fairlead/internal/wire"
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
	StepValues = "values"
	stepMoves  = "moves"
	stepCensus = "census"
)

// nightRun is one stretch of a night.
type nightRun struct {
	*Sweeper
	by    wire.Actor
	sum   *wire.NightSummary
	note  store.Loaded[store.Night] // how far it is
	all   time.Duration             // how long this stretch may take; 0: as long as it wants
	saved time.Time
}

// Night does what belongs to a night: it values everybody anew, which may
// promote, demote or find at risk, and takes the census. Repeating it is safe.
// It ends in time for the deadline of ctx, unfinished; the next call goes on
// where it stopped.
func (s *Sweeper) Night(ctx context.Context, a wire.Actor, scope NightScope) (wire.NightSummary, error) {
	var sum wire.NightSummary
	r := &nightRun{Sweeper: s, by: a, sum: &sum, saved: s.clock()}
	if deadline, ok := ctx.Deadline(); ok {
		r.all = deadline.Sub(s.clock())
	}
	due, err := r.begin(ctx, scope)
	if err != nil || !due {
		return sum, err
	}
	for r.note.Value.Step != "" && err == nil && !sum.Unfinished {
		err = r.step(ctx)
	}
	if err == nil && !sum.Unfinished {
		return sum, nil
	}
	r.note.Value.Until = time.Time{} // whoever comes next need not wait
	return sum, errors.Join(err, r.save(ctx))
}

// begin takes the night on: one that is not done is gone on with, otherwise a
// new one begins. due is false where there is nothing to do, or somebody does it.
func (r *nightRun) begin(ctx context.Context, scope NightScope) (due bool, err error) {
	m, err := r.docs.Current(ctx)
	if err != nil {
		return false, err
	}
	today, model := value.DayOf(m.Cal, m.Now), m.Control.Newest(store.KindModel, store.ModelID)
	if r.note, err = r.store.Night(ctx); err != nil {
		return false, err
	}
	open := r.note.Exists() && r.note.Value.Step != ""
	switch {
	case scope.GoOn && !open, scope.IfDue && !open && r.note.Exists() && r.note.Value.Day == today && r.note.Value.Model == model:
		return false, nil
	case open && r.note.Value.Until.After(m.Now):
		r.sum.Unfinished = true
		return false, nil
	}
	if _, err := r.docs.PolicyAt(ctx, &m, m.Now); err != nil {
		if (scope.IfDue || scope.GoOn) && fault.Is(err, "no_policy_in_force") { // an installation that is being set up
			return false, nil
		}
		return false, err
	}
	if !open || r.note.Value.Day != today && !scope.GoOn {
		if err := r.store.ForgetOrphans(ctx); err != nil {
			return false, err
		}
		r.note.Value = store.Night{Day: today, Model: model, Step: StepValues}
		if scope.Fit {
			r.note.Value.Step = stepFit
		}
	}
	if r.note.Value.Model != model { // who was valued was so by another one
		r.note.Value.Model, r.note.Value.Next = model, 0
		if r.note.Value.Step != stepFit {
			r.note.Value.Step = StepValues
		}
	}
	if r.all > 0 {
		r.note.Value.Until = m.Now.Add(r.all)
	}
	return true, r.save(ctx)
}

// step does the next step, or says that there is too little time for it.
func (r *nightRun) step(ctx context.Context) error {
	if r.note.Value.Step != StepValues && !r.left(ctx, 2) {
		r.sum.Unfinished = true
		return nil
	}
	switch r.note.Value.Step {
	case stepFit:
		if err := r.fit(ctx); err != nil {
			return err
		}
		r.note.Value.Step, r.note.Value.Next = StepValues, 0
	case StepValues:
		if r.note.Value.Model > 0 {
			if err := r.values(ctx); err != nil || r.sum.Unfinished {
				return err
			}
		}
		r.note.Value.Step = stepMoves
	case stepMoves:
		if err := r.moves(ctx); err != nil {
			return err
		}
		r.note.Value.Step = stepCensus
	default:
		census, err := r.valuing.TakeCensus(ctx, r.by)
		if err != nil {
			return err
		}
		r.sum.Census, r.note.Value.Step, r.note.Value.Until = census, "", time.Time{}
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
	for range documents.Rounds {
		err := r.store.PutNight(ctx, &r.note)
		if err == nil {
			r.saved = r.clock()
			return nil
		}
		if !store.IsRefused(err) {
			return err
		}
		now, err := r.store.Night(ctx)
		if err != nil {
			return err
		}
		mine := r.note.Value
		if r.note = now.With(mine); now.Value == mine {
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
	if r.note.Value.Tries++; r.note.Value.Tries > fitTries {
		r.sum.NoFit = "the fit did not come to its end when it was begun twice; the next night tries again"
		return nil
	}
	err := r.save(ctx)
	if err != nil {
		return err
	}
	m, err := r.docs.Current(ctx)
	if err == nil {
		err = r.fitOfMonth(ctx, &m, r.by, r.sum)
	}
	if err == nil {
		m, err = r.docs.Current(ctx)
	}
	if err == nil {
		r.note.Value.Model = m.Control.Newest(store.KindModel, store.ModelID)
	}
	return err
}

// fitOfMonth fits a model where none is of this month. Data that cannot carry
// one is not a failure of the night: the model in force stays.
func (s *Sweeper) fitOfMonth(ctx context.Context, m *documents.Current, a wire.Actor, sum *wire.NightSummary) error {
	v, ok, err := s.docs.InForceAt(ctx, m, store.KindModel, store.ModelID, m.Now)
	if err != nil || ok && v.EffectiveFrom >= m.Cal.Start(m.Cal.Of(m.Now)).In(m.Cal.Location()).Format("2006-01-02") {
		return err
	}
	fit, err := s.valuing.FitValues(ctx, a, wire.FitRequest{})
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
	for r.note.Value.Next < store.Buckets {
		n := min(valuing.AtATime, store.Buckets-r.note.Value.Next)
		run := &revaluing{sum: r.sum, by: r.by.User}
		err := valuing.SideBySide(ctx, n, func(ctx context.Context, i int) error { return r.valueBucket(ctx, run, r.note.Value.Next+i) })
		r.sum.Unfinished = errors.Is(err, errTimeIsUp)
		if err != nil && !r.sum.Unfinished {
			return err
		}
		if err := run.keep(ctx, r.Sweeper); err != nil || r.sum.Unfinished {
			return err
		}
		r.note.Value.Next += n
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
			err = run.one(ctx, r.Sweeper, id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// keep notes who is to be routed, until everybody is valued.
func (r *revaluing) keep(ctx context.Context, s *Sweeper) error {
	if err := r.sumUp(ctx, s); err != nil {
		return err
	}
	return valuing.SideBySide(ctx, len(r.due), func(ctx context.Context, i int) error { return s.store.PutDue(ctx, r.due[i].Customer) })
}

// moves routes whoever the night found to be in the wrong tier, the most
// valuable first, whichever stretch of the night found it.
func (r *nightRun) moves(ctx context.Context) error {
	var mu sync.Mutex
	var ids []channel.CustomerID
	err := valuing.Everybody(ctx, func(ctx context.Context, bucket int) error {
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
	if err := valuing.SideBySide(ctx, len(ids), func(ctx context.Context, i int) error { return run.reconsider(ctx, r.Sweeper, ids[i]) }); err != nil {
		return err
	}
	if err := run.routeDue(ctx, r.Sweeper); err != nil {
		return err
	}
	return valuing.SideBySide(ctx, len(ids), func(ctx context.Context, i int) error { return r.store.DeleteDue(ctx, ids[i]) })
}

// reconsider finds whether a customer is still to be routed for its value.
func (r *revaluing) reconsider(ctx context.Context, s *Sweeper, id channel.CustomerID) error {
	var job *dueJob
	err := s.docs.Writing(ctx, func(m *documents.Current) error {
		head, err := s.store.Head(ctx, id)
		if err == nil {
			job, err = s.dueJob(ctx, m, head)
		}
		return err
	})
	if valuing.Ends(ctx, err) {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case err != nil:
		r.sum.Failed = wire.AddFailed(r.sum.Failed, id, err)
	case job != nil:
		r.due = append(r.due, *job)
	}
	return nil
}
