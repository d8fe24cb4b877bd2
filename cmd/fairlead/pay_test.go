package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/client"
)

// handedOn is a service that handed work on and answers how it stands: each
// answer in turn, the last one for ever. Answers that are numbers are statuses.
func handedOn(t *testing.T, answers ...string) (*session, *connection, *int) {
	t.Helper()
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/v1/payout-runs/2026-03.1" {
			t.Errorf("asked for %s %s", r.Method, r.URL.Path)
		}
		answer := answers[min(asked, len(answers)-1)]
		asked++
		switch answer {
		case "broken":
			panic(http.ErrAbortHandler)
		case "503", "403":
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(map[string]int{"503": 503, "403": 403}[answer])
			_, _ = w.Write([]byte(`{"detail":"status ` + answer + `"}`))
		default:
			_, _ = w.Write([]byte(`{"work":"` + answer + `"}`))
		}
	}))
	before := askEvery
	askEvery = time.Millisecond
	t.Cleanup(func() { server.Close(); askEvery = before })
	return &session{ctx: t.Context()}, &connection{client: &client.Client{Base: server.URL, HTTP: server.Client(), Token: func() (string, error) { return "t", nil }}}, &asked
}

var payRequest = client.Request{Method: http.MethodPost, Path: "/v1/payout-runs/2026-03.1/pay"}

func TestHandedOn_IsWaitedForThroughWhatPasses(t *testing.T) {
	s, conn, asked := handedOn(t, "running", "503", "broken", "running", "done")
	raw, err := s.finished(conn, payRequest, json.RawMessage(`{"work":"running"}`))
	if err != nil || string(raw) != `{"work":"done"}` || *asked < 5 {
		t.Errorf("%s, %v after %d answers", raw, err, *asked)
	}
}

func TestHandedOn_WhatWasDoneInPlaceIsNotAskedFor(t *testing.T) {
	s, conn, asked := handedOn(t, "running")
	if raw, err := s.finished(conn, payRequest, json.RawMessage(`{"state":"settled"}`)); err != nil || string(raw) != `{"state":"settled"}` || *asked != 0 {
		t.Errorf("%s, %v, asked %d", raw, err, *asked)
	}
}

func TestHandedOn_TheEndOfTheWaitSaysWhatBecomesOfTheWork(t *testing.T) {
	for name, c := range map[string]struct{ answer, want string }{
		"failed":       {"failed", "run the same command again"},
		"not allowed":  {"403", "the work goes on; how it stands could not be asked: status 403"},
		"for too long": {"503", "the work goes on; how it stands could not be asked: status 503"},
	} {
		s, conn, _ := handedOn(t, c.answer)
		if _, err := s.finished(conn, payRequest, json.RawMessage(`{"work":"running"}`)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s, conn, _ := handedOn(t, "running")
	ctx, cancel := context.WithCancel(t.Context())
	s.ctx = ctx
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := s.finished(conn, payRequest, json.RawMessage(`{"work":"running"}`)); err == nil || !strings.Contains(err.Error(), "goes on") {
		t.Errorf("stopped: %v", err)
	}
}
