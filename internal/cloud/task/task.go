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
	"github.com/fairlead/fairlead/internal/cloud/core"
	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/payrun"
)

// The steps of the state machine, in their order. A plan writes the batches of
// the maps that follow it as JSON lists under runs/NAME/ in their bucket; each
// item of a list is the whole input of one task.
const (
	StepPlanClose   = "plan-close"      // shuts the period; then wait, see Planned.Wait
	StepCloseBatch  = "close-batch"     // map over Planned.Close: statements and seals of some owners
	StepWalkBatch   = "walk-batch"      // map over Planned.Walk: the second reader reads some customers
	StepVerifyBatch = "verify-batch"    // map over Planned.Verify: the second reader makes all again and compares
	StepFinishClose = "finish-close"    // ends the period
	StepStatements  = "statement-batch" // map over Planned.Statements: the files of the partners
	StepPlanPay     = "plan-pay"
	StepPayBatch    = "pay-batch" // map over Planned.Lines
	StepSettle      = "settle"
)

// How much one task takes on: minutes at most.
const (
	OwnersPerBatch = 50  // owners closed, verified or told in one task
	LinesPerBatch  = 200 // lines paid in one task
	WalkBatches    = 16  // tasks of the second reader's walk
)

// The names under which tasks fail, for the state machine's Retry.
const (
	// ErrFinal will not go better another time.
	ErrFinal = "FairleadFinal"
	// ErrAgain may go better when tried again.
	ErrAgain = "FairleadAgain"
)

// Task is the input of one step; Name is the work's. The other fields are those
// that the step needs.
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
	Lines  []payrun.LineRef `json:"lines,omitempty"`
}

// Planned is the answer of a plan: the keys of the lists of batches.
type Planned struct {
	Done       bool   `json:"done"` // closed or settled already; of a closed period only Statements is left
	Wait       int    `json:"wait"` // seconds before the first batch
	Close      string `json:"close,omitempty"`
	Walk       string `json:"walk,omitempty"`
	Verify     string `json:"verify,omitempty"`
	Statements string `json:"statements,omitempty"`
	Lines      string `json:"lines,omitempty"`
}

// Did is the answer of every other step.
type Did struct {
	Step  string `json:"step"`
	Count int    `json:"count"`           // statements made, customers walked, owners verified, lines paid
	State string `json:"state,omitempty"` // of the period or the run, where the step ends it
	Left  int    `json:"left,omitempty"`  // lines that are neither final nor exported
}

// Payrun is the function of the state machine's tasks.
type Payrun struct {
	app    *cloud.App
	payrun *payrun.Payrun
	files  *Files
}

// New wires the function.
func New(a *cloud.App, c core.Core, f *Files) *Payrun { return &Payrun{a, c.Payrun, f} }

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
	name := ErrAgain
	switch f := fault.Of(err); f.Kind {
	case fault.Unavailable, fault.Exhausted:
	case fault.Internal:
		if f.Slug == "readers_disagree" {
			name = ErrFinal
		}
	default:
		name = ErrFinal
	}
	return messages.InvokeResponse_Error{Type: name, Message: fault.Of(err).Error()}
}

func (p *Payrun) step(ctx context.Context, t Task, counts metrics.Counts) (any, error) {
	switch t.Step {
	case StepPlanClose:
		return p.planClose(ctx, t)
	case StepCloseBatch:
		n, err := p.payrun.CloseOwners(ctx, t.Period, t.Owners)
		counts[metrics.Incentives] = int64(n)
		return Did{Step: t.Step, Count: n}, err
	case StepWalkBatch:
		w, err := p.payrun.WalkBuckets(ctx, t.Period, t.From, t.To)
		if err == nil {
			err = p.files.PutJSON(ctx, walkKey(t.Name, t.Part), w)
		}
		return Did{Step: t.Step}, err
	case StepVerifyBatch:
		w, err := p.walked(ctx, t.Name)
		if err == nil {
			err = p.payrun.VerifyOwners(ctx, t.Period, t.Owners, w)
		}
		return Did{Step: t.Step, Count: len(t.Owners)}, err
	case StepFinishClose:
		w, err := p.walked(ctx, t.Name)
		if err != nil {
			return nil, err
		}
		s, err := p.payrun.FinishClose(ctx, t.Period, t.User, w)
		return Did{Step: t.Step, Count: s.Statements, State: s.State}, err
	case StepStatements:
		n, err := p.statements(ctx, t)
		return Did{Step: t.Step, Count: n}, err
	case StepPlanPay:
		return p.planPay(ctx, t)
	case StepPayBatch:
		n, err := p.payrun.PayLines(ctx, t.Run, t.Lines)
		counts[metrics.Payouts] = int64(n)
		return Did{Step: t.Step, Count: n}, err
	case StepSettle:
		return p.settle(ctx, t, counts)
	}
	return nil, fault.New(fault.Invalid, "unknown_step", "there is no step %q", t.Step)
}

func (p *Payrun) settle(ctx context.Context, t Task, counts metrics.Counts) (any, error) {
	run, err := p.payrun.Settle(ctx, t.Run)
	did := Did{Step: t.Step, Count: len(run.Lines), State: run.State}
	if run.State != payrun.RunSettled {
		for _, l := range run.Lines {
			if l.State != payrun.LinePaid && l.State != payrun.LineExported && l.State != payrun.LineCarried {
				did.Left++
			}
		}
	}
	counts[metrics.PayoutsStuck] = int64(did.Left)
	return did, err
}

// planClose shuts the period and writes the batches.
func (p *Payrun) planClose(ctx context.Context, t Task) (any, error) {
	plan, err := p.payrun.PlanClose(ctx, t.Period)
	if err != nil {
		return nil, err
	}
	// Whole seconds, and never less than the plan says.
	out := Planned{Done: plan.Closed, Wait: int((plan.Wait.Milliseconds() + 999) / 1000)}
	lists := []struct {
		step string
		at   *string
	}{{StepCloseBatch, &out.Close}, {StepVerifyBatch, &out.Verify}, {StepStatements, &out.Statements}}
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
		walk = append(walk, Task{Step: StepWalkBatch, Name: t.Name, Period: t.Period, Part: part, From: from, To: from + bucketsPerWalk})
	}
	out.Walk, err = p.list(ctx, t.Name, StepWalkBatch, walk)
	return out, err
}

// planPay begins to pay and writes the batches of what is left.
func (p *Payrun) planPay(ctx context.Context, t Task) (any, error) {
	plan, err := p.payrun.PlanPay(ctx, t.Run)
	if err != nil {
		return nil, err
	}
	var tasks []Task
	for from := 0; from < len(plan.Lines); from += LinesPerBatch {
		tasks = append(tasks, Task{Step: StepPayBatch, Name: t.Name, Run: t.Run, Lines: plan.Lines[from:min(from+LinesPerBatch, len(plan.Lines))]})
	}
	out := Planned{Done: plan.Settled}
	out.Lines, err = p.list(ctx, t.Name, StepPayBatch, tasks)
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
