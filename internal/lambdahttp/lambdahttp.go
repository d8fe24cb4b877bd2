// Package lambdahttp serves an http.Handler behind API Gateway's REST API. The
// translation is the maintained adapter's; here is only what it lacks: a stage
// in the path, a path that stays encoded, bodies that are not base64, answers
// that are too large for Lambda, and handlers that give up half-way. It writes no
// keys.
package lambdahttp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/akrylysov/algnhsa"
	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

// MaxAnswer is how many bytes an answer may have as Lambda gets it, with its
// headers and encoded: more is an error of Lambda's own.
const MaxAnswer = 6 << 20

// Binary is the media type of answers that are not text; all others are sent as
// UTF-8.
const Binary = "application/octet-stream"

// Adapter is a handler as a Lambda function. It is safe for concurrent use.
type Adapter struct{ gateway lambda.Handler }

// New makes an Adapter.
func New(h http.Handler) *Adapter {
	rest := algnhsa.Options{RequestType: algnhsa.RequestTypeAPIGatewayV1, BinaryContentTypes: []string{Binary}}
	return &Adapter{algnhsa.New(asSent(h), &rest)}
}

// Invoke answers one event of the gateway and says with which HTTP status. It
// never fails: what goes wrong is an answer, since an error would be a bare 502
// for the caller.
func (a *Adapter) Invoke(ctx context.Context, event []byte) (answer []byte, status int) {
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			answer, status = problem(http.StatusInternalServerError, "internal", "something went wrong on our side")
		}
	}()
	answer, err := a.gateway.Invoke(ctx, event)
	var sent struct{ StatusCode int }
	switch {
	case err != nil:
		return problem(http.StatusBadRequest, unreadable, theRequest)
	case len(answer) > MaxAnswer:
		return problem(http.StatusInternalServerError, "answer_too_large",
			"the answer is too large to be sent; ask for less at once (limit), or take the file from the bucket")
	case json.Unmarshal(answer, &sent) != nil:
		return problem(http.StatusInternalServerError, "internal", "something went wrong on our side")
	}
	return answer, sent.StatusCode
}

// asSent gives a handler the path as the caller encoded it, without the stage,
// and the whole body.
func asSent(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e, _ := algnhsa.APIGatewayV1RequestFromContext(r.Context())
		body, err := io.ReadAll(r.Body) // fails if the gateway calls base64 what is not
		u, malformed := url.ParseRequestURI(path(e))
		if err != nil || malformed != nil {
			w.Header().Set("Content-Type", "application/problem+json")
			w.Header().Set("Cache-Control", "no-store")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, document(http.StatusBadRequest, unreadable, theRequest))
			return
		}
		r.URL = &url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: r.URL.RawQuery}
		r.RequestURI = r.URL.RequestURI()
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		next.ServeHTTP(w, r)
	})
}

// Failed reports whether a status says that something went wrong on our side.
func Failed(status int) bool { return status >= http.StatusInternalServerError }

// Refused reports whether a status says that the request was not as it should be.
func Refused(status int) bool { return status >= http.StatusBadRequest && !Failed(status) }

// path is the path without the stage, which some ways in put before it, and
// with whatever the gateway decoded encoded again.
func path(e events.APIGatewayProxyRequest) string {
	p := e.Path
	if rest, ok := strings.CutPrefix(p, "/"+e.RequestContext.Stage); ok &&
		e.RequestContext.Stage != "" && (rest == "" || rest[0] == '/') {
		p = rest
	}
	if p == "" {
		p = "/"
	}
	if _, err := url.ParseRequestURI(p); err != nil || strings.ContainsAny(p, "?#") {
		p = (&url.URL{Path: p}).EscapedPath()
	}
	return p
}

// How a request that is none is told.
const (
	unreadable = "malformed_request"
	theRequest = "the request cannot be read"
)

func document(status int, slug, detail string) string {
	return `{"type":"urn:fairlead:problem:` + slug + `","title":"` + http.StatusText(status) + `",` +
		`"detail":"` + detail + `","slug":"` + slug + `"}` + "\n"
}

// problem is an answer in place of the handler's.
func problem(status int, slug, detail string) (answer []byte, code int) {
	answer, err := json.Marshal(events.APIGatewayProxyResponse{StatusCode: status, Body: document(status, slug, detail),
		MultiValueHeaders: http.Header{"Content-Type": {"application/problem+json"}, "Cache-Control": {"no-store"}}})
	if err != nil {
		panic(err) // strings and numbers
	}
	return answer, status
}
