// Package lambdahttp serves an http.Handler behind API Gateway's REST API. The
// translation is the maintained adapter's; here is only what it lacks: a stage
// in the path, bodies that are not base64, answers that are too large for
// Lambda, and handlers that give up half-way. It writes no keys.
package lambdahttp

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
)

// MaxAnswer is how many bytes an answer may have: Lambda's own limit is 6 MiB
// with everything around it, and base64 takes a third more.
const MaxAnswer = 4 << 20

// Adapter is a handler as a Lambda function. It is safe for concurrent use.
type Adapter struct{ proxy *httpadapter.HandlerAdapter }

// New makes an Adapter.
func New(h http.Handler) *Adapter { return &Adapter{httpadapter.New(h)} }

// Proxy answers one event. It never fails: what goes wrong is an answer, since
// an error would be a bare 502 for the caller.
func (a *Adapter) Proxy(ctx context.Context, e events.APIGatewayProxyRequest) (answer events.APIGatewayProxyResponse) {
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			answer = problem(http.StatusInternalServerError, "internal", "something went wrong on our side")
		}
	}()
	e.Path = path(e)
	answer, err := a.proxy.ProxyWithContext(ctx, e)
	switch {
	case err != nil:
		return problem(http.StatusBadRequest, "malformed_request", "the request cannot be read")
	case len(answer.Body) > MaxAnswer:
		return problem(http.StatusInternalServerError, "answer_too_large",
			"the answer is too large to be sent; ask for less at once (limit), or take the file from the bucket")
	}
	return answer
}

// Failed reports whether an answer says that something went wrong on our side.
func Failed(a events.APIGatewayProxyResponse) bool {
	return a.StatusCode >= http.StatusInternalServerError
}

// Refused reports whether an answer says that the request was not as it should be.
func Refused(a events.APIGatewayProxyResponse) bool {
	return a.StatusCode >= http.StatusBadRequest && !Failed(a)
}

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

func problem(status int, slug, detail string) events.APIGatewayProxyResponse {
	return events.APIGatewayProxyResponse{StatusCode: status,
		MultiValueHeaders: http.Header{"Content-Type": {"application/problem+json"}, "Cache-Control": {"no-store"}},
		Body: `{"type":"urn:fairlead:problem:` + slug + `","title":"` + http.StatusText(status) +
			`","detail":"` + detail + `","slug":"` + slug + `"}` + "\n"}
}
