package httpapi

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/fairlead/fairlead/internal/source"
)

func TestHook_OnADataFolder_IsAppliedAtOnceAndItsSecretCanBeReplaced(t *testing.T) {
	h := village(t)
	dir := t.TempDir()
	secrets, err := OpenHookSecrets(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := h.config()
	c.Hooks = &Hooks{Senders: source.KnownSenders(), Secrets: secrets}
	h.door = New(c)
	first, err := secrets(context.Background())
	if err != nil || len(first["standard"]) != 1 {
		t.Fatalf("%v, %v", first, err)
	}
	send := func(secret string) reply {
		t.Helper()
		body := `{"specversion":"1.0","id":"e1","source":"shop","type":"order.completed","time":"2026-03-02T10:00:00Z","data":{"orderId":"o1","customerId":"c1","amount":"10.00","currency":"EUR"}}`
		hook, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		signature, err := hook.Sign("m1", h.now, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		return person{h, ""}.do("POST", "/v1/hooks/standard", body, "Webhook-Id", "m1", "Webhook-Timestamp", strconv.FormatInt(h.now.Unix(), 10), "Webhook-Signature", signature)
	}
	if r := send(first["standard"][0]).expect(http.StatusAccepted); !strings.Contains(r.Body, `"outcome":"applied"`) {
		t.Errorf("%s", r.Body)
	}
	if r := send(first["standard"][0]).expect(http.StatusAccepted); !strings.Contains(r.Body, `"outcome":"duplicate"`) {
		t.Errorf("sent again: %s", r.Body)
	}
	next := "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
	send(next).expect(http.StatusUnauthorized)
	if err := os.WriteFile(filepath.Join(dir, "webhooks.json"), []byte(`{"standard":["`+next+`"]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	send(next).expect(http.StatusAccepted)
	send(first["standard"][0]).expect(http.StatusUnauthorized)
	if again, err := OpenHookSecrets(dir); err != nil {
		t.Error(err)
	} else if s, err := again(context.Background()); err != nil || s["standard"][0] != next {
		t.Errorf("opened again: %v, %v", s, err)
	}
}

func TestHook_AFactFromTheFutureIsAnsweredAsRejectedAndIsNoConflictWhenItIsRight(t *testing.T) {
	h := village(t)
	secrets, err := OpenHookSecrets(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c := h.config()
	c.Hooks = &Hooks{Senders: source.KnownSenders(), Secrets: secrets}
	h.door = New(c)
	known, err := secrets(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	hook, err := standardwebhooks.NewWebhook(known["standard"][0])
	if err != nil {
		t.Fatal(err)
	}
	for _, sent := range [][2]string{{"2062-03-02", `"outcome":"rejected","slug":"in_the_future","field":"time"`}, {"2026-03-02", `"outcome":"applied"`}} {
		body := `{"id":"e1","source":"shop","type":"order.completed","time":"` + sent[0] + `T10:00:00Z","data":{"orderId":"o1","customerId":"c1","amount":"10.00","currency":"EUR"}}`
		signature, err := hook.Sign("m1", h.now, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		r := person{h, ""}.do("POST", "/v1/hooks/standard", body, "Webhook-Id", "m1", "Webhook-Timestamp", strconv.FormatInt(h.now.Unix(), 10), "Webhook-Signature", signature)
		if r.expect(http.StatusAccepted); !strings.Contains(r.Body, sent[1]) {
			t.Errorf("%s: %s", sent[0], r.Body)
		}
	}
}

func TestDevIssuer_BelievesTheKeyItWasGivenAndNoOther(t *testing.T) {
	h := newHouse(t)
	issuer, err := DevIssuer(h.key.PublicSet())
	if err != nil {
		t.Fatal(err)
	}
	c := h.config()
	c.Issuers = []Issuer{issuer}
	h.door = New(c)
	h.role(manager).get("/v1/policies").expect(http.StatusOK)
	if h.key, err = OpenDevKey(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	h.role(manager).get("/v1/policies").expect(http.StatusUnauthorized)
	if _, err := DevIssuer([]byte("{")); err == nil {
		t.Error("a broken set was accepted")
	}
}

func TestLazyOIDC_FetchesWhenAsked_AndAgainForAKeyItDoesNotKnow(t *testing.T) {
	h := newHouse(t)
	set, fetched, up := h.key.PublicSet(), 0, false
	client := &http.Client{Transport: roundTrip(func() (int, []byte) {
		if fetched++; !up {
			return http.StatusBadGateway, nil
		}
		return http.StatusOK, set
	})}
	issuer, err := LazyOIDC(OIDCConfig{Issuer: devIssuer, Audience: devAudience, JWKS: "https://issuer.example/keys"}, client)
	if err != nil || fetched != 0 {
		t.Fatalf("%d fetched before anybody asked, %v", fetched, err)
	}
	c := h.config()
	c.Issuers = []Issuer{issuer}
	h.door = New(c)
	h.role(manager).get("/v1/policies").expect(http.StatusUnauthorized)
	up = true
	h.role(manager).get("/v1/policies").expect(http.StatusOK) // an outage at the first token is over with the outage
	up = false
	h.role(manager).get("/v1/policies").expect(http.StatusOK) // the known keys outlive one
	if fetched != 2 {
		t.Errorf("%d fetches for three requests, the first in an outage", fetched)
	}
	up = true
	if h.key, err = OpenDevKey(t.TempDir()); err != nil { // the issuer rotates
		t.Fatal(err)
	}
	set = h.key.PublicSet()
	h.role(manager).get("/v1/policies").expect(http.StatusOK)
}

// roundTrip answers every request.
type roundTrip func() (int, []byte)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body := f()
	return &http.Response{StatusCode: status, Status: strconv.Itoa(status), Body: io.NopCloser(bytes.NewReader(body)), Request: r}, nil
}
