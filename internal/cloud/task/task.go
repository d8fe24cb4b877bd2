// Package task is the function of the state machine's tasks, and the two
// buckets it keeps files in: statements/PERIOD/PARTNER.{json,html,csv} in the one
// whose objects are locked, and for the state machine runs/NAME/*.json in the one
// whose objects expire. It writes no keys of the store.
package task

import (
	"context"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/cloud/wiring"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/paying"
	"github.com/fairlead/fairlead/internal/usecases"
	"github.com/fairlead/fairlead/internal/wire"
	"github.com/fairlead/fairlead/internal/workflow"
)

// How much one task takes on: minutes at most.
const (
	OwnersPerBatch = 50  // owners closed, verified or told in one task
	LinesPerBatch  = 200 // lines paid in one task
	WalkBatches    = 16  // tasks of the second reader's walk
)

// Task is the input of one step; Name is the work's. The other fields are those
// that the step needs. Plans write the batches of the steps that follow them as
// JSON lists of tasks under runs/NAME/ in their bucket.
type Task struct {
	Step   string           `json:"step"`
	Name   string           `json:"name"`
	Period channel.Period   `json:"period,omitempty"`
	Run    string           `json:"run,omitempty"`
	User   string           `json:"user,omitempty"`
	Owners []channel.Owner  `json:"owners,omitempty"`
	Part   int              `json:"part,omitempty"` // of the walk, from 0
	From   int              `json:"from,omitempty"` // buckets
	To     int              `json:"to,omitempty"`
	Lines  []paying.LineRef `json:"lines,omitempty"`
}

// Payrun is the function of the state machine's tasks.
type Payrun struct {
	app   *cloud.App
	uses  *usecases.UseCases
	files *Files
}

// New wires the function.
func New(a *cloud.App, c wiring.Rooms, f *Files) *Payrun { return &Payrun{a, c.UseCases, f} }

// Handle runs one step.
func (p *Payrun) Handle(ctx context.Context, t Task) (answer any, err error) {
	err = p.app.Measured(ctx, func(counts metrics.Counts) error {
		var err error
		if answer, err = p.step(ctx, t, counts); err != nil {
			p.app.Failed(ctx, "a step failed", err, "step", t.Step, "work", t.Name)
			return named(err)
		}
		p.app.Log.InfoContext(ctx, "step", "step", t.Step, "work", t.Name, "answer", answer)
		return nil
	})
	return answer, err
}

// named gives an error the name by which the state machine knows it.
func named(err error) error {
	name := workflow.ErrAgain
	switch f := fault.Of(err); f.Kind {
	case fault.Unavailable, fault.Exhausted:
	case fault.Internal:
		if f.Slug == "readers_disagree" {
			name = workflow.ErrFinal
		}
	default:
		name = workflow.ErrFinal
	}
	return messages.InvokeResponse_Error{Type: name, Message: fault.Of(err).Error()}
}

func (p *Payrun) step(ctx context.Context, t Task, counts metrics.Counts) (any, error) {
	switch t.Step {
	case workflow.PlanClose.Name:
		return p.planClose(ctx, t)
	case workflow.CloseBatch.Name:
		n, err := p.uses.Closing.CloseOwners(ctx, t.Period, t.Owners)
		counts[metrics.Incentives] = int64(n)
		return workflow.Did{Step: t.Step, Count: n}, err
	case workflow.WalkBatch.Name:
		w, err := p.uses.Closing.WalkBuckets(ctx, t.Period, t.From, t.To)
		if err == nil {
			err = p.files.PutJSON(ctx, walkKey(t.Name, t.Part), w)
		}
		return workflow.Did{Step: t.Step}, err
	case workflow.VerifyBatch.Name:
		w, err := p.walked(ctx, t.Name)
		if err == nil {
			err = p.uses.Closing.VerifyOwners(ctx, t.Period, t.Owners, w)
		}
		return workflow.Did{Step: t.Step, Count: len(t.Owners)}, err
	case workflow.FinishClose.Name:
		w, err := p.walked(ctx, t.Name)
		if err != nil {
			return nil, err
		}
		s, err := p.uses.Closing.FinishClose(ctx, t.Period, t.User, w)
		return workflow.Did{Step: t.Step, Count: s.Statements, State: s.State}, err
	case workflow.Statements.Name:
		n, err := p.statements(ctx, t)
		return workflow.Did{Step: t.Step, Count: n}, err
	case workflow.PlanPay.Name:
		return p.planPay(ctx, t)
	case workflow.PayBatch.Name:
		n, err := p.uses.Payer.PayLines(ctx, t.Run, t.Lines)
		counts[metrics.Payouts] = int64(n)
		return workflow.Did{Step: t.Step, Count: n}, err
	case workflow.Settle.Name:
		return p.settle(ctx, t, counts)
	}
	return nil, fault.New(fault.Invalid, "unknown_step", "there is no step %q", t.Step)
}

