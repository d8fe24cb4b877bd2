package httpapi

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"
)

// note is what the access log will say about a request, filled in on the way.
type note struct {
	id    string
	route string
	roles []string
	err   error
	w     *recorder
}

type noteKey struct{}

func noteOf(ctx context.Context) *note { return ctx.Value(noteKey{}).(*note) }

// outermost gives every request an id, security headers, a log line and a safe
// landing for panics.
func (a *api) outermost(next func() http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := &note{id: requestID(), w: &recorder{ResponseWriter: w}}
		secure(w.Header())
		w.Header().Set("X-Request-Id", n.id)
		began := a.Clock()
		defer a.finish(r, n, began)
		next().ServeHTTP(n.w, r.WithContext(context.WithValue(r.Context(), noteKey{}, n)))
	})
}

// finish turns a panic into a 500 and writes the log line.
func (a *api) finish(r *http.Request, n *note, began time.Time) {
	if p := recover(); p != nil {
		if cut, ok := p.(error); ok && errors.Is(cut, http.ErrAbortHandler) {
			panic(p)
		}
		n.err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		problem := problemOf(n.err)
		problem.Instance = n.id
		cut := n.w.begun()
		writeProblem(n.w, problem)
		a.log(r, n, began)
		if cut {
			panic(http.ErrAbortHandler) // half an answer must not look like a whole one
		}
		return
	}
	a.log(r, n, began)
}

// log says what was asked by its pattern, never by its path, body, token or
// address: ids of customers and names of users stay out of the log.
func (a *api) log(r *http.Request, n *note, began time.Time) {
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("request", n.id), slog.String("route", n.route), slog.String("method", r.Method),
		slog.Int("status", n.w.status), slog.Int64("bytes", n.w.bytes),
		slog.Duration("took", a.Clock().Sub(began)), slog.Any("roles", n.roles),
	}
	if n.err != nil {
		p := problemOf(n.err)
		attrs = append(attrs, slog.String("slug", p.Slug))
		if p.Status >= http.StatusInternalServerError {
			level = slog.LevelError
			attrs = append(attrs, slog.String("cause", causeOf(n.err)))
		}
	}
	a.Log.LogAttrs(r.Context(), level, "request", attrs...)
}

func requestID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails
	return hex.EncodeToString(b[:])
}

// secure sets the headers every answer carries. Pages are self-contained: no
// script, no frame, no address of anybody else.
func secure(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
}
