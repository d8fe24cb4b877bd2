package cloud_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestFirstRequest_WhatTheStartLeavesToIt measures requests that need no table:
// the first one of a process does what its start left undone (the mux, and for a
// schema its compiling), so it is shown beside the second and the third.
func TestFirstRequest_WhatTheStartLeavesToIt(t *testing.T) {
	if *coldStarts == 0 {
		t.Skip("needs -coldstarts, for instance 20: it builds the api")
	}
	path := build(t, t.TempDir(), "api", "../../functions/api")
	for _, ask := range []string{"/healthz", "/schemas/policy.json", "/openapi.json"} {
		took := make([][]time.Duration, 3)
		for range *coldStarts {
			for i, d := range requests(t, path, ask, len(took)) {
				took[i] = append(took[i], d)
			}
		}
		t.Logf("GET %-22s first %6.2f ms, second %6.2f ms, third %6.2f ms", ask, ms(median(took[0])), ms(median(took[1])), ms(median(took[2])))
	}
}

// requests starts the api and hands it the same request n times; each lasts from
// the event's leaving the Runtime API to the answer's coming there.
func requests(t *testing.T, path, ask string, n int) []time.Duration {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var took []time.Duration
	var began time.Time
	done := make(chan string, 1)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // one poll after the other
		if strings.HasSuffix(r.URL.Path, "/response") {
			took = append(took, time.Since(began))
			if body, _ := io.ReadAll(r.Body); !strings.Contains(string(body), `"statusCode":200`) {
				done <- string(body)
			}
			w.WriteHeader(http.StatusAccepted)
			return
		}
		if len(took) == n {
			done <- ""
			<-r.Context().Done()
			return
		}
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", "r")
		w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(time.Minute).UnixMilli()))
		w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:1:function:api")
		began = time.Now()
		fmt.Fprintf(w, `{"httpMethod":"GET","path":%q,"requestContext":{"accountId":"1"}}`, ask)
	})}
	go server.Serve(l)
	defer server.Close()
	cmd := exec.Command(path)
	cmd.Env, cmd.Stderr = environment(l), os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	select {
	case wrong := <-done:
		if wrong != "" {
			t.Fatalf("GET %s: %s", ask, wrong)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("GET %s: no answer", ask)
	}
	return took
}
