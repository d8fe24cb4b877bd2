package httpapi

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/intake"
	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/wire"
)

// Hooks is how webhooks are taken.
type Hooks struct {
	// Senders are those whose webhooks are taken.
	Senders source.Senders
	// Secrets are the active ones, asked for at each request.
	Secrets func(context.Context) (source.Secrets, error)
	// Queue keeps a verified webhook for later; nil: it is applied at once. When
	// it returns without an error the webhook is as safe as a fact.
	Queue func(context.Context, source.Webhook) error
}

type postHook struct {
	Source string   `path:"source"`
	Body   struct{} `body:"stream"`
}

// hook takes a webhook: verified over its raw bytes, then queued or applied. A
// body that could never be read is refused while its sender is still there to
// hear of it; what is wrong with one of its facts is an outcome.
func (a *api) hook(c *Call, q postHook) (wire.HookAnswer, error) {
	if a.Hooks == nil {
		return wire.HookAnswer{}, fault.New(fault.NotFound, "source_not_found", "there is no webhook source here")
	}
	body, err := readBody(c.w, c.r, source.MaxWebhook)
	if err != nil {
		return wire.HookAnswer{}, err
	}
	secrets, err := a.Hooks.Secrets(c)
	if err != nil {
		return wire.HookAnswer{}, err
	}
	for _, err := range a.Hooks.Senders.Unusable(q.Source, secrets) {
		a.Log.WarnContext(c, "a secret of webhooks is passed over", "why", err.Error())
	}
	d := source.Delivery{Sender: q.Source, Method: c.r.Method, URL: addressOf(c.r),
		Header: c.r.Header, Body: body, At: a.Clock()}
	w, err := a.Hooks.Senders.Verify(d, secrets)
	if err != nil {
		return wire.HookAnswer{}, err
	}
	facts, err := a.Hooks.Senders.Items(w)
	if err != nil {
		return wire.HookAnswer{}, unreadable(err)
	}
	if a.Hooks.Queue != nil {
		c.Accepted(true)
		return wire.HookAnswer{Queued: true}, a.Hooks.Queue(c, w)
	}
	items, err := a.Intake.ApplyWebhook(c, w.Source, inputs(facts))
	c.Accepted(err == nil)
	return wire.HookAnswer{Items: items}, err
}

// addressOf is the address that a request was sent to, as the sender wrote it: a
// signature may cover it. Behind a proxy it is what the proxy says of itself; who
// lies about it has signed another address.
func addressOf(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	return scheme + "://" + r.Host + r.URL.RequestURI()
}

// inputs are the facts of a webhook for the service.
func inputs(items []source.Item) []intake.FactInput {
	out := make([]intake.FactInput, len(items))
	for i, it := range items {
		out[i] = intake.FactInput{Fact: it.Fact, ID: it.ID, Source: it.Source, Err: it.Err}
	}
	return out
}

const hookFile = "webhooks.json"

// OpenHookSecrets reads the secrets of webhooks of a data folder, making a file
// (0600) with one of them the first time. It is read again at each request, so
// that a secret can be replaced while the folder is served.
func OpenHookSecrets(dir string) (func(context.Context) (source.Secrets, error), error) {
	path := filepath.Join(dir, hookFile)
	read := func(context.Context) (source.Secrets, error) {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		return source.ParseSecrets(data)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return read, nil
	}
	if err != nil {
		return nil, err
	}
	var secret [24]byte
	_, _ = rand.Read(secret[:]) // crypto/rand never fails
	_, err = fmt.Fprintf(f, "{\"standard\":[\"whsec_%s\"]}\n", base64.StdEncoding.EncodeToString(secret[:]))
	return read, errors.Join(err, f.Close())
}
