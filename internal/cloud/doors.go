package cloud

import (
	"context"
	"errors"

	"github.com/aws/aws-lambda-go/events"

	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/httpapi"
	"github.com/fairlead/fairlead/internal/lambdahttp"
	"github.com/fairlead/fairlead/internal/payrun"
	"github.com/fairlead/fairlead/internal/store"
)

// Door is a function behind API Gateway: the API, or the webhooks.
type Door struct {
	app  *App
	http *lambdahttp.Adapter
	hook bool
}

// API is the whole API on a core. Tokens are those of the issuer, or on the
// local stage development ones.
func (a *App) API(c Core, work payrun.Starter, version string) (*Door, error) {
	issuers, err := a.issuers()
	if err != nil {
		return nil, err
	}
	return &Door{app: a, http: lambdahttp.New(httpapi.New(httpapi.Config{
		Service: c.Service, Payrun: c.Payrun, Store: c.Store, Work: work, Issuers: issuers,
		Clock: a.Clock, Log: a.Log, Version: version,
		Ready: func(ctx context.Context) error { _, err := c.Store.Get(ctx, store.ControlKey()); return err },
	}))}, nil
}

func (a *App) issuers() ([]httpapi.Issuer, error) {
	var out []httpapi.Issuer
	if a.Config.Issuer != "" {
		i, err := httpapi.LazyOIDC(httpapi.OIDCConfig{Issuer: a.Config.Issuer, Audience: a.Config.Audience, Scope: a.Config.Scope, JWKS: a.Config.JWKSURL}, client(), a.Clock)
		if err != nil {
			return nil, err
		}
		out = append(out, i)
	}
	if a.Config.DevKeys != "" { // config refuses them on any other stage
		i, err := httpapi.DevIssuer([]byte(a.Config.DevKeys))
		if err != nil {
			return nil, err
		}
		out = append(out, i)
	}
	if len(out) == 0 {
		return nil, errors.New("nobody could get in: no issuer of tokens is set")
	}
	return out, nil
}

// Hook verifies webhooks and queues them.
func (a *App) Hook(secrets *Secrets, queue *Queue) *Door {
	hooks := &httpapi.Hooks{Secrets: secrets.Get, Queue: queue.Send}
	return &Door{app: a, hook: true, http: lambdahttp.New(httpapi.NewHook(httpapi.Config{Clock: a.Clock, Log: a.Log, Hooks: hooks}))}
}

// Handle answers one request.
func (d *Door) Handle(ctx context.Context, e events.APIGatewayProxyRequest) (answer events.APIGatewayProxyResponse, err error) {
	err = d.app.measured(ctx, func(counts metrics.Counts) error {
		answer = d.http.Proxy(ctx, e)
		switch {
		case lambdahttp.Failed(answer):
			counts[metrics.Failures] = 1
		case d.hook && lambdahttp.Refused(answer):
			counts[metrics.Refused] = 1
		}
		return nil
	})
	return answer, err
}
