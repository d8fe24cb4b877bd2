package cloud_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/cloud/hook"
	"github.com/fairlead/fairlead/internal/cloud/worker"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/httpapi"
	"github.com/fairlead/fairlead/internal/source"
)

// till is a sender of another kind, whole in this file: it signs method, address,
// body and milliseconds, says in a header what a delivery is about, and sends what
// was sold as a list.
type till struct{}

const (
	tillSecret = "a till's own secret"
	tillURL    = "https://hooks.example/v1/hooks/till"
)

type tillSale struct{ Receipt, Customer, Sum, At string }

func (till) CheckSecret(secret string) error {
	if len(secret) < 16 {
		return errors.New("is shorter than 16 characters")
	}
	return nil
}

func tillSignature(d source.Delivery, secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(d.Method + d.URL + string(d.Body) + strings.Join(d.Header["X-Till-Time"], "")))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func (till) Open(d source.Delivery) (w source.Webhook, sent time.Time, err error) {
	ms, err := strconv.ParseInt(strings.Join(d.Header["X-Till-Time"], ""), 10, 64)
	if err != nil {
		return w, sent, source.Unsigned("it needs one header x-till-time")
	}
	w.ID = strings.Join(d.Header["X-Till-Id"], "")
	w.Header = map[string]string{"about": strings.Join(d.Header["X-Till-About"], "")}
	return w, time.UnixMilli(ms), nil
}

func (till) Signed(d source.Delivery, secret string) bool {
	return hmac.Equal([]byte(strings.Join(d.Header["X-Till-Signature"], "")), []byte(tillSignature(d, secret)))
}

func (till) Items(w source.Webhook) ([]source.Item, error) {
	var sales []tillSale
	if err := json.Unmarshal([]byte(w.Body), &sales); err != nil || w.Header["about"] != "sales" {
		return nil, fault.New(fault.Invalid, "invalid_json", "a till sends a list of sales")
	}
	items := make([]source.Item, len(sales))
	for i, s := range sales {
		it := &items[i]
		it.ID, it.Source = "sale-"+s.Receipt, "till"
		it.Fact.ID, it.Fact.Source, it.Fact.Type = channel.EventID(it.ID), "till", channel.OrderCompleted
		it.Fact.Time, it.Err = channel.ParseInstant("At", s.At)
		if it.Err == nil {
			raw := channel.RawOrder{OrderID: s.Receipt, CustomerID: s.Customer, Amount: s.Sum, Currency: "EUR"}
			it.Fact.Order, it.Err = raw.Parse()
		}
	}
	return items, nil
}

const tillSales = `[{"Receipt":"r1","Customer":"c1","Sum":"10.00","At":"2026-03-02T11:00:00Z"},
	{"Receipt":"r2","Customer":"c1","Sum":"many","At":"2026-03-02T11:00:00Z"},
	{"Receipt":"r3","Customer":"c1","Sum":"30.00","At":"2026-03-02T11:30:00Z"}]`

var withTill = func() source.Senders {
	all := source.KnownSenders()
	all["till"] = till{}
	return all
}()

// tillHeader signs a delivery at an instant.
func tillHeader(body, secret, about string, at time.Time) map[string][]string {
	d := source.Delivery{Method: "POST", URL: tillURL, Body: []byte(body), Header: map[string][]string{
		"X-Till-Time": {strconv.FormatInt(at.UnixMilli(), 10)}, "X-Till-Id": {"d-1"}, "X-Till-About": {about}}}
	d.Header["X-Till-Signature"] = []string{tillSignature(d, secret)}
	return d.Header
}

// sold is what became of the three sales.
func (w *world) sold() (out [3]string) {
	w.t.Helper()
	for i := range out {
		var o struct{ Outcome string }
		_ = json.Unmarshal([]byte(w.ask(w.door, "crm", "GET /v1/facts/till/sale-r"+strconv.Itoa(i+1), "").Body), &o)
		out[i] = o.Outcome
	}
	return out
}

// tillCase is a delivery and the status that it is answered with.
type tillCase struct {
	header map[string][]string
	body   string
	want   int
}

