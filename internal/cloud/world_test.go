package cloud_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/cloud/api"
	"github.com/fairlead/fairlead/internal/cloud/gateway"
	"github.com/fairlead/fairlead/internal/cloud/machine"
	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/cloud/wiring"
	"github.com/fairlead/fairlead/internal/config"
	"github.com/fairlead/fairlead/internal/httpapi"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/wire"
)

// amazon stands for the services of AWS at the level of HTTP: what the clients
// of the SDK really send and read.
type amazon struct {
	mu         sync.Mutex
	objects    map[string][]byte
	puts       map[string]int
	messages   []string
	events     []map[string]any
	executions map[string]string // name -> status
	started    []string
	began      int64 // start of every execution, in seconds since 1970
	secret     string
	calls      map[string]int
	answer     func(call string) (status int, body string) // status 0: as usual; -1: the connection breaks
}

func newAmazon() *amazon {
	return &amazon{objects: map[string][]byte{}, puts: map[string]int{}, executions: map[string]string{}, calls: map[string]int{},
		secret: `{"standard":["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]}`}
}

// Do implements aws.HTTPClient.
func (a *amazon) Do(r *http.Request) (*http.Response, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	call := r.Header.Get("X-Amz-Target")
	if call == "" {
		call = r.Method + " S3"
	}
	_, call, _ = strings.Cut("."+call, ".")
	if _, after, ok := strings.Cut(call, "."); ok {
		call = after
	}
	a.calls[call]++
	if a.answer != nil {
		if status, text := a.answer(call); status == -1 {
			return nil, errors.New("connection reset by peer")
		} else if status != 0 {
			return reply(status, text), nil
		}
	}
	if strings.HasSuffix(call, "S3") {
		return a.bucket(r, body), nil
	}
	return a.json(call, body), nil
}

func reply(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: io.NopCloser(strings.NewReader(body))}
}

func (a *amazon) bucket(r *http.Request, body []byte) *http.Response {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if want := map[bool]string{true: "statements-bucket", false: "batches-bucket"}[strings.HasPrefix(key, "statements/")]; bucket != want {
		return reply(403, `<Error><Code>AccessDenied</Code></Error>`) // as the role of the function has it
	}
	if r.Method == http.MethodGet {
		if a.objects[key] == nil {
			return reply(404, `<Error><Code>NoSuchKey</Code></Error>`)
		}
		return reply(200, string(a.objects[key]))
	}
	if bucket == "statements-bucket" && !checksummed(r.Header) {
		return reply(400, `<Error><Code>InvalidRequest</Code><Message>Content-MD5 OR x-amz-checksum- HTTP header `+
			`is required for Put Object requests with Object Lock parameters</Message></Error>`) // its objects are locked by default
	}
	sum := sha256.Sum256(body)
	if given := r.Header.Get("X-Amz-Checksum-Sha256"); given != "" && given != base64.StdEncoding.EncodeToString(sum[:]) {
		return reply(400, `<Error><Code>BadDigest</Code></Error>`)
	}
	if r.Header.Get("If-None-Match") == "*" && a.objects[key] != nil {
		return reply(412, `<Error><Code>PreconditionFailed</Code></Error>`)
	}
	a.objects[key] = body
	a.puts[key]++
	return reply(200, "")
}

// checksummed reports whether a put says what its bytes add up to, in a header or
// in a trailer that a header announces.
func checksummed(h http.Header) bool {
	for name := range h {
		if strings.HasPrefix(name, "X-Amz-Checksum-") || name == "Content-Md5" {
			return true
		}
	}
	return strings.HasPrefix(h.Get("X-Amz-Trailer"), "x-amz-checksum-")
}

