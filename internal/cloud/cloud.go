// Package cloud is Fairlead on AWS: what every function has (App), and how its
// invocations are measured and its errors told. Below it stands one room per
// function, which turns what its trigger sends into calls of service, payrun and
// httpapi and owns the one or two clients that only this function needs, so that
// none starts with the clients of the others. It owns the shapes of messages,
// tasks and batches that only AWS knows; it owns no rule and no key of the store.
package cloud

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"

	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/config"
	"github.com/fairlead/fairlead/internal/fault"
)

// CallTimeout bounds one call of a service of AWS, retries not included.
const CallTimeout = 10 * time.Second

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
	account, err := account()
	if err != nil {
		return nil, fmt.Errorf("function %s: %w", function, err)
	}
	return &App{
		Config: c, AWS: account, Clock: clock,
		Log:     NewLog(out).With("function", function, "stage", c.Stage),
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

// account is the region, the credentials and the endpoint that the SDK finds, as
// it finds them for everybody. In a function they are in the environment, so
// nothing is asked for over a network.
func account() (aws.Config, error) {
	client := awshttp.NewBuildableClient().WithTimeout(CallTimeout)
	return awsconfig.LoadDefaultConfig(context.Background(), awsconfig.WithHTTPClient(client))
}

// Measured runs one invocation: how long it took and what it counted become
// metrics, whatever happens. A panic is logged with its cause and goes on: the
// process ends and Lambda starts a new one.
func (a *App) Measured(ctx context.Context, work func(metrics.Counts) error) (err error) {
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

// Failed logs why something is to be sent again.
func (a *App) Failed(ctx context.Context, what string, err error, attrs ...any) {
	f := fault.Of(err)
	cause := err.Error()
	if f.Err != nil {
		cause = f.Error() + ": " + f.Err.Error()
	}
	a.Log.ErrorContext(ctx, what, append(attrs, "slug", f.Slug, "cause", cause)...)
}

// Unavailable is what a caller is told when a service of AWS does not answer:
// everything of ours may be asked for again.
func Unavailable(what string, err error) error {
	return fault.New(fault.Unavailable, "unavailable", "%s does not answer; try the same request again, that is safe", what).Because(err)
}

// Code is the error code of an AWS service, "" for any other error: the one
// place besides table/dynamo that looks into errors of the SDK.
func Code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// NewLog is a log of JSON lines, each with the id of Lambda's request.
func NewLog(out io.Writer) *slog.Logger {
	return slog.New(requestHandler{slog.NewJSONHandler(out, nil)})
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
