// Package api is the function that serves the whole API. It writes no keys.
package api

import (
	"errors"
	"net/http"

	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/cloud/gateway"
	"github.com/fairlead/fairlead/internal/cloud/wiring"
	"github.com/fairlead/fairlead/internal/httpapi"
	"github.com/fairlead/fairlead/internal/paying"
)

// New is the whole API on a core. Tokens are those of the issuer, or on the
// local stage development ones.
func New(a *cloud.App, c wiring.Rooms, work paying.Starter, version string) (*gateway.Door, error) {
	issuers, err := issuers(a)
	if err != nil {
		return nil, err
	}
	return gateway.New(a, httpapi.New(httpapi.Config{
		UseCases: c.UseCases, Store: c.Store, Work: work, Issuers: issuers,
		Clock: a.Clock, Log: a.Log, Version: version,
		Ready: c.Store.Reach,
	})), nil
}

func issuers(a *cloud.App) ([]httpapi.Issuer, error) {
	var out []httpapi.Issuer
	if a.Config.Issuer != "" {
		i, err := httpapi.LazyOIDC(
			httpapi.OIDCConfig{
				Issuer:   a.Config.Issuer,
				Audience: a.Config.Audience,
				Scope:    a.Config.Scope,
				JWKS:     a.Config.JWKSURL,
			},
			&http.Client{Timeout: cloud.CallTimeout},
		)
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
