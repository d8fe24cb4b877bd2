package client

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/inprocess"
	"github.com/fairlead/fairlead/internal/wire"
)

// to calls a handler in process, and the same over a real connection, so that
// every test holds for both.
func to(t *testing.T, h http.HandlerFunc, test func(t *testing.T, c *Client)) {
	t.Helper()
	token := func() (string, error) { return "secret", nil }
	t.Run("in process", func(t *testing.T) {
		test(t, &Client{Base: "http://in.process", HTTP: &http.Client{Transport: inprocess.Transport{Handler: h}}, Token: token})
	})
	t.Run("over the wire", func(t *testing.T) {
		s := httptest.NewServer(h)
		defer s.Close()
		test(t, &Client{Base: s.URL, HTTP: s.Client(), Token: token})
	})
}

func TestJSON_SendsTokenKeyAndBodyAndReadsTheAnswer(t *testing.T) {
	to(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, `{"saw":%q}`, strings.Join([]string{r.Method, r.URL.RequestURI(), r.Header.Get("Authorization"), r.Header.Get("Idempotency-Key"), r.Header.Get("Content-Type"), string(body)}, "|"))
	}, func(t *testing.T, c *Client) {
		var answer struct{ Saw string }
		err := c.JSON(t.Context(), Request{Method: "POST", Path: "/v1/x%2Fy", Query: map[string][]string{"a": {"1 2"}}, Key: "k"}, map[string]int{"n": 1}, &answer)
		if want := `POST|/v1/x%2Fy?a=1+2|Bearer secret|k|application/json|{"n":1}`; err != nil || answer.Saw != want {
			t.Errorf("%s, %v", answer.Saw, err)
		}
	})
}

func TestProblems_AreErrorsThatSayEverything(t *testing.T) {
	to(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/proxy" {
			http.Error(w, "<html>", http.StatusBadGateway)
			return
		}
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = io.WriteString(w, `{"title":"T","status":422,"detail":"the policy is not valid","slug":"invalid_document","errors":[{"field":"tiers[1]","message":"too small"},{"field":"","message":"odd"}]}`)
	}, func(t *testing.T, c *Client) {
		_, err := c.Do(t.Context(), Request{Method: "GET", Path: "/"})
		if want := "the policy is not valid\n  tiers[1]: too small\n  odd"; err == nil || err.Error() != want || !IsSlug(err, "invalid_document") {
			t.Errorf("%v", err)
		}
		_, err = c.Do(t.Context(), Request{Method: "GET", Path: "/proxy"})
		if err == nil || err.Error() != "the service answered 502 Bad Gateway" {
			t.Errorf("%v", err)
		}
	})
}

func TestAll_FollowsTheCursorToTheEnd(t *testing.T) {
	to(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("cursor") {
		case "":
			_, _ = io.WriteString(w, `{"items":[1,2],"nextCursor":"two"}`)
		case "two":
			_, _ = io.WriteString(w, `{"items":[],"nextCursor":"three"}`)
		default:
			_, _ = io.WriteString(w, `{"items":[3]}`)
		}
	}, func(t *testing.T, c *Client) {
		got, err := Collect(All[int](t.Context(), c, Request{Method: "GET", Path: "/"}))
		if err != nil || !slices.Equal(got, []int{1, 2, 3}) {
			t.Errorf("%v, %v", got, err)
		}
	})
}

// TestStream_AnswersWhileTheBodyIsStillBeingSent: the caller sends its next
// line only when it has read the answer to the last one.
func TestStream_AnswersWhileTheBodyIsStillBeingSent(t *testing.T) {
	to(t, func(w http.ResponseWriter, r *http.Request) {
		rc := http.NewResponseController(w)
		if err := rc.EnableFullDuplex(); err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", wire.NDJSON)
		lines := bufio.NewScanner(r.Body)
		n := 0
		for lines.Scan() {
			n++
			fmt.Fprintf(w, "{\"reject\":{\"line\":1,\"message\":%q}}\n", lines.Text())
			_ = rc.Flush()
		}
		fmt.Fprintf(w, "{\"progress\":{\"done\":%d}}\n{\"result\":%d}\n", n, n)
	}, func(t *testing.T, c *Client) {
		body, out := io.Pipe()
		answered := make(chan string)
		go func() {
			for i := range 3 {
				fmt.Fprintf(out, "line %d\n", i)
				<-answered
			}
			_ = out.Close()
		}()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var n, done int
		err := c.Stream(ctx, Request{Method: "POST", Path: "/", Body: body, Type: "text/csv"}, Lines{
			Reject:   func(r ImportReject) error { answered <- r.Message; return nil },
			Progress: func(d, _ int) { done = d },
		}, &n)
		if err != nil || n != 3 || done != 3 {
			t.Errorf("%d, %d, %v", n, done, err)
		}
	})
}

func TestStream_AProblemAtTheEndAndAnEndWithoutResultAreErrors(t *testing.T) {
	for body, want := range map[string]string{
		`{"problem":{"detail":"no more room","slug":"disk_full","status":503}}`: "no more room",
		`{"progress":{"done":1}}`: "the answer ended before its result",
	} {
		to(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", wire.NDJSON)
			_, _ = io.WriteString(w, body+"\n")
		}, func(t *testing.T, c *Client) {
			var into int
			err := c.Stream(t.Context(), Request{Method: "POST", Path: "/"}, Lines{}, &into)
			if err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestInProcess_AnswersWithoutABodyAndEndsWithTheContext(t *testing.T) {
	c := &Client{Base: "http://in.process", Token: func() (string, error) { return "", nil }}
	c.HTTP = &http.Client{Transport: inprocess.Transport{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/wait" {
			<-r.Context().Done()
		}
		w.WriteHeader(http.StatusNoContent)
	})}}
	res, err := c.Do(t.Context(), Request{Method: "GET", Path: "/"})
	if err != nil || res.StatusCode != http.StatusNoContent {
		t.Fatalf("%v, %v", res, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	if _, err := c.Do(ctx, Request{Method: "GET", Path: "/wait"}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestDo_SaysWhichServiceCannotBeReached(t *testing.T) {
	c := &Client{Base: "http://127.0.0.1:1", HTTP: http.DefaultClient, Token: func() (string, error) { return "", nil }}
	if _, err := c.Do(t.Context(), Request{Method: "GET", Path: "/"}); err == nil || !strings.HasPrefix(err.Error(), "the service at http://127.0.0.1:1 cannot be reached:") {
		t.Errorf("%v", err)
	}
}
