package dynamo_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go/middleware"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/table/dynamo"
)

// script answers requests one after the other; "" loses the answer.
type script struct {
	answers []string
	sent    int
	onSend  func()
	bodies  []string // of the requests
}

func (s *script) Do(r *http.Request) (*http.Response, error) {
	if body, err := io.ReadAll(r.Body); err == nil {
		s.bodies = append(s.bodies, string(body))
	}
	answer := s.answers[min(s.sent, len(s.answers)-1)]
	s.sent++
	if s.onSend != nil {
		s.onSend()
	}
	if answer == "" {
		return nil, errors.New("connection reset by peer")
	}
	status := 200
	if strings.Contains(answer, "__type") {
		status = 400
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: io.NopCloser(strings.NewReader(answer))}, nil
}

func exception(name string) string {
	return `{"__type":"com.amazonaws.dynamodb.v20120810#` + name + `","message":"x"}`
}

var noon = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

func scripted(s *script, clock func() time.Time) *dynamo.Table {
	return dynamo.New(dynamo.Options{Ledger: "l", State: "s", Clock: clock, Config: aws.Config{
		Region: "eu-central-1", HTTPClient: s, Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")}})
}

func fixed() time.Time { return noon }

var (
	claim = table.Tx{Ops: []table.Op{{Kind: table.Put, Key: table.Key{Table: table.Ledger, PK: "E#1", SK: "a"}, If: table.Cond{Kind: table.Absent}}}}
	line  = table.Tx{Ops: []table.Op{{Kind: table.Put, Key: table.Key{Table: table.State, PK: "R#1", SK: "a"}, If: table.Cond{Kind: table.Absent}}}}
)

func TestTransact_DeadlineIsAskedBeforeEveryAttempt(t *testing.T) {
	now := noon
	s := &script{answers: []string{""}}
	s.onSend = func() { now = now.Add(time.Minute) } // the machine is frozen while the answer is lost
	tx := claim
	tx.NotAfter = noon.Add(10 * time.Second)
	_, err := scripted(s, func() time.Time { return now }).Transact(context.Background(), tx)
	if s.sent != 1 || !errors.Is(err, table.ErrAmbiguous) {
		t.Errorf("%d attempts, %v; want one, ambiguous: the first may have landed", s.sent, err)
	}
	s.sent = 0
	if _, err := scripted(s, func() time.Time { return now }).Transact(context.Background(), tx); s.sent != 0 || !errors.Is(err, table.ErrExpired) {
		t.Errorf("%d attempts, %v; want none, expired", s.sent, err)
	}
}

func TestTransact_FrozenBeforeTheSignature_SendsNothing(t *testing.T) {
	now := noon
	freeze := func(s *middleware.Stack) error {
		signing, _ := s.Finalize.Get("Signing")
		_, err := s.Finalize.Swap("Signing", middleware.FinalizeMiddlewareFunc("Signing",
			func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
				now = now.Add(40 * time.Minute) // and then it signs, with a fresh stamp
				return signing.HandleFinalize(ctx, in, next)
			}))
		return err
	}
	s := &script{answers: []string{"{}"}}
	tb := dynamo.New(dynamo.Options{Ledger: "l", State: "s", Clock: func() time.Time { return now }, Config: aws.Config{Region: "eu-central-1", HTTPClient: s,
		APIOptions: []func(*middleware.Stack) error{freeze}, Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")}})
	tx := claim
	tx.NotAfter = noon.Add(10 * time.Second)
	if _, err := tb.Transact(context.Background(), tx); s.sent != 0 || !errors.Is(err, table.ErrExpired) {
		t.Errorf("%d attempts, %v; want none, expired", s.sent, err)
	}
}

func TestTransact_WhatTheServiceAnswersMeans(t *testing.T) {
	lost, failed := "", exception("ConditionalCheckFailedException")
	cancelled := func(reasons string) string {
		return `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","CancellationReasons":[` + reasons + `]}`
	}
	for _, c := range []struct {
		name    string
		tx      table.Tx
		answers []string
		want    error
		sent    int
	}{
		{"a lost answer, then done", claim, []string{lost, "{}"}, nil, 2},
		{"every answer lost", claim, []string{lost}, table.ErrAmbiguous, 3},
		{"throttled for good", claim, []string{exception("ThrottlingException")}, table.ErrThrottled, 3},
		{"a lost answer, then throttled for good", claim, []string{lost, exception("ThrottlingException")}, table.ErrAmbiguous, 3},
		{"our own attempt still under way", claim, []string{lost, exception("TransactionInProgressException")}, table.ErrAmbiguous, 3},
		{"throttled, then another transaction", line, []string{exception("ThrottlingException"), exception("TransactionConflictException")}, table.ErrConflict, 2},
		{"another transaction", claim, []string{cancelled(`{"Code":"TransactionConflict"}`)}, table.ErrConflict, 1},
		{"a throttled item", claim, []string{cancelled(`{"Code":"ThrottlingError"}`)}, table.ErrThrottled, 1},
		{"a lost single write that landed", line, []string{lost, failed}, table.ErrAmbiguous, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &script{answers: c.answers}
			_, err := scripted(s, fixed).Transact(context.Background(), c.tx)
			if !errors.Is(err, c.want) || (c.want == nil) != (err == nil) || s.sent != c.sent {
				t.Errorf("%d attempts, %v; want %d, %v", s.sent, err, c.sent, c.want)
			}
		})
	}
	var refused *table.Refused
	if _, err := scripted(&script{answers: []string{failed}}, fixed).Transact(context.Background(), line); !errors.As(err, &refused) {
		t.Errorf("a failed condition at the first attempt: %v, want refused", err)
	}
	s := &script{answers: []string{exception("ThrottlingException"), failed}}
	if _, err := scripted(s, fixed).Transact(context.Background(), line); !errors.As(err, &refused) || s.sent != 2 {
		t.Errorf("a failed condition after a throttle: %v, want refused: nothing of ours stands there", err)
	}
	if _, err := scripted(&script{answers: []string{exception("ResourceNotFoundException")}}, fixed).Transact(context.Background(), claim); !fault.Is(err, "table_missing") {
		t.Errorf("a missing table: %v", err)
	}
}

// TestTransact_TriedAgain_CarriesTheTokenOfTheFirst: by the token the service
// knows an attempt whose answer was lost, and does not write twice.
func TestTransact_TriedAgain_CarriesTheTokenOfTheFirst(t *testing.T) {
	s := &script{answers: []string{"", exception("ThrottlingException"), "{}"}}
	tb := scripted(s, fixed)
	for range 2 {
		if _, err := tb.Transact(context.Background(), claim); err != nil {
			t.Fatal(err)
		}
	}
	var tokens []string
	for _, body := range s.bodies {
		var in struct{ ClientRequestToken string }
		if err := json.Unmarshal([]byte(body), &in); err != nil || in.ClientRequestToken == "" {
			t.Fatalf("%v: no token in %s", err, body)
		}
		tokens = append(tokens, in.ClientRequestToken)
	}
	if len(tokens) != 4 || tokens[0] != tokens[1] || tokens[1] != tokens[2] || tokens[2] == tokens[3] {
		t.Errorf("%q: want three of one and one of another", tokens)
	}
}

func TestGet_KeysLeftUnprocessed_AreAskedForAgainAndNotForEver(t *testing.T) {
	key := table.Key{Table: table.State, PK: "R#1", SK: "a"}
	left := `{"Responses":{},"UnprocessedKeys":{"s":{"Keys":[{"pk":{"S":"R#1"},"sk":{"S":"a"}}],"ConsistentRead":true}}}`
	found := `{"Responses":{"s":[{"pk":{"S":"R#1"},"sk":{"S":"a"},"v":{"N":"3"},"n":{"N":"0"},"b":{"B":""}}]},"UnprocessedKeys":{}}`
	s := &script{answers: []string{left, left, found}}
	items, _, err := scripted(s, fixed).Get(context.Background(), key)
	if err != nil || items[0].Version != 3 || !strings.Contains(s.bodies[2], `"ConsistentRead":true`) {
		t.Errorf("%v %v", items, err)
	}
	s = &script{answers: []string{left}}
	if _, _, err := scripted(s, fixed).Get(context.Background(), key); fault.Of(err).Kind != fault.Unavailable || s.sent != 7 {
		t.Errorf("asked %d times, %v", s.sent, err)
	}
}
