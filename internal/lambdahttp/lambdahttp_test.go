package lambdahttp

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

// echo tells what arrived.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Add("Vary", "Accept")
	w.Header().Add("Vary", "Origin")
	switch r.URL.Path {
	case "/large":
		_, _ = io.WriteString(w, strings.Repeat("x", MaxAnswer+1))
	case "/bytes":
		_, _ = w.Write([]byte{0xff, 0xfe})
	case "/cut":
		panic(http.ErrAbortHandler)
	default:
		fmt.Fprintf(w, "%s %s %v %s %s", r.Method, r.URL.Path, r.URL.Query()["a"], r.Header.Values("X-Two"), body)
	}
}

func ask(e events.APIGatewayProxyRequest) events.APIGatewayProxyResponse {
	return New(http.HandlerFunc(echo)).Proxy(context.Background(), e)
}

func TestProxy_EverythingOfTheRequestArrives(t *testing.T) {
	e := events.APIGatewayProxyRequest{HTTPMethod: "POST", Path: "/v1/customers/C1~0a", Body: base64.StdEncoding.EncodeToString([]byte("hi")), IsBase64Encoded: true,
		MultiValueHeaders:               map[string][]string{"X-Two": {"1", "2"}},
		MultiValueQueryStringParameters: map[string][]string{"a": {"x y", "&"}}}
	r := ask(e)
	if r.StatusCode != 200 || r.Body != "POST /v1/customers/C1~0a [x y &] [1 2] hi" || len(r.MultiValueHeaders["Vary"]) != 2 {
		t.Errorf("%+v", r)
	}
}

func TestProxy_TheStageIsNoPartOfThePath(t *testing.T) {
	for path, want := range map[string]string{"/prod/v1/x": "/v1/x", "/v1/x": "/v1/x", "/prod": "/", "/production/x": "/production/x", "": "/", "/v1/a b": "/v1/a b", "/v1/%": "/v1/%", "/v1/a?b#c": "/v1/a?b#c"} {
		r := ask(events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: path, RequestContext: events.APIGatewayProxyRequestContext{Stage: "prod"}})
		if got := strings.TrimSuffix(strings.TrimPrefix(r.Body, "GET "), " [] [] "); got != want {
			t.Errorf("%q arrives as %q (%d), want %q", path, got, r.StatusCode, want)
		}
	}
}

func TestProxy_WhatCannotBeSentIsAProblemAndNotABare502(t *testing.T) {
	for path, want := range map[string]int{"/large": 500, "/cut": 500} {
		r := ask(events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: path})
		if r.StatusCode != want || !strings.Contains(r.Body, `"slug"`) {
			t.Errorf("%s: %d %.100s", path, r.StatusCode, r.Body)
		}
	}
	if r := ask(events.APIGatewayProxyRequest{HTTPMethod: "POST", Path: "/x", Body: "???", IsBase64Encoded: true}); r.StatusCode != 400 {
		t.Errorf("a body that is not base64: %d", r.StatusCode)
	}
	if r := ask(events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: "/bytes"}); !r.IsBase64Encoded || r.Body != "//4=" {
		t.Errorf("bytes: %+v", r)
	}
}
