package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
)

// keysWait is how long fetching the keys of an issuer may take.
const keysWait = 3 * time.Second

// LazyOIDC trusts an OpenID Connect issuer as OIDC does, for a process that
// should not ask anybody while it starts: the keys are fetched when the first
// token comes, and by every further one until that has succeeded once.
func LazyOIDC(c OIDCConfig, client *http.Client) (Issuer, error) {
	if err := c.check(); err != nil {
		return Issuer{}, err
	}
	k := &lazyKeys{url: c.JWKS, client: client}
	return Issuer{Name: c.Issuer, Audience: c.Audience, Scope: c.Scope, Leeway: oidcLeeway, Keys: k.find}, nil
}

// lazyKeys are one set of keys. It is no cache.Cache: there is one value, which
// keeps itself fresh from the first load on.
type lazyKeys struct {
	url    string
	client *http.Client

	mu   sync.Mutex
	keys keyfunc.Keyfunc
}

// find is the key of a token.
func (k *lazyKeys) find(t *jwt.Token) (any, error) {
	keys, err := k.fetched()
	if err != nil {
		return nil, err
	}
	return keys.Keyfunc(t)
}

// fetched is the set of keys, which from then on is kept fresh by itself.
// Requests that come meanwhile wait for one fetch.
func (k *lazyKeys) fetched() (keyfunc.Keyfunc, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keys != nil {
		return k.keys, nil
	}
	atOnce := false // an empty set would refuse everybody for minutes
	// The set serves all later requests, so no request's context ends it.
	keys, err := keyfunc.NewDefaultOverrideCtx(context.Background(), []string{k.url},
		keyfunc.Override{Client: k.client, HTTPTimeout: keysWait, NoErrorReturnFirstHTTPReq: &atOnce})
	if err != nil {
		return nil, fmt.Errorf("the keys of the issuer: %w", err)
	}
	k.keys = keys
	return keys, nil
}
