package lambdahttp

import (
	"encoding/base64"
	"encoding/json"
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
		w.Header().Set("Content-Type", Binary)
		_, _ = w.Write([]byte{0xff, 0xfe})
	case "/cut":
		panic(http.ErrAbortHandler)
	default:
		fmt.Fprintf(w, "%s %s %v %s %s", r.Method, r.URL.Path, r.URL.Query()["a"], r.Header.Values("X-Two"), body)
	}
}

func ask(t *testing.T, e events.APIGatewayProxyRequest) (r events.APIGatewayProxyResponse) {
	t.Helper()
	e.RequestContext.AccountID = "111111111111"
	event, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	answer, status := New(http.HandlerFunc(echo)).Invoke(t.Context(), event)
	if err := json.Unmarshal(answer, &r); err != nil || status != r.StatusCode || len(answer) > MaxAnswer {
		t.Fatalf("%d, %d bytes, %v", status, len(answer), err)
	}
	return r
}

func TestInvoke_EverythingOfTheRequestArrives(t *testing.T) {
	e := events.APIGatewayProxyRequest{HTTPMethod: "POST", Path: "/v1/customers/C1~0a", Body: base64.StdEncoding.EncodeToString([]byte("hi")), IsBase64Encoded: true,
		MultiValueHeaders:               map[string][]string{"X-Two": {"1", "2"}},
		MultiValueQueryStringParameters: map[string][]string{"a": {"x y", "&"}}}
	r := ask(t, e)
	if r.StatusCode != 200 || r.Body != "POST /v1/customers/C1~0a [x y &] [1 2] hi" || len(r.MultiValueHeaders["Vary"]) != 2 {
		t.Errorf("%+v", r)
	}
}

// TestInvoke_APathStaysEncoded: a slash in an id is no other resource.
func TestInvoke_APathStaysEncoded(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/v1/customers/{id}", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.PathValue("id")+" "+r.RequestURI)
	})
	answer, status := New(mux).Invoke(t.Context(), []byte(`{"httpMethod":"GET","path":"/prod/v1/customers/a%2Fb",
		"requestContext":{"accountId":"1","stage":"prod"},"queryStringParameters":{"q":"1"}}`))
	if status != 200 || !strings.Contains(string(answer), `"body":"a/b /v1/customers/a%2Fb?q=1"`) {
		t.Errorf("%d %s", status, answer)
	}
}

func TestInvoke_TheStageIsNoPartOfThePath(t *testing.T) {
	for path, want := range map[string]string{"/prod/v1/x": "/v1/x", "/v1/x": "/v1/x", "/prod": "/", "/production/x": "/production/x", "": "/", "/v1/a b": "/v1/a b", "/v1/customers/a%2Fb": "/v1/customers/a/b", "/v1/a?b#c": "/v1/a?b#c"} {
		r := ask(t, events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: path, RequestContext: events.APIGatewayProxyRequestContext{Stage: "prod"}})
		if got := strings.TrimSuffix(strings.TrimPrefix(r.Body, "GET "), " [] [] "); got != want {
			t.Errorf("%q arrives as %q (%d), want %q", path, got, r.StatusCode, want)
		}
	}
}

func TestInvoke_WhatCannotBeSentIsAProblemAndNotABare502(t *testing.T) {
	for path, want := range map[string]int{"/large": 500, "/cut": 500} {
		r := ask(t, events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: path})
		if r.StatusCode != want || !strings.Contains(r.Body, `"slug"`) {
			t.Errorf("%s: %d %.100s", path, r.StatusCode, r.Body)
		}
	}
	for what, e := range map[string]events.APIGatewayProxyRequest{
		"a body that is not base64":      {HTTPMethod: "POST", Path: "/x", Body: "???", IsBase64Encoded: true},
		"a path that is not an address":  {HTTPMethod: "GET", Path: "/v1/%"},
		"a method that is no word of it": {HTTPMethod: "G T", Path: "/x"},
	} {
		if r := ask(t, e); r.StatusCode != 400 || !strings.Contains(r.Body, `"slug":"malformed_request"`) {
			t.Errorf("%s: %d %s", what, r.StatusCode, r.Body)
		}
	}
	if answer, status := New(http.HandlerFunc(echo)).Invoke(t.Context(), []byte(`{"Records":[]}`)); status != 400 || !strings.Contains(string(answer), "malformed_request") {
		t.Errorf("an event of something else: %d %s", status, answer)
	}
	if r := ask(t, events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: "/bytes"}); !r.IsBase64Encoded || r.Body != "//4=" {
		t.Errorf("bytes: %+v", r)
	}
}