func (a *amazon) json(call string, body []byte) *http.Response {
	var in map[string]any
	_ = json.Unmarshal(body, &in)
	switch call {
	case "SendMessage":
		a.messages = append(a.messages, in["MessageBody"].(string))
		return reply(200, `{"MessageId":"m"}`)
	case "GetSecretValue":
		return reply(200, fmt.Sprintf(`{"SecretString":%q}`, a.secret))
	case "PutEvents":
		var out []string
		for _, e := range in["Entries"].([]any) {
			a.events = append(a.events, e.(map[string]any))
			out = append(out, `{"EventId":"e"}`)
		}
		return reply(200, `{"FailedEntryCount":0,"Entries":[`+strings.Join(out, ",")+`]}`)
	case "DescribeExecution":
		arn := in["executionArn"].(string)
		name := arn[strings.LastIndexByte(arn, ':')+1:]
		if a.executions[name] == "" {
			return reply(400, `{"__type":"ExecutionDoesNotExist","message":"x"}`)
		}
		return reply(200, fmt.Sprintf(`{"executionArn":%q,"stateMachineArn":"x","startDate":1,"status":%q}`, arn, a.executions[name]))
	case "ListExecutions":
		var out []string
		for name, status := range a.executions {
			if status == in["statusFilter"] {
				out = append(out, fmt.Sprintf(`{"name":%q,"startDate":%d}`, name, a.began))
			}
		}
		return reply(200, `{"executions":[`+strings.Join(out, ",")+`]}`)
	case "StartExecution":
		name := in["name"].(string)
		if a.executions[name] != "" {
			return reply(400, `{"__type":"ExecutionAlreadyExists","message":"x"}`)
		}
		a.executions[name] = "RUNNING"
		a.started = append(a.started, in["input"].(string))
		return reply(200, `{"executionArn":"x","startDate":1}`)
	}
	return reply(400, `{"__type":"UnknownOperationException"}`)
}

// world is an installation in memory with the functions around it.
type world struct {
	t      *testing.T
	ctx    context.Context
	now    time.Time
	aws    *amazon
	app    *cloud.App
	core   wiring.Rooms
	table  table.Table
	key    *httpapi.DevKey
	door   *gateway.Door
	logged *bytes.Buffer
}

// onePen lets log and metrics of several invocations be written to one buffer.
type onePen struct{ to io.Writer }

var penMu sync.Mutex

// Write implements io.Writer.
func (p *onePen) Write(b []byte) (int, error) {
	penMu.Lock()
	defer penMu.Unlock()
	return p.to.Write(b)
}

func newWorld(t *testing.T) *world { return worldOn(t, table.NewMemory()) }

func worldOn(t *testing.T, tb table.Table) *world {
	t.Helper()
	key, err := httpapi.OpenDevKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, ctx: context.Background(), now: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC), aws: newAmazon(), key: key, table: tb, logged: &bytes.Buffer{}}
	w.app = &cloud.App{
		Config: config.Function{Stage: config.LocalStage, Rail: config.SandboxRail, LedgerTable: "ledger", StateTable: "state", QueueURL: "http://sqs.test/q", BusName: "bus", StatementBucket: "statements-bucket", BatchBucket: "batches-bucket",
			HookSecrets: "hooks", StateMachine: "arn:aws:states:eu-central-1:1:stateMachine:payout", DevKeys: string(key.PublicSet())},
		AWS: aws.Config{Region: "eu-central-1", HTTPClient: w.aws, BaseEndpoint: aws.String("http://aws.test"), RetryMaxAttempts: 1,
			Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")},
		Clock: func() time.Time { return w.now }, Log: cloud.NewLog(&onePen{to: w.logged}),
		Metrics: metrics.NewWriter(&onePen{to: w.logged}, config.LocalStage, "test"),
	}
	w.core = wiring.On(w.app, tb)
	w.door = w.api(w.core)
	return w
}

// api is one more process of the API.
func (w *world) api(c wiring.Rooms) *gateway.Door {
	w.t.Helper()
	return cloud.Must(api.New(w.app, c, machine.New(w.app, c.UseCases), "test"))
}