func tillCases(now time.Time) map[string]tillCase {
	unsigned := tillHeader(tillSales, tillSecret, "sales", now)
	delete(unsigned, "X-Till-Signature")
	return map[string]tillCase{
		"signed with another's secret": {tillHeader(tillSales, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "sales", now), tillSales, 401},
		"another body":                 {tillHeader(tillSales, tillSecret, "sales", now), tillSales + " ", 401},
		"not signed":                   {unsigned, tillSales, 401},
		"301 seconds old":              {tillHeader(tillSales, tillSecret, "sales", now.Add(-301*time.Second)), tillSales, 401},
		"301 seconds early":            {tillHeader(tillSales, tillSecret, "sales", now.Add(301*time.Second)), tillSales, 401},
		"about something else":         {tillHeader(tillSales, tillSecret, "stock", now), tillSales, 400},
		"signed and 300 seconds old":   {tillHeader(tillSales, tillSecret, "sales", now.Add(-300*time.Second)), tillSales, 202},
	}
}

func TestSender_ASecondOneGoesThroughHookQueueAndWorker(t *testing.T) {
	w := newWorld(t).settle()
	w.aws.secret = `{"standard":["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 7],"later":{},
		"till":["an older secret!","short","` + tillSecret + `"]}`
	gate := hook.New(w.app, withTill, hook.NewSecrets(w.app), hook.NewQueue(w.app))
	for name, c := range tillCases(w.now) {
		e := events.APIGatewayProxyRequest{HTTPMethod: "POST", Path: "/v1/hooks/till", Body: c.body, MultiValueHeaders: c.header}
		e.MultiValueHeaders["Host"], e.MultiValueHeaders["X-Forwarded-Proto"] = []string{"hooks.example"}, []string{"https"}
		if r := w.send(gate, e); r.StatusCode != c.want {
			t.Errorf("%s: %d %s", name, r.StatusCode, r.Body)
		}
	}
	w.hooked(gate, w.webhook(order("o1", "c1", "2026-03-02T11:00:00Z", "100.00"), w.now), 202) // beside a secret that is none
	if w.sold() != [3]string{} || len(w.aws.messages) != 2 {
		t.Fatalf("applied before it was queued, or not queued once: %v, %d messages", w.sold(), len(w.aws.messages))
	}
	passed := `secret 2 of the webhooks of \"till\" is shorter than 16 characters`
	if log := w.logged.String(); !strings.Contains(log, passed) || strings.Contains(log, tillSecret) {
		t.Errorf("the operator is not told which secret, or is told the secret: %s", log)
	}
	failed := w.deliver(worker.New(w.app, withTill, w.core), w.aws.messages...)
	if failed != nil || w.sold() != [3]string{"applied", "", "applied"} || w.outcome("o1") != "applied" {
		t.Errorf("failed %v, sold %v, o1 %q\n%s", failed, w.sold(), w.outcome("o1"), w.logged)
	}
	// A worker that does not know the sender yet gives the message back.
	if failed := w.deliver(worker.New(w.app, source.KnownSenders(), w.core), w.aws.messages...); len(failed) != 1 {
		t.Errorf("failed %v", failed)
	}
}

func TestSender_ASecondOneGoesThroughTheDoorOfADataFolder(t *testing.T) {
	w := newWorld(t).settle()
	secrets := hook.NewSecrets(w.app)
	w.aws.secret = `{"standard":"lost","till":["` + tillSecret + `"]}`
	h := httpapi.New(httpapi.Config{UseCases: w.core.UseCases, Store: w.core.Store,
		Clock: w.app.Clock, Log: w.app.Log, Hooks: &httpapi.Hooks{Senders: withTill, Secrets: secrets.Get}})
	for name, c := range tillCases(w.now) {
		r := httptest.NewRequest("POST", "/v1/hooks/till", strings.NewReader(c.body))
		r.Header, r.Host = c.header, "hooks.example"
		r.Header.Set("X-Forwarded-Proto", "https")
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, r)
		if answer.Code != c.want {
			t.Errorf("%s: %d %s", name, answer.Code, answer.Body)
		}
		said := answer.Body.String()
		applied, rejected := strings.Count(said, `"outcome":"applied"`), strings.Count(said, `"outcome":"rejected"`)
		if c.want == 202 && (applied != 2 || rejected != 1) {
			t.Errorf("%s: %s", name, said)
		}
	}
	if got := w.sold(); got != [3]string{"applied", "", "applied"} {
		t.Errorf("sold %v", got)
	}
}
