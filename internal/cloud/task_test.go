package cloud_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/fairlead/fairlead/internal/announce"
	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/cloud/stream"
	"github.com/fairlead/fairlead/internal/cloud/task"
	"github.com/fairlead/fairlead/internal/cloud/wiring"
	"github.com/fairlead/fairlead/internal/paying"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/workflow"
)

// execute runs the latest started execution as the state machine would: plan,
// wait, maps, end. before is asked before each task, and may make it fail.
func (w *world) execute(name string, before func(task.Task) error) error {
	w.t.Helper()
	var s workflow.Start
	if err := json.Unmarshal([]byte(w.aws.started[len(w.aws.started)-1]), &s); err != nil {
		w.t.Fatal(err)
	}
	p := task.New(w.app, wiring.On(w.app, w.table), task.NewFiles(w.app)) // another process than the API
	run := func(t task.Task) (workflow.Planned, error) {
		if before != nil {
			if err := before(t); err != nil {
				return workflow.Planned{}, err
			}
		}
		input, _ := json.Marshal(t)
		var again task.Task
		_ = json.Unmarshal(input, &again)
		answer, err := p.Handle(w.ctx, again)
		planned, _ := answer.(workflow.Planned)
		return planned, err
	}
	all := func(key string) error {
		var tasks []task.Task
		if err := json.Unmarshal(w.aws.objects[key], &tasks); err != nil {
			w.t.Fatalf("%s: %v", key, err)
		}
		for _, t := range tasks {
			if _, err := run(t); err != nil {
				return err
			}
		}
		return nil
	}
	base := task.Task{Name: s.Name, Period: "", Run: s.Run, User: s.User}
	steps := func() error {
		if s.Work == workflow.Pay {
			base.Step = workflow.PlanPay.Name
			plan, err := run(base)
			if err != nil || plan.Done {
				return err
			}
			base.Step = workflow.Settle.Name
			if err := all(plan.Lines); err != nil {
				return err
			}
			_, err = run(base)
			return err
		}
		base.Step, base.Period = workflow.PlanClose.Name, "2026-03"
		plan, err := run(base)
		if err != nil {
			return err
		}
		if !plan.Done {
			for _, list := range []string{plan.Close, plan.Walk, plan.Verify} {
				if err := all(list); err != nil {
					return err
				}
			}
			base.Step = workflow.FinishClose.Name
			if _, err := run(base); err != nil {
				return err
			}
		}
		return all(plan.Statements)
	}
	err := steps()
	w.aws.executions[name] = map[bool]string{true: "SUCCEEDED", false: "FAILED"}[err == nil]
	return err
}

// month lets March pass with an order.
func (w *world) month() *world {
	w.t.Helper()
	w.now = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	w.must("crm", "POST /v1/facts", order("o1", "c1", "2026-03-10T10:00:00Z", "1000.00"))
	w.now = time.Date(2026, 4, 20, 9, 0, 0, 0, time.UTC)
	return w
}

// post asks for work and says what the status and the work field were.
func (w *world) post(call string) (int, string) {
	w.t.Helper()
	r := w.ask(w.door, "finance", call, "")
	var body struct{ Work, State string }
	_ = json.Unmarshal([]byte(r.Body), &body)
	return r.StatusCode, body.State + " " + body.Work
}

