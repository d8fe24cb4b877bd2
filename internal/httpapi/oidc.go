package httpapi

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
)

// OIDCConfig names an OpenID Connect issuer whose tokens are believed. JWKS is
// the address of its key set (https, or http on this machine). Scope may be
// empty: then none is asked for.
type OIDCConfig struct {
	Issuer, Audience, Scope, JWKS string
}

// oidcLeeway is how far the issuer's clock and ours may be apart.
const oidcLeeway = time.Minute

// OIDC trusts an OpenID Connect issuer. Its keys are fetched now, refreshed in
// the background until ctx ends, and fetched again (at most once in five
// minutes) when a token names a key that is not known yet.
func OIDC(ctx context.Context, c OIDCConfig) (Issuer, error) {
	if err := c.check(); err != nil {
		return Issuer{}, err
	}
	keys, err := keyfunc.NewDefaultCtx(ctx, []string{c.JWKS})
	if err != nil {
		return Issuer{}, fmt.Errorf("the keys of %s cannot be fetched from %s: %w", c.Issuer, c.JWKS, err)
	}
	find := func(t *jwt.Token) (any, error) { return keys.KeyfuncCtx(ctx)(t) }
	return Issuer{Name: c.Issuer, Audience: c.Audience, Scope: c.Scope, Leeway: oidcLeeway, Keys: find}, nil
}

// check refuses a configuration that would believe anybody or nobody.
func (c OIDCConfig) check() error {
	if c.Issuer == "" || c.Audience == "" {
		return fmt.Errorf("an OIDC issuer needs its name and an audience")
	}
	u, err := url.Parse(c.JWKS)
	if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && local(u.Hostname())) {
		return fmt.Errorf("the JWKS address %q is not an https address", c.JWKS)
	}
	return nil
}

func local(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }
