// Package cloud is Fairlead on AWS: one type per function, which turns what its
// trigger sends into calls of service, payrun and httpapi, and the clients of
// queue, bucket, bus, secrets and state machine. It owns the shapes of messages,
// tasks and batches that only AWS knows; it owns no rule and no key of the store.
//
// In the statement bucket it writes statements/PERIOD/PARTNER.{json,html,csv} and,
// for the state machine, runs/NAME/*.json.
package cloud

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/config"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/payrun"
	"github.com/fairlead/fairlead/internal/service"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/table/dynamo"
)

// callTimeout bounds one call of a service of AWS, retries not included.
const callTimeout = 10 * time.Second

// App is what every function has: its settings, its account, a clock, a log and
// its metrics. It sends nothing until a request needs it.
type App struct {
	Config  config.Function
	AWS     aws.Config
	Clock   func() time.Time
	Log     *slog.Logger
	Metrics *metrics.Writer
}

// Load makes the App of a function from the environment; out is where log and
// metrics go. It fails if one of the variables that the function needs is not
// set: better at deployment than at the first request.
func Load(function string, clock func() time.Time, out io.Writer, needs ...string) (*App, error) {
	if err := config.Need(needs...); err != nil {
		return nil, fmt.Errorf("function %s: %w", function, err)
	}
	c, err := config.ReadFunction()
	if err != nil {
		return nil, fmt.Errorf("function %s: %w", function, err)
	}
	return &App{
		Config: c, AWS: account(c.Account), Clock: clock,
		Log:     slog.New(requestHandler{slog.NewJSONHandler(out, nil)}).With("function", function, "stage", c.Stage),
		Metrics: metrics.NewWriter(out, c.Stage, function),
	}, nil
}

// Must is Load's answer in a main, where there is nobody to tell but the log.
func Must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func account(a config.Account) aws.Config {
	c := aws.Config{Region: a.Region, HTTPClient: awshttp.NewBuildableClient().WithTimeout(callTimeout)}
	c.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: a.Key, SecretAccessKey: a.Secret, SessionToken: a.Session, Source: "environment"}, nil
	})
	if a.Endpoint != "" {
		c.BaseEndpoint = aws.String(a.Endpoint)
	}
	return c
}

// Core is the use cases on a table.
type Core struct {
	Store   *store.Store
	Service *service.Service
	Payrun  *payrun.Payrun
}

// Core wires the use cases on DynamoDB.
func (a *App) Core() Core {
	return a.CoreOn(dynamo.New(dynamo.Options{Config: a.AWS, Ledger: a.Config.LedgerTable, State: a.Config.StateTable, Clock: a.Clock}))
}

// CoreOn wires the use cases on any table. A lease of nothing means that the
// control block is loaded for every use: here, unlike in the embedded service,
// there are always other writers.
func (a *App) CoreOn(t table.Table) Core {
	lease := a.Config.Lease
	if lease == 0 {
		lease = -1
	}
	kept := store.New(t, store.Options{Lease: lease, Write: a.Config.Write, Grace: a.Config.Grace, Jitter: rand.Float64})
	return Core{
		Store:   kept,
		Service: service.New(service.Config{Store: kept, Clock: a.Clock, Log: a.Log}),
		Payrun:  payrun.New(payrun.Config{Store: kept, Clock: a.Clock}),
	}
}

// measured runs one invocation: how long it took and what it counted become
// metrics, whatever happens. A panic is logged with its cause and goes on: the
// process ends and Lambda starts a new one.
func (a *App) measured(ctx context.Context, work func(metrics.Counts) error) (err error) {
	began, counts := a.Clock(), metrics.Counts{metrics.Failures: 0}
	defer func() {
		p := recover()
		if p != nil {
			a.Log.ErrorContext(ctx, "panic", "cause", fmt.Sprint(p), "stack", string(debug.Stack()))
		}
		if (err != nil || p != nil) && counts[metrics.Failures] == 0 {
			counts[metrics.Failures] = 1
		}
		end := a.Clock()
		counts[metrics.Latency] = end.Sub(began).Milliseconds()
		if failed := a.Metrics.Emit(end, counts); failed != nil {
			a.Log.ErrorContext(ctx, "metrics", "cause", failed.Error())
		}
		if p != nil {
			panic(p)
		}
	}()
	return work(counts)
}

// failed logs why something is to be sent again.
func (a *App) failed(ctx context.Context, what string, err error, attrs ...any) {
	f := fault.Of(err)
	cause := err.Error()
	if f.Err != nil {
		cause = f.Error() + ": " + f.Err.Error()
	}
	a.Log.ErrorContext(ctx, what, append(attrs, "slug", f.Slug, "cause", cause)...)
}

// requestHandler adds the id of Lambda's request to every line.
type requestHandler struct{ slog.Handler }

// Handle implements slog.Handler.
func (h requestHandler) Handle(ctx context.Context, r slog.Record) error {
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		r.AddAttrs(slog.String("awsRequest", lc.AwsRequestID))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h requestHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return requestHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h requestHandler) WithGroup(name string) slog.Handler {
	return requestHandler{h.Handler.WithGroup(name)}
}

// client is for the few calls that no SDK makes.
func client() *http.Client { return &http.Client{Timeout: callTimeout} }
