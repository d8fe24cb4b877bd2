// Package machine is the state machine that closes and pays. It writes no keys.
package machine

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/paying"
	"github.com/fairlead/fairlead/internal/usecases"
	"github.com/fairlead/fairlead/internal/wire"
	"github.com/fairlead/fairlead/internal/workflow"
)

// Machine closes and pays by starting executions of the state machine. The
// execution has the name of the work, so that starting twice is one; what ended
// before it was done is gone on with by a further execution of the same work
// (-r2, -r3 and so on), whose steps find what the earlier ones left.
type Machine struct {
	api  *sfn.Client
	arn  string
	uses *usecases.UseCases
}

var _ paying.Starter = (*Machine)(nil)

// New makes the client of the state machine.
func New(a *cloud.App, p *usecases.UseCases) *Machine {
	return &Machine{sfn.NewFromConfig(a.AWS), a.Config.StateMachine, p}
}

// maxResumes is how often one work may be gone on with.
const maxResumes = 50

// Close starts closing a period. Where it is closed, that is the answer, unless
// something after the closing was left undone.
func (m *Machine) Close(ctx context.Context, r closing.CloseRequest) (wire.PeriodStatus, error) {
	s, err := m.uses.Closing.MayClose(ctx, r.Period)
	if err != nil {
		return s, err
	}
	name := closing.CloseName(r.Period)
	latest, err := m.latest(ctx, name)
	if err != nil || s.Already && latest.work != wire.WorkFailed {
		s.Work = latest.work
		return s, err
	}
	s.Started, s.Work = true, wire.WorkRunning
	return s, m.start(ctx, latest, workflow.Start{Work: workflow.Close, Name: name, Period: string(r.Period), User: r.User})
}

// Pay starts paying a run, or what is left of it; a run that only waits to be
// confirmed is an answer.
func (m *Machine) Pay(ctx context.Context, r paying.PayRequest) (wire.Run, error) {
	run, err := m.uses.Payer.MayPay(ctx, r.Run)
	if err != nil || run.State == wire.RunSettled || run.Exported {
		return run, err
	}
	name, err := paying.PayName(r.Run)
	if err != nil {
		return run, err
	}
	latest, err := m.latest(ctx, name)
	if err != nil {
		return run, err
	}
	run.Started, run.Work = true, wire.WorkRunning
	return run, m.start(ctx, latest, workflow.Start{Work: workflow.Pay, Name: name, Run: run.ID, User: r.User})
}

// Working says how the latest execution of a work is doing.
func (m *Machine) Working(ctx context.Context, name string) (string, error) {
	e, err := m.latest(ctx, name)
	return e.work, err
}

// execution is the latest execution of a work: its number (0: there is none)
// and how it is doing.
type execution struct {
	n    int
	work string
}

func (m *Machine) latest(ctx context.Context, name string) (execution, error) {
	var last execution
	for n := 1; n <= maxResumes; n++ {
		out, err := m.api.DescribeExecution(
			ctx,
			&sfn.DescribeExecutionInput{ExecutionArn: aws.String(m.execution(executionName(name, n)))},
		)
		if cloud.Code(err) == "ExecutionDoesNotExist" {
			return last, nil
		}
		if err != nil {
			return last, cloud.Unavailable("the state machine", err)
		}
		last = execution{n, workOf(out.Status)}
		if last.work == wire.WorkRunning {
			return last, nil
		}
	}
	return last, nil
}

// OldestSince is when the oldest execution that still runs was started; zero if
// none runs.
func (m *Machine) OldestSince(ctx context.Context) (time.Time, error) {
	var oldest time.Time
	pages := sfn.NewListExecutionsPaginator(
		m.api,
		&sfn.ListExecutionsInput{StateMachineArn: aws.String(m.arn), StatusFilter: sfntypes.ExecutionStatusRunning},
	)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return oldest, cloud.Unavailable("the state machine", err)
		}
		for _, e := range page.Executions {
			if began := aws.ToTime(e.StartDate); oldest.IsZero() || began.Before(oldest) {
				oldest = began
			}
		}
	}
	return oldest, nil
}

func workOf(s sfntypes.ExecutionStatus) string {
	switch s {
	case sfntypes.ExecutionStatusSucceeded:
		return wire.WorkDone
	case sfntypes.ExecutionStatusRunning, sfntypes.ExecutionStatusPendingRedrive:
		return wire.WorkRunning
	}
	return wire.WorkFailed
}

// executionName is a work's name in the characters an execution may have, and
// from the second on which one it is.
func executionName(name string, n int) string {
	name = strings.ReplaceAll(name, ".", "-")
	if n > 1 {
		name += "-r" + strconv.Itoa(n)
	}
	return name
}

// execution is the ARN of an execution of the machine.
func (m *Machine) execution(name string) string {
	return strings.Replace(m.arn, ":stateMachine:", ":execution:", 1) + ":" + name
}

// start starts the next execution, unless one is running. That somebody else
// started it just now is as good.
func (m *Machine) start(ctx context.Context, latest execution, s workflow.Start) error {
	if latest.work == wire.WorkRunning {
		return nil
	}
	input, err := json.Marshal(s)
	if err != nil {
		return err
	}
	_, err = m.api.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: aws.String(m.arn),
		Name: aws.String(executionName(s.Name, latest.n+1)), Input: aws.String(string(input))})
	if err != nil && cloud.Code(err) != "ExecutionAlreadyExists" {
		return cloud.Unavailable("the state machine", err)
	}
	return nil
}