func (p *Payrun) settle(ctx context.Context, t Task, counts metrics.Counts) (any, error) {
	run, err := p.uses.Payer.Settle(ctx, t.Run)
	did := workflow.Did{Step: t.Step, Count: len(run.Lines), State: run.State}
	if run.State != wire.RunSettled {
		for _, l := range run.Lines {
			if l.State != wire.LinePaid && l.State != wire.LineExported && l.State != wire.LineCarried {
				did.Left++
			}
		}
	}
	counts[metrics.PayoutsStuck] = int64(did.Left)
	return did, err
}

// planClose shuts the period and writes the batches.
func (p *Payrun) planClose(ctx context.Context, t Task) (any, error) {
	plan, err := p.uses.Closing.PlanClose(ctx, t.Period)
	if err != nil {
		return nil, err
	}
	// Whole seconds, and never less than the plan says.
	out := workflow.Planned{Done: plan.Closed, Wait: int((plan.Wait.Milliseconds() + 999) / 1000)}
	lists := []struct {
		step string
		at   *string
	}{{workflow.CloseBatch.Name, &out.Close}, {workflow.VerifyBatch.Name, &out.Verify}, {workflow.Statements.Name, &out.Statements}}
	for _, l := range lists {
		var tasks []Task
		for from := 0; from < len(plan.Owners); from += OwnersPerBatch {
			tasks = append(tasks, Task{Step: l.step, Name: t.Name, Period: t.Period, Owners: plan.Owners[from:min(from+OwnersPerBatch, len(plan.Owners))]})
		}
		if *l.at, err = p.list(ctx, t.Name, l.step, tasks); err != nil {
			return nil, err
		}
	}
	var walk []Task
	for part, from := range buckets() {
		walk = append(walk, Task{Step: workflow.WalkBatch.Name, Name: t.Name, Period: t.Period, Part: part, From: from, To: from + bucketsPerWalk})
	}
	out.Walk, err = p.list(ctx, t.Name, workflow.WalkBatch.Name, walk)
	return out, err
}

// planPay begins to pay and writes the batches of what is left.
func (p *Payrun) planPay(ctx context.Context, t Task) (any, error) {
	plan, err := p.uses.Payer.PlanPay(ctx, t.Run)
	if err != nil {
		return nil, err
	}
	var tasks []Task
	for from := 0; from < len(plan.Lines); from += LinesPerBatch {
		tasks = append(tasks, Task{Step: workflow.PayBatch.Name, Name: t.Name, Run: t.Run, Lines: plan.Lines[from:min(from+LinesPerBatch, len(plan.Lines))]})
	}
	out := workflow.Planned{Done: plan.Settled}
	out.Lines, err = p.list(ctx, t.Name, workflow.PayBatch.Name, tasks)
	return out, err
}

// list writes a list of batches, an empty one included, and returns its key.
func (p *Payrun) list(ctx context.Context, name, step string, tasks []Task) (string, error) {
	key := fmt.Sprintf("runs/%s/%s.json", name, step)
	if tasks == nil {
		tasks = []Task{}
	}
	return key, p.files.PutJSON(ctx, key, tasks)
}
