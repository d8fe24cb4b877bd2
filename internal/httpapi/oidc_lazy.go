package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
)

// How long fetched keys are used, how often a token that names an unknown key
// may make us fetch again, how long that may take and how large a set may be.
const (
	keysFresh = time.Hour
	keysAgain = time.Minute
	keysWait  = 3 * time.Second
	keysSize  = 1 << 20
)

// LazyOIDC trusts an OpenID Connect issuer as OIDC does, for a process that may
// be frozen between two requests: nothing runs in the background. The keys are
// fetched by the first token that needs them, and again when they are an hour
// old or a token names one that is not among them.
func LazyOIDC(c OIDCConfig, client *http.Client, clock func() time.Time) (Issuer, error) {
	if err := c.check(); err != nil {
		return Issuer{}, err
	}
	k := &lazyKeys{url: c.JWKS, client: client, clock: clock}
	return Issuer{Name: c.Issuer, Audience: c.Audience, Scope: c.Scope, Leeway: oidcLeeway, Keys: k.find}, nil
}

type lazyKeys struct {
	url    string
	client *http.Client
	clock  func() time.Time

	mu      sync.Mutex
	keys    keyfunc.Keyfunc
	fetched time.Time
	tried   time.Time
}

// find is the key of a token. Requests that come meanwhile wait for one fetch.
// While the issuer cannot be reached the keys at hand go on being believed: they
// were its own.
func (k *lazyKeys) find(t *jwt.Token) (any, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.clock()
	stale := k.keys == nil || now.Sub(k.fetched) > keysFresh
	if !stale {
		key, err := k.keys.Keyfunc(t)
		if err == nil || now.Sub(k.tried) < keysAgain {
			return key, err
		}
	}
	if !k.tried.IsZero() && k.keys == nil && now.Sub(k.tried) < time.Second {
		return nil, errors.New("the keys of the issuer could not be fetched a moment ago")
	}
	k.tried = now
	keys, err := k.fetch()
	if err != nil && k.keys == nil {
		return nil, err
	}
	if err == nil {
		k.keys, k.fetched = keys, now
	}
	return k.keys.Keyfunc(t)
}

func (k *lazyKeys) fetch() (keyfunc.Keyfunc, error) {
	ctx, cancel := context.WithTimeout(context.Background(), keysWait)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, k.url, nil)
	if err != nil {
		return nil, err
	}
	res, err := k.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("the keys of the issuer: %w", err)
	}
	defer res.Body.Close()
	set, err := io.ReadAll(io.LimitReader(res.Body, keysSize))
	if err != nil || res.StatusCode != http.StatusOK {
		return nil, errors.Join(fmt.Errorf("the keys of the issuer: %s", res.Status), err)
	}
	return keyfunc.NewJWKSetJSON(set)
}