// ask sends a request as somebody with a role.
func (w *world) ask(d *gateway.Door, role, call, body string, headers ...string) events.APIGatewayProxyResponse {
	w.t.Helper()
	a := wire.Actor{User: "the " + role, Roles: []string{role}}
	if role == wire.RolePartner {
		a.Partner = "p2"
	}
	token := cloud.Must(w.key.Mint(a, w.now, time.Hour))
	method, path, _ := strings.Cut(call, " ")
	e := events.APIGatewayProxyRequest{HTTPMethod: method, Path: path, Body: body, MultiValueHeaders: map[string][]string{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}}}
	for i := 0; i+1 < len(headers); i += 2 {
		e.MultiValueHeaders[headers[i]] = []string{headers[i+1]}
	}
	if p, q, ok := strings.Cut(path, "?"); ok {
		e.Path = p
		e.MultiValueQueryStringParameters = map[string][]string{}
		for pair := range strings.SplitSeq(q, "&") {
			k, v, _ := strings.Cut(pair, "=")
			e.MultiValueQueryStringParameters[k] = []string{v}
		}
	}
	return w.send(d, e)
}

// send hands an event to a door as Lambda does, and reads what it would send on.
func (w *world) send(d *gateway.Door, e events.APIGatewayProxyRequest) (r events.APIGatewayProxyResponse) {
	w.t.Helper()
	e.RequestContext.AccountID = "111111111111"
	answer, err := d.Invoke(w.ctx, cloud.Must(json.Marshal(e)))
	if err != nil {
		w.t.Fatal(err)
	}
	if err := json.Unmarshal(answer, &r); err != nil {
		w.t.Fatal(err)
	}
	return r
}

// must sends a request that succeeds.
func (w *world) must(role, call, body string, headers ...string) string {
	w.t.Helper()
	r := w.ask(w.door, role, call, body, headers...)
	if r.StatusCode >= 300 {
		w.t.Fatalf("%s as %s: %d %s", call, role, r.StatusCode, r.Body)
	}
	return r.Body
}

const worldPolicy = `{"id": "world", "effectiveFrom": "2026-01-01", "currency": "EUR",
  "value": {"horizonMonths": 36, "annualDiscountRate": "0.12", "marginRate": "0.30", "prior": {"default": "900.00"}},
  "tiers": [{"name": "focal", "minValue": "50000.00", "channel": "sales_force"}, {"name": "base", "minValue": "0.00", "channel": "partner"}],
  "examples": [{"name": "a so-so customer goes to a partner", "given": {"customer": {"declaredValue": "7000.00"}}, "expect": {"outcome": "partner"}}]}`

const worldPlan = `{"id": "standard", "effectiveFrom": "2026-01-01", "currency": "EUR",
  "components": [{"type": "commission", "name": "commission", "tiers": [{"from": "0.00", "rate": "0.05"}]}], "examples": []}`

// settle fills the world: documents, two partners, a pod, a routed customer.
func (w *world) settle() *world {
	w.t.Helper()
	w.must("manager", "POST /v1/policies", worldPolicy)
	w.must("manager", "POST /v1/plans", worldPlan)
	w.must("manager", "PUT /v1/partners/p1", `{"name":"One","currency":"EUR","regions":["DE"]}`)
	w.must("manager", "PUT /v1/partners/p2", `{"name":"Two","currency":"EUR","regions":["FR"]}`)
	w.must("manager", "PUT /v1/partners/p1/plan", `{"plan":"standard","from":"2026-03-01"}`)
	w.must("manager", "PUT /v1/pods/north", `{"name":"North"}`)
	w.must("manager", "PUT /v1/programme", `{"id":"acme","name":"Acme","timeZone":"UTC","reportingCurrency":"EUR","routeOn":"call"}`)
	w.must("crm", "PUT /v1/customers/c1", `{"region":"DE","declaredValue":"7000.00","currency":"EUR"}`)
	w.must("crm", "POST /v1/customers/c1/route", "")
	return w
}

// order is a fact as a CloudEvent.
func order(id, customer, at, amount string) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":"e-%s","source":"shop","type":"order.completed","time":%q,"data":{"orderId":%q,"customerId":%q,"amount":%q,"currency":"EUR"}}`, id, at, id, customer, amount)
}
