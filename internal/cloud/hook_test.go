package cloud_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/cloud/gateway"
	"github.com/fairlead/fairlead/internal/cloud/hook"
	"github.com/fairlead/fairlead/internal/cloud/machine"
	"github.com/fairlead/fairlead/internal/cloud/sweep"
	"github.com/fairlead/fairlead/internal/cloud/wiring"
	"github.com/fairlead/fairlead/internal/cloud/worker"
	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/table/dynamo"
)

// webhook is a signed request to the hook.
func (w *world) webhook(body string, at time.Time) events.APIGatewayProxyRequest {
	w.t.Helper()
	hook := cloud.Must(standardwebhooks.NewWebhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
	signature := cloud.Must(hook.Sign("msg_1", at, []byte(body)))
	return events.APIGatewayProxyRequest{HTTPMethod: "POST", Path: "/v1/hooks/standard", Body: body, MultiValueHeaders: map[string][]string{
		"webhook-id": {"msg_1"}, "webhook-timestamp": {strconv.FormatInt(at.Unix(), 10)}, "webhook-signature": {signature}, "content-type": {"application/cloudevents+json"}}}
}

func (w *world) hooked(d *gateway.Door, e events.APIGatewayProxyRequest, want int) {
	w.t.Helper()
	if r := w.send(d, e); r.StatusCode != want {
		w.t.Fatalf("%d %s; want %d", r.StatusCode, r.Body, want)
	}
}

// batch is a delivery of the queue.
func batch(bodies ...string) events.SQSEvent {
	var e events.SQSEvent
	for i, b := range bodies {
		e.Records = append(e.Records, events.SQSMessage{MessageId: "m" + strconv.Itoa(i), Body: b})
	}
	return e
}

func (w *world) deliver(worker *worker.Worker, bodies ...string) []events.SQSBatchItemFailure {
	w.t.Helper()
	out, err := worker.Handle(w.ctx, batch(bodies...))
	if err != nil {
		w.t.Fatal(err)
	}
	return out.BatchItemFailures
}

// outcome is what became of a fact, as the API tells it.
func (w *world) outcome(id string) string {
	w.t.Helper()
	var o struct{ Outcome string }
	_ = json.Unmarshal([]byte(w.ask(w.door, "crm", "GET /v1/facts/shop/e-"+id, "").Body), &o)
	return o.Outcome
}

func TestWebhook_GoesThroughTheQueueAndBecomesAFact(t *testing.T) {
	w := newWorld(t).settle()
	gate := hook.New(w.app, source.KnownSenders(), hook.NewSecrets(w.app), hook.NewQueue(w.app))
	w.hooked(gate, w.webhook(order("o1", "c1", "2026-03-02T11:00:00Z", "100.00"), w.now), 202)
	if w.outcome("o1") != "" || len(w.aws.messages) != 1 {
		t.Fatal("applied before it was queued, or not queued")
	}
	if failed := w.deliver(worker.New(w.app, source.KnownSenders(), w.core), w.aws.messages...); failed != nil || w.outcome("o1") != "applied" {
		t.Errorf("failed %v, outcome %q\n%s", failed, w.outcome("o1"), w.logged)
	}
	if log := w.logged.String(); strings.Contains(log, `"c1"`) || strings.Contains(log, "the crm") {
		t.Errorf("the log names people: %s", log)
	}
}

func TestWebhook_DeliveredTwiceOrAfterADay_CountsOnce(t *testing.T) {
	w := newWorld(t).settle()
	gate := hook.New(w.app, source.KnownSenders(), hook.NewSecrets(w.app), hook.NewQueue(w.app))
	for range 2 { // the sender sends it twice
		w.hooked(gate, w.webhook(order("o1", "c1", "2026-03-02T11:00:00Z", "100.00"), w.now), 202)
	}
	if failed := w.deliver(worker.New(w.app, source.KnownSenders(), w.core), w.aws.messages...); failed != nil {
		t.Fatal(failed)
	}
	before := w.must("crm", "GET /v1/customers/c1", "")
	w.now = w.now.Add(24 * time.Hour) // and the queue once more, a day later, to another process
	if failed := w.deliver(worker.New(w.app, source.KnownSenders(), wiring.On(w.app, w.table)), w.aws.messages[0]); failed != nil {
		t.Fatal(failed)
	}
	if after := w.must("crm", "GET /v1/customers/c1", ""); after != before || strings.Count(after, `"kind":"order"`) != 1 {
		t.Errorf("counted again:\n%s\n%s", before, after)
	}
}

func TestHook_RefusesWhatIsNotSignedAndQueuesNothing(t *testing.T) {
	w := newWorld(t)
	gate := hook.New(w.app, source.KnownSenders(), hook.NewSecrets(w.app), hook.NewQueue(w.app))
	body := order("o1", "c1", "2026-03-02T11:00:00Z", "100.00")
	forged := w.webhook(body, w.now)
	forged.Body += " "
	w.hooked(gate, forged, 401)
	w.hooked(gate, w.webhook(body, w.now.Add(-301*time.Second)), 401)
	w.hooked(gate, w.webhook(`{"not":"json`, w.now), 400)
	large := w.webhook(strings.Repeat("x", 121<<10), w.now)
	w.hooked(gate, large, 413)
	other := w.webhook(body, w.now)
	other.Path = "/v1/hooks/elsewhere"
	w.hooked(gate, other, 404)
	if len(w.aws.messages) != 0 || !strings.Contains(w.logged.String(), `"Refused":1`) {
		t.Errorf("queued %d\n%s", len(w.aws.messages), w.logged)
	}
}

func TestHook_SaysSendItAgainWhereTheQueueOrTheSecretsDoNotAnswer(t *testing.T) {
	w := newWorld(t)
	secrets := hook.NewSecrets(w.app)
	gate := hook.New(w.app, source.KnownSenders(), secrets, hook.NewQueue(w.app))
	e := w.webhook(order("o1", "c1", "2026-03-02T11:00:00Z", "100.00"), w.now)
	for _, down := range []string{"GetSecretValue", "SendMessage"} {
		w.aws.answer = func(call string) (int, string) {
			if call == down {
				return -1, ""
			}
			return 0, ""
		}
		w.hooked(gate, e, 503)
	}
	w.aws.answer = nil
	w.hooked(gate, e, 202)
	// Known secrets outlive an outage of their store.
	w.now = w.now.Add(6 * time.Minute)
	w.aws.answer = func(call string) (int, string) {
		if call == "GetSecretValue" {
			return -1, ""
		}
		return 0, ""
	}
	w.hooked(gate, w.webhook(order("o2", "c1", "2026-03-02T11:00:00Z", "100.00"), w.now), 202)
}

func TestWorker_APoisonedMessageGoesBackAloneAndARejectedFactIsDone(t *testing.T) {
	w := newWorld(t).settle()
	good, _ := json.Marshal(map[string]string{"source": "standard", "id": "m", "body": order("o1", "c1", "2026-03-02T11:00:00Z", "100.00")})
	wrong, _ := json.Marshal(map[string]string{"source": "standard", "id": "m", "body": order("o2", "c1", "2026-03-02T11:00:00Z", "many")})
	failed := w.deliver(worker.New(w.app, source.KnownSenders(), w.core), "poison", string(wrong), string(good), `{"source":"standard","id":"m","body":"{","more":1}`)
	if len(failed) != 2 || failed[0].ItemIdentifier != "m0" || failed[1].ItemIdentifier != "m3" || w.outcome("o1") != "applied" {
		t.Errorf("failed %v, o1 %q", failed, w.outcome("o1"))
	}
	if log := w.logged.String(); !strings.Contains(log, `"Facts":1`) || !strings.Contains(log, `"Rejected":1`) {
		t.Errorf("%s", log)
	}
}

// TestWorker_AFactFromTheFutureIsDoneAndTakesNothing: it does not go round in the
// queue until its day comes, and the right one under its ids is no conflict.
func TestWorker_AFactFromTheFutureIsDoneAndTakesNothing(t *testing.T) {
	w := newWorld(t).settle()
	send := func(at, outcome, log string) {
		t.Helper()
		w.logged.Reset()
		message, _ := json.Marshal(map[string]string{"source": "standard", "id": "m", "body": order("o1", "c1", at, "100.00")})
		failed := w.deliver(worker.New(w.app, source.KnownSenders(), w.core), string(message))
		if failed != nil || w.outcome("o1") != outcome || !strings.Contains(w.logged.String(), log) {
			t.Errorf("%s: failed %v, outcome %q\n%s", at, failed, w.outcome("o1"), w.logged)
		}
	}
	send("2062-03-02T11:00:00Z", "", `"Rejected":1`)
	send("2026-03-02T11:00:00Z", "applied", `"Facts":1`)
}

func TestWorker_WithoutItsTableGivesEverythingBack(t *testing.T) {
	w := newWorld(t)
	w.aws.answer = func(string) (int, string) {
		return 400, `{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"x"}`
	}
	gone := wiring.On(w.app, dynamo.New(dynamo.Options{Config: w.app.AWS, Ledger: "ledger", State: "state", Clock: w.app.Clock}))
	good, _ := json.Marshal(map[string]string{"source": "standard", "id": "m", "body": order("o1", "c1", "2026-03-02T11:00:00Z", "100.00")})
	if failed := w.deliver(worker.New(w.app, source.KnownSenders(), gone), string(good), string(good)); len(failed) != 2 {
		t.Errorf("failed %v", failed)
	}
	if !strings.Contains(w.logged.String(), "table_missing") {
		t.Errorf("the operator is not told: %s", w.logged)
	}
	if r := w.ask(w.api(gone), "crm", "GET /v1/customers/c1", ""); r.StatusCode != 503 || strings.Contains(r.Body, "ResourceNotFound") {
		t.Errorf("the caller is told %d %s", r.StatusCode, r.Body)
	}
	if err := sweep.New(w.app, gone, machine.New(w.app, gone.UseCases)).Handle(w.ctx, sweep.Event{}); err == nil {
		t.Error("a sweep of nothing succeeded")
	}
}
