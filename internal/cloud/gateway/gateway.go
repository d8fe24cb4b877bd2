// Package gateway is a function behind API Gateway: what the gateway sends becomes a
// request of HTTP, measured. It writes no keys.
package gateway

import (
	"context"
	"net/http"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/lambdahttp"
)

// Door is a function behind API Gateway: the API, or the webhooks.
type Door struct {
	app     *cloud.App
	http    *lambdahttp.Adapter
	refusal bool // whether what it refuses is counted
}

// New is a door of the whole API.
func New(app *cloud.App, h http.Handler) *Door { return &Door{app: app, http: lambdahttp.New(h)} }

// Counting is a door that counts what it refuses, too: that of the webhooks,
// where nobody but the sender would hear of it.
func Counting(app *cloud.App, h http.Handler) *Door {
	return &Door{app: app, http: lambdahttp.New(h), refusal: true}
}

var _ lambda.Handler = (*Door)(nil)

// Invoke answers one request, an event of the gateway in JSON. It never fails.
func (d *Door) Invoke(ctx context.Context, event []byte) (answer []byte, err error) {
	err = d.app.Measured(ctx, func(counts metrics.Counts) error {
		var status int
		answer, status = d.http.Invoke(ctx, event)
		switch {
		case lambdahttp.Failed(status):
			counts[metrics.Failures] = 1
		case d.refusal && lambdahttp.Refused(status):
			counts[metrics.Refused] = 1
		}
		return nil
	})
	return answer, err
}