func TestMonth_ClosedAndPaidByTheStateMachine_StartedTwiceAndResumed_IsPaidOnce(t *testing.T) {
	w := newWorld(t).settle().month()
	for range 2 {
		if status, body := w.post("POST /v1/periods/2026-03/close"); status != 202 || body != "open running" {
			t.Fatalf("%d %s", status, body)
		}
	}
	if len(w.aws.started) != 1 {
		t.Fatalf("started %v", w.aws.started)
	}
	broken := errors.New("killed")
	err := w.execute("close-2026-03", func(t task.Task) error {
		if t.Step == workflow.VerifyBatch.Name {
			return broken
		}
		return nil
	})
	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if r := w.must("finance", "GET /v1/periods/2026-03", ""); !strings.Contains(r, `"work":"failed"`) || !strings.Contains(r, `"state":"closing"`) {
		t.Errorf("%s", r)
	}
	if status, body := w.post("POST /v1/periods/2026-03/close"); status != 202 || body != "closing running" || w.aws.executions["close-2026-03-r2"] != "RUNNING" {
		t.Fatalf("%d %s %v", status, body, w.aws.executions)
	}
	if err := w.execute("close-2026-03-r2", nil); err != nil {
		t.Fatal(err)
	}
	if status, body := w.post("POST /v1/periods/2026-03/close"); status != 200 || body != "closed done" || len(w.aws.started) != 2 {
		t.Errorf("a close of a closed period: %d %s", status, body)
	}
	for _, suffix := range []string{"json", "html", "csv"} {
		if w.aws.puts["statements/2026-03/p1."+suffix] != 1 {
			t.Errorf("p1.%s was put %d times", suffix, w.aws.puts["statements/2026-03/p1."+suffix])
		}
	}
	w.pay(t)
}

func (w *world) pay(t *testing.T) {
	t.Helper()
	w.must("finance", "POST /v1/payout-runs", `{"period":"2026-03"}`)
	if r := w.ask(w.door, "finance", "POST /v1/payout-runs/2026-03/pay", ""); r.StatusCode != 409 || len(w.aws.started) != 2 {
		t.Fatalf("paid without approval: %d %s", r.StatusCode, r.Body)
	}
	a := wiring.On(w.app, w.table)
	if _, err := a.Runs.Approve(w.ctx, paying.ApproveRequest{Run: "2026-03", User: "somebody else"}); err != nil {
		t.Fatal(err)
	}
	if status, body := w.post("POST /v1/payout-runs/2026-03/pay"); status != 202 || body != "approved running" {
		t.Fatalf("%d %s", status, body)
	}
	if err := w.execute("pay-2026-03-1", func(t task.Task) error {
		if t.Step == workflow.Settle.Name {
			return errors.New("killed")
		}
		return nil
	}); err == nil {
		t.Fatal("nothing was killed")
	}
	if status, body := w.post("POST /v1/payout-runs/2026-03.1/pay"); status != 202 || body != "paying running" {
		t.Fatalf("%d %s", status, body)
	}
	if err := w.execute("pay-2026-03-1-r2", nil); err != nil {
		t.Fatal(err)
	}
	if status, body := w.post("POST /v1/payout-runs/2026-03/pay"); status != 200 || !strings.HasPrefix(body, "settled") {
		t.Errorf("%d %s", status, body)
	}
	ledger := w.must("finance", "GET /v1/partners/p1/ledger?period=2026-03", "")
	if strings.Count(ledger, `"code":"payout"`) != 1 || !strings.Contains(ledger, `"amount":"50.00"`) {
		t.Errorf("ledger %s", ledger)
	}
}

func TestTask_KilledAfterItsWrite_IsRepeatedWithoutDoingItTwice(t *testing.T) {
	// Every task runs twice: the first answer is lost with its process.
	w := newWorld(t).settle().month()
	w.post("POST /v1/periods/2026-03/close")
	twice := func(job task.Task) error {
		_, err := task.New(w.app, wiring.On(w.app, w.table), task.NewFiles(w.app)).Handle(w.ctx, job)
		return err
	}
	if err := w.execute("close-2026-03", twice); err != nil {
		t.Fatal(err)
	}
	if r := w.must("finance", "GET /v1/periods/2026-03", ""); !strings.Contains(r, `"state":"closed"`) || !strings.Contains(r, `"earned":"50.00"`) {
		t.Errorf("%s", r)
	}
}

func TestClose_ThatMayNotBegin_IsRefusedBeforeAnythingStarts(t *testing.T) {
	w := newWorld(t).settle()
	if r := w.ask(w.door, "finance", "POST /v1/periods/2026-03/close", ""); r.StatusCode != 409 || !strings.Contains(r.Body, "period_not_over") || len(w.aws.started) != 0 {
		t.Errorf("%d %s", r.StatusCode, r.Body)
	}
	w.aws.answer = func(string) (int, string) { return -1, "" }
	w.now = time.Date(2026, 4, 20, 9, 0, 0, 0, time.UTC)
	if r := w.ask(w.door, "finance", "POST /v1/periods/2026-03/close", ""); r.StatusCode != 503 {
		t.Errorf("without the state machine: %d %s", r.StatusCode, r.Body)
	}
}

