package cloud_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/cloud/task"
	"github.com/fairlead/fairlead/internal/cloud/wiring"
	"github.com/fairlead/fairlead/internal/config"
	"github.com/fairlead/fairlead/internal/paying"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/workflow"
)

// approved is March on a stage that pays by a rail, closed, prepared, approved.
func approved(t *testing.T, rail string) *world {
	t.Helper()
	w := newWorld(t)
	w.app.Config.Rail = rail
	w.core = wiring.On(w.app, w.table)
	w.door = w.api(w.core)
	w.settle().month()
	w.post("POST /v1/periods/2026-03/close")
	if err := w.execute("close-2026-03", nil); err != nil {
		t.Fatal(err)
	}
	w.must("finance", "POST /v1/payout-runs", `{"period":"2026-03"}`)
	if _, err := w.core.Runs.Approve(w.ctx, paying.ApproveRequest{Run: "2026-03", User: "ben"}); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestFunction_WithTheSandboxWhereMoneyIsMeantDoesNotStart(t *testing.T) {
	t.Setenv(config.StageVar, "prod")
	t.Setenv(config.RailVar, config.SandboxRail)
	if _, err := cloud.Load(metrics.Payrun, nil, nil); err == nil || !strings.Contains(err.Error(), "rail sandbox on stage \"prod\"") {
		t.Errorf("it starts: %v", err)
	}
	t.Setenv(config.StageVar, config.DevStage)
	if app, err := cloud.Load(metrics.Payrun, nil, nil); err != nil || app.Config.Rail != config.SandboxRail {
		t.Errorf("on dev: %v", err)
	}
}

func TestPay_OnAStageOfTheFileIsExportedAndConfirmedByTheAPI(t *testing.T) {
	w := approved(t, config.FileRail)
	w.post("POST /v1/payout-runs/2026-03.1/pay")
	w.logged.Reset()
	if err := w.execute("pay-2026-03-1", nil); err != nil {
		t.Fatal(err)
	}
	if sum, _ := w.counts(); sum[metrics.Payouts] != 1 || sum[metrics.PayoutsStuck] != 0 {
		t.Errorf("counted %v: an exported line is not stuck", sum)
	}
	started := len(w.aws.started)
	if status, body := w.post("POST /v1/payout-runs/2026-03.1/pay"); status != 200 || body != "paying " || len(w.aws.started) != started {
		t.Errorf("asked again: %d %q, started %v", status, body, w.aws.started[started:])
	}
	if file := w.must("finance", "GET /v1/payout-runs/2026-03.1/payments", ""); !strings.Contains(file, "2026-03.p1.EUR.1,p1,2026-03,50.00,EUR,") {
		t.Errorf("the file: %q", file)
	}
	if r := w.must("finance", "POST /v1/payout-runs/2026-03.1/confirm", ""); !strings.Contains(r, `"state":"settled"`) || !strings.Contains(r, `"confirmedBy":"the finance"`) {
		t.Errorf("confirmed: %s", r)
	}
}

func TestPay_AProgrammeOfAnotherRailThanTheStagesIsRefused(t *testing.T) {
	w := approved(t, config.FileRail)
	w.must("manager", "PUT /v1/programme", `{"id":"acme","name":"Acme","timeZone":"UTC","reportingCurrency":"EUR","routeOn":"call","rail":"sandbox"}`)
	before := len(w.aws.started)
	r := w.ask(w.door, "finance", "POST /v1/payout-runs/2026-03.1/pay", "")
	if r.StatusCode != 409 || !strings.Contains(r.Body, "rail_differs") || !strings.Contains(r.Body, `names the rail \"sandbox\", but payments leave here by \"file\"`) {
		t.Errorf("%d %s", r.StatusCode, r.Body)
	}
	if len(w.aws.started) != before {
		t.Errorf("started %v", w.aws.started[before:])
	}
}

// A line that is changed between the plan and its batch is not paid, and the
// state machine does not try again.
func TestTask_ALineChangedAfterThePlanEndsTheWork(t *testing.T) {
	w := approved(t, config.SandboxRail)
	w.post("POST /v1/payout-runs/2026-03.1/pay")
	err := w.execute("pay-2026-03-1", func(job task.Task) error {
		if job.Step != workflow.PayBatch.Name {
			return nil
		}
		l, err := w.core.Store.Line(w.ctx, "2026-03", "p1", "EUR")
		if err != nil {
			return err
		}
		l.Value.Payable *= 2
		b := &store.Batch{}
		b.PutLine(&l)
		return w.core.Store.Commit(w.ctx, b)
	})
	var named messages.InvokeResponse_Error
	if !errors.As(err, &named) || named.Type != workflow.ErrFinal || !strings.Contains(named.Message, "line of p1") {
		t.Errorf("got %v", err)
	}
	if r := w.ask(w.door, "finance", "POST /v1/payout-runs/2026-03.1/pay", ""); r.StatusCode != 409 || !strings.Contains(r.Body, "run_changed") {
		t.Errorf("asked again: %d %s", r.StatusCode, r.Body)
	}
	if ledger := w.must("finance", "GET /v1/partners/p1/ledger?period=2026-03", ""); strings.Contains(ledger, `"code":"payout"`) {
		t.Errorf("it was paid: %s", ledger)
	}
}
