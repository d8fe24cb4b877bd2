package httpapi

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/wire"
)

type bump struct {
	idPath
	Body struct {
		By int `json:"by"`
	} `body:"json"`
}

// counter is a route whose every execution shows.
func counter(t *testing.T) (*house, *int) {
	t.Helper()
	n, fail := 0, true
	h, _ := odd(t, post("/v1/counters/{id}", writers(finance), func(c *Call, b bump) (map[string]int, error) {
		if b.Body.By < 0 && fail {
			fail = false
			return nil, fault.New(fault.Unavailable, "busy", "busy")
		}
		n++
		c.Created(true)
		return map[string]int{"count": n}, nil
	}, "").stored())
	return h, &n
}

func TestKey_TheSameRequestIsDoneOnceAndAnsweredTheSame(t *testing.T) {
	h, n := counter(t)
	f := h.role(finance)
	first := f.do("POST", "/v1/counters/a", `{"by":1}`, "Idempotency-Key", "k1").expect(http.StatusCreated)
	again := f.do("POST", "/v1/counters/a", `{ "by": 1 }`, "Idempotency-Key", "k1").expect(http.StatusCreated)
	if *n != 1 || again.Body != first.Body || again.Header.Get("Idempotency-Replayed") != "true" || first.Header.Get("Idempotency-Replayed") != "" {
		t.Errorf("%d times; %s then %s %v", *n, first.Body, again.Body, again.Header)
	}
	f.do("POST", "/v1/counters/a", `{"by":1}`).expect(http.StatusCreated)
	if *n != 2 {
		t.Errorf("without a key: %d times", *n)
	}
}

func TestKey_WithAnotherBodyIs409AndOfAnotherCallerOrPathIsAnotherKey(t *testing.T) {
	h, n := counter(t)
	f := h.role(finance)
	f.do("POST", "/v1/counters/a", `{"by":1}`, "Idempotency-Key", "k1").expect(http.StatusCreated)
	if r := f.do("POST", "/v1/counters/a", `{"by":2}`, "Idempotency-Key", "k1").expect(http.StatusConflict); r.slug() != "key_reused" {
		t.Error(r.Body)
	}
	f.do("POST", "/v1/counters/b", `{"by":2}`, "Idempotency-Key", "k1").expect(http.StatusCreated)
	h.as(wire.Actor{User: "another", Roles: []string{finance}}).do("POST", "/v1/counters/a", `{"by":2}`, "Idempotency-Key", "k1").expect(http.StatusCreated)
	if *n != 3 {
		t.Errorf("%d times", *n)
	}
}

func TestKey_AFailureIsNotKept(t *testing.T) {
	h, n := counter(t)
	f := h.role(finance)
	f.do("POST", "/v1/counters/a", `{"by":-1}`, "Idempotency-Key", "k1").expect(http.StatusServiceUnavailable)
	f.do("POST", "/v1/counters/a", `{"by":-1}`, "Idempotency-Key", "k1").expect(http.StatusCreated)
	if *n != 1 {
		t.Errorf("%d times", *n)
	}
}

func TestKey_MustBeOneShortText(t *testing.T) {
	h, _ := counter(t)
	for _, key := range []string{" ", "a b", "ä", strings.Repeat("k", maxKey+1)} {
		if r := h.role(finance).do("POST", "/v1/counters/a", `{"by":1}`, "Idempotency-Key", key); r.slug() != "invalid_idempotency_key" {
			t.Errorf("%q: %d %s", key, r.Status, r.Body)
		}
	}
}

func TestStream_ProgressThenResultOrProblem(t *testing.T) {
	for body, want := range map[string]string{
		`{"by":1}`: "{\"progress\":{\"done\":1,\"total\":2}}\n{\"progress\":{\"done\":2,\"total\":2}}\n{\"result\":\"done\"}\n",
		`{"by":2}`: `"problem":{"type":"urn:fairlead:problem:internal"`,
	} {
		h, _ := odd(t, post("/v1/counters/{id}", anyone, func(c *Call, b bump) (string, error) {
			p := c.progressOf()
			for i := range 2 {
				if p != nil {
					p(i+1, 2)
				}
			}
			if b.Body.By == 2 {
				return "", errors.New("secret")
			}
			return "done", nil
		}, ""))
		r := person{h: h}.do("POST", "/v1/counters/a", body, "Accept", wire.NDJSON).expect(http.StatusOK)
		if !strings.Contains(r.Body, want) || r.Header.Get("Content-Type") != wire.NDJSON || strings.Contains(r.Body, "secret") {
			t.Errorf("%s: %s", body, r.Body)
		}
		plain := person{h: h}.post("/v1/counters/a", body)
		if body == `{"by":1}` && (plain.Body != "\"done\"\n" || plain.Header.Get("Content-Type") != "application/json") {
			t.Errorf("plainly: %s", plain.Body)
		}
	}
}
