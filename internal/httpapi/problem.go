package httpapi

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/wire"
)

// errGone means that the caller is no longer there; nobody needs an answer.
var errGone = errors.New("httpapi: the caller has gone")

// status is the one table from what went wrong to HTTP.
var status = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Exhausted:       http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

// problemOf translates an error; one that nobody classified is a 500 that says
// only that, and the cause stays in the log.
func problemOf(err error) wire.Problem {
	var syntax *malformed
	f := fault.Of(err)
	code, ok := status[f.Kind]
	if !ok {
		code = http.StatusInternalServerError
	}
	if errors.As(err, &syntax) {
		f, code = syntax.fault, syntax.status
	}
	p := wire.Problem{Type: "urn:fairlead:problem:" + f.Slug, Title: http.StatusText(code), Status: code, Detail: f.Msg, Slug: f.Slug, Errors: f.Fields}
	if f.Kind == fault.Internal {
		p.Slug, p.Type = "internal", "urn:fairlead:problem:internal"
		p.Detail, p.Errors = "something went wrong on our side; the log has the cause under this request's id", nil
	}
	return p
}

// writeProblem answers with a problem, unless the answer has begun already.
func writeProblem(w *recorder, p wire.Problem) {
	if w.begun() {
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	switch p.Status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="fairlead"`)
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		h.Set("Retry-After", "1")
	}
	w.WriteHeader(p.Status)
	data, _ := json.Marshal(p) // a struct of texts and numbers always encodes
	_, _ = w.Write(append(data, '\n'))
}

// causeOf is everything the log should know about an error.
func causeOf(err error) string {
	f := fault.Of(err)
	if f.Err != nil {
		return f.Error() + ": " + f.Err.Error()
	}
	return err.Error()
}
