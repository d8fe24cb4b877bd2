package cloud_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/fairlead/fairlead/internal/cloud/hook"
	"github.com/fairlead/fairlead/internal/cloud/stream"
	"github.com/fairlead/fairlead/internal/cloud/sweep"
	"github.com/fairlead/fairlead/internal/cloud/worker"
	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
)

// erika is a person, who stands in every field that the outside fills freely;
// only ids of events and names of sources are written to logs as they came.
const erika = "erika.mustermann"

// event is a fact about her.
func event(id, kind, data string) string {
	return `{"specversion":"1.0","id":"e-` + id + `","source":"shop","type":"` + kind + `","time":"2026-03-02T11:00:00Z","data":` + data + `}`
}

var erikasFacts = []string{
	event("1", "customer.upserted", `{"customerId":"`+erika+`","region":"DE","segment":"`+erika+`","declaredValue":"7000.00","currency":"EUR","attributes":{"industry":"`+erika+`"}}`),
	event("2", "order.completed", `{"orderId":"`+erika+`","customerId":"`+erika+`","amount":"100.00","currency":"EUR","product":"`+erika+`","attributes":{"shop":"`+erika+`"}}`),
	event("3", "order.refunded", `{"refundId":"`+erika+`","orderId":"`+erika+`","amount":"1.00"}`),
	event("4", "customer.churned", `{"customerId":"`+erika+`","reason":"`+erika+`"}`),
	event("5", "order.completed", `{"orderId":"o2","customerId":"`+erika+`","amount":"`+erika+`","currency":"EUR"}`),
	event("6", "order.completed", `{"orderId":"o3","customerId":"`+erika+` <`+erika+`@example.org>","amount":"1.00","currency":"EUR"}`),
	event("7", erika, `{"`+erika+`":"`+erika+`"}`),
	event("2", "order.completed", `{"orderId":"`+erika+`","customerId":"`+erika+`","amount":"999.00","currency":"EUR"}`), // in conflict
}

// TestLogs_NameNobodyAndTheRequest sends her through every function, in ways that
// succeed, are refused and fail, and reads what they wrote: JSON, each line with
// the id of the request, and nowhere her.
func TestLogs_NameNobodyAndTheRequest(t *testing.T) {
	w := newWorld(t).settle()
	w.logged.Reset()
	w.ctx = lambdacontext.NewContext(w.ctx, &lambdacontext.LambdaContext{AwsRequestID: "request-1"})
	gate, work := hook.New(w.app, source.KnownSenders(), hook.NewSecrets(w.app), hook.NewQueue(w.app)), worker.New(w.app, source.KnownSenders(), w.core)
	for _, body := range append(erikasFacts, `{"name":"`+erika) {
		w.send(gate, w.webhook(body, w.now))
	}
	w.hooked(gate, w.webhook(`{"name":"`+erika, w.now), 400)
	w.hooked(gate, w.webhook(erikasFacts[0], w.now.Add(-time.Hour)), 401)
	w.deliver(work, append(w.aws.messages, erika, `{"source":"`+erika+`","`+erika+`":1}`, `{"source":"standard","id":"m","body":"`+erika+`"}`)...)

	for call, body := range map[string]string{
		"PUT /v1/customers/" + erika:             `{"region":"DE","declaredValue":"` + erika + `"}`,
		"PUT /v1/customers/" + erika + "2":       `{"` + erika + `":1}`,
		"GET /v1/customers/" + erika:             "",
		"POST /v1/customers/" + erika + "/route": "",
		"POST /v1/customers/nobody/route":        `{"note":"` + erika + `"}`,
		"GET /v1/decisions?customer=" + erika:    "",
		"GET /" + erika:                          "",
	} {
		w.ask(w.door, "crm", call, body, "Idempotency-Key", erika)
	}
	if err := w.sweep().Handle(w.ctx, sweep.Event{Nightly: true}); err != nil {
		t.Fatal(err)
	}
	w.damage(store.HeadKey("broken"), `{"region":"`+erika+`","`+erika+`":`) // its key is told, or nobody could mend it
	if r := w.ask(w.door, "crm", "GET /v1/customers/broken", ""); r.StatusCode != 500 || strings.Contains(r.Body, erika) {
		t.Errorf("a damaged customer: %d %s", r.StatusCode, r.Body)
	}
	if _, err := stream.New(w.app, w.core, stream.NewBus(w.app)).Handle(w.ctx, w.records("C#"+erika)); err != nil {
		t.Fatal(err)
	}
	w.now = time.Date(2026, 4, 20, 9, 0, 0, 0, time.UTC)
	w.post("POST /v1/periods/2026-03/close")
	_ = w.execute("close-2026-03", nil)
	w.readLogs(t)
}

// damage puts a body under a key of the state table that nobody can read.
func (w *world) damage(k table.Key, body string) {
	w.t.Helper()
	_, err := w.table.Transact(w.ctx, table.Tx{Ops: []table.Op{{Kind: table.Put, Key: k, Body: []byte(body)}}})
	if err != nil {
		w.t.Fatal(err)
	}
}

// readLogs holds every line to its form.
func (w *world) readLogs(t *testing.T) {
	t.Helper()
	seen := map[string]int{}
	for line := range strings.Lines(w.logged.String()) {
		var l struct {
			Msg, AwsRequest string
			AWS             json.RawMessage `json:"_aws"`
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Errorf("not JSON: %v: %s", err, line)
		}
		seen[l.Msg]++
		if l.AWS == nil && l.AwsRequest != "request-1" {
			t.Errorf("without the request: %s", line)
		}
		if lower := strings.ToLower(line); strings.Contains(lower, "erika") || strings.Contains(lower, "the crm") || strings.Contains(lower, "the finance") {
			t.Errorf("names somebody: %s", line)
		}
	}
	for _, msg := range []string{"", "request", "a fact is not taken", "a message goes back to the queue", "swept", "step"} {
		if seen[msg] == 0 {
			t.Errorf("nothing was logged as %q: %v", msg, seen)
		}
	}
}