func TestTask_ErrorsTellTheStateMachineWhetherToTryAgain(t *testing.T) {
	w := newWorld(t).settle()
	p := task.New(w.app, w.core, task.NewFiles(w.app))
	for step, want := range map[string]string{workflow.PlanClose.Name: workflow.ErrFinal, workflow.FinishClose.Name: workflow.ErrAgain, "nonsense": workflow.ErrFinal} {
		_, err := p.Handle(w.ctx, task.Task{Step: step, Name: "close-2026-03", Period: "2026-03"}) // not over; no walk in the bucket
		var named messages.InvokeResponse_Error
		if !errors.As(err, &named) || named.Type != want {
			t.Errorf("%s: %v, want %s", step, err, want)
		}
	}
}

// records are what the stream of the ledger says about everything in a customer.
func (w *world) records(pk string) events.DynamoDBEvent {
	w.t.Helper()
	page := cloud.Must(w.table.Query(w.ctx, table.Range{Table: table.Ledger, PK: pk}))
	var e events.DynamoDBEvent
	for i, it := range page.Items {
		e.Records = append(e.Records, events.DynamoDBEventRecord{EventName: "INSERT", Change: events.DynamoDBStreamRecord{SequenceNumber: string(rune('a' + i)),
			Keys:     map[string]events.DynamoDBAttributeValue{"pk": events.NewStringAttribute(it.PK), "sk": events.NewStringAttribute(it.SK)},
			NewImage: map[string]events.DynamoDBAttributeValue{"b": events.NewBinaryAttribute(it.Body)}}})
	}
	return e
}

func TestStream_ARecordReplayedIsToldUnderTheSameId(t *testing.T) {
	w := newWorld(t).settle().month()
	s := stream.New(w.app, w.core, stream.NewBus(w.app))
	for range 2 {
		if out, err := s.Handle(w.ctx, w.records("C#c1")); err != nil || out.BatchItemFailures != nil {
			t.Fatalf("%v %v", out, err)
		}
	}
	if len(w.aws.events) != 2 || w.aws.events[0]["DetailType"] != announce.DecisionMade || w.aws.events[0]["Detail"] != w.aws.events[1]["Detail"] {
		t.Errorf("%v", w.aws.events)
	}
	if log := w.logged.String(); !strings.Contains(log, `"Decisions":1`) || strings.Contains(log, `"Strays":1`) {
		t.Errorf("%s", log)
	}
}

func TestStream_AnItemOfAnotherHandHoldsUpNobody(t *testing.T) {
	w := newWorld(t).settle()
	e := w.records("C#c1")
	foreign := events.DynamoDBEventRecord{EventName: "INSERT", Change: events.DynamoDBStreamRecord{SequenceNumber: "0",
		Keys: map[string]events.DynamoDBAttributeValue{"pk": events.NewStringAttribute("C#c1"), "sk": events.NewStringAttribute("D#0000")}}}
	e.Records = append([]events.DynamoDBEventRecord{foreign}, e.Records...)
	out, err := stream.New(w.app, w.core, stream.NewBus(w.app)).Handle(w.ctx, e)
	if err != nil || out.BatchItemFailures != nil || len(w.aws.events) != 1 || !strings.Contains(w.logged.String(), `"Failures":1`) {
		t.Errorf("%+v %v %v", out, err, w.aws.events)
	}
}

func TestStream_WhatTheBusDidNotTakeComesAgain(t *testing.T) {
	w := newWorld(t).settle()
	e := w.records("C#c1")
	w.aws.answer = func(string) (int, string) {
		return 200, `{"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure"}]}`
	}
	out, err := stream.New(w.app, w.core, stream.NewBus(w.app)).Handle(w.ctx, e)
	if err != nil || len(out.BatchItemFailures) != 1 || out.BatchItemFailures[0].ItemIdentifier != "a" {
		t.Errorf("%+v %v", out, err)
	}
}

func TestStream_FindsWhatSlippedIntoAClosedMonthAndNothingElse(t *testing.T) {
	w := newWorld(t).settle().month()
	s := stream.New(w.app, w.core, stream.NewBus(w.app))
	w.post("POST /v1/periods/2026-03/close")
	if err := w.execute("close-2026-03", nil); err != nil {
		t.Fatal(err)
	}
	late := w.records("C#c1") // as a replay of the stream would have it, after the closing
	if _, err := s.Handle(w.ctx, late); err != nil || strings.Contains(w.logged.String(), `"Strays":1`) {
		t.Fatalf("%v: a sealed entry was called a stray: %s", err, w.logged)
	}
	body := []byte(`{"amount":100,"currency":"EUR","event":"x","occurred":"2026-03-15T00:00:00Z","source":"shop"}`)
	key := table.Key{Table: table.Ledger, PK: "C#c1", SK: "F#2026-03#o#stray"}
	if _, err := w.table.Transact(w.ctx, table.Tx{Ops: []table.Op{{Kind: table.Put, Key: key, Body: body, If: table.Cond{Kind: table.Absent}}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Handle(w.ctx, w.records("C#c1")); err != nil || !strings.Contains(w.logged.String(), `"Strays":1`) {
		t.Errorf("%v: the stray was not seen", err)
	}
}

func TestAPI_KilledAfterItsWrite_AnswersTheRepeatWithWhatWasDecided(t *testing.T) {
	inner := table.NewMemory()
	w := worldOn(t, inner).settle()
	w.must("crm", "PUT /v1/customers/c9", `{"region":"DE","declaredValue":"7000.00","currency":"EUR"}`)
	first := w.ask(w.door, "crm", "POST /v1/customers/c9/route", "", "Idempotency-Key", "k")
	again := w.ask(w.api(wiring.On(w.app, inner)), "crm", "POST /v1/customers/c9/route", "", "Idempotency-Key", "k")
	if first.Body != again.Body || again.MultiValueHeaders["Idempotency-Replayed"] == nil {
		t.Errorf("%s\n%s", first.Body, again.Body)
	}
}

// TestTask_DoesEveryStepOfTheWorkflowAndNoOther: what the state machine passes
// on is understood whole, and no step is unknown. That the template is the same
// workflow is a test of infra.
func TestTask_DoesEveryStepOfTheWorkflowAndNoOther(t *testing.T) {
	w := newWorld(t).settle()
	p := task.New(w.app, w.core, task.NewFiles(w.app))
	unknown := func(job task.Task) bool {
		_, err := p.Handle(w.ctx, job)
		return err != nil && strings.Contains(err.Error(), "there is no step")
	}
	for _, step := range slices.Concat(workflow.Closing(), workflow.Paying()) {
		input := map[string]string{workflow.FieldStep: step.Name, workflow.FieldName: "close-2026-03"}
		for _, f := range step.Passes {
			input[f] = map[string]string{workflow.FieldName: "n", workflow.FieldPeriod: "2026-03", workflow.FieldRun: "2026-03.1", workflow.FieldUser: "u"}[f]
		}
		body := cloud.Must(json.Marshal(input))
		strict := json.NewDecoder(bytes.NewReader(body))
		strict.DisallowUnknownFields()
		var job task.Task
		if err := strict.Decode(&job); err != nil || !bytes.Equal(canonical(job), canonical(input)) {
			t.Errorf("%s is passed %s and understands %s: %v", step.Name, body, canonical(job), err)
		}
		if unknown(job) {
			t.Errorf("the function does not know %s", step.Name)
		}
	}
	if !unknown(task.Task{Step: "close"}) {
		t.Error("the function does a step that the workflow does not have")
	}
}

// canonical is JSON with its keys in order.
func canonical(v any) []byte {
	var out map[string]any
	_ = json.Unmarshal(cloud.Must(json.Marshal(v)), &out)
	return cloud.Must(json.Marshal(out))
}
