package source

import (
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/fairlead/fairlead/internal/fault"
)

// The example of the specification's own reference implementations.
const exampleSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

var known = KnownSenders()

var hookNow = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

func delivery(t *testing.T, secret, body string, at time.Time) Delivery {
	t.Helper()
	hook, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := hook.Sign("msg_1", at, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return Delivery{Sender: Standard, Body: []byte(body), At: hookNow, Header: map[string][]string{
		"Webhook-Id": {"msg_1"}, "Webhook-Timestamp": {strconv.FormatInt(at.Unix(), 10)}, "Webhook-Signature": {signature},
		"Content-Type": {"application/cloudevents+json"},
	}}
}

func TestVerify_PublishedExampleHolds(t *testing.T) {
	d := Delivery{Sender: Standard, Body: []byte(`{"test": 2432232314}`), At: time.Unix(1614265330, 0), Header: map[string][]string{
		"Webhook-Id": {"msg_p5jXN8AQM9LWM0D4loKWxJek"}, "Webhook-Timestamp": {"1614265330"},
		"Webhook-Signature": {"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
	}}
	if _, err := known.Verify(d, Secrets{Standard: {exampleSecret}}); err != nil {
		t.Error(err)
	}
}

func TestVerify_AcceptsEveryActiveSecretWhileOneIsReplaced(t *testing.T) {
	old, next := exampleSecret, "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
	for _, secret := range []string{old, next} {
		w, err := known.Verify(delivery(t, secret, `{}`, hookNow), Secrets{Standard: {old, next}})
		want := Webhook{Source: Standard, ID: "msg_1", ContentType: "application/cloudevents+json", Body: `{}`}
		if d := cmp.Diff(want, w); d != "" || err != nil {
			t.Errorf("%s, %v", d, err)
		}
		if _, err := known.Verify(delivery(t, secret, `{}`, hookNow), Secrets{Standard: {old}}); (err == nil) != (secret == old) {
			t.Errorf("%s with the old secret alone: %v", secret, err)
		}
	}
}

func TestVerify_RefusesWhatWasNotSignedLikeThis(t *testing.T) {
	secrets := Secrets{Standard: {exampleSecret}}
	good := delivery(t, exampleSecret, `{"a":1}`, hookNow)
	with := func(name string, values ...string) Delivery {
		d := good
		d.Header = maps.Clone(d.Header)
		d.Header[name] = values
		return d
	}
	otherwise := func(sender string, body []byte) Delivery {
		d := good
		d.Sender, d.Body = sender, body
		return d
	}
	for _, c := range []struct {
		name, slug string
		d          Delivery
		secrets    Secrets
	}{
		{"another body", "signature_invalid", otherwise(Standard, []byte(`{"a": 1}`)), secrets},
		{"another id", "signature_invalid", with("Webhook-Id", "msg_2"), secrets},
		{"another time", "signature_invalid", with("Webhook-Timestamp", strconv.FormatInt(hookNow.Unix()+1, 10)), secrets},
		{"no id", "signature_invalid", with("Webhook-Id"), secrets},
		{"two ids", "signature_invalid", with("Webhook-Id", "msg_1", "msg_1"), secrets},
		{"no signature", "signature_invalid", with("Webhook-Signature"), secrets},
		{"the first second of the calendar", "signature_invalid", with("Webhook-Timestamp", "-62135596800"), secrets},
		{"a time beyond all", "signature_invalid", with("Webhook-Timestamp", "-9223372036854775808"), secrets},
		{"a time that is none", "signature_invalid", with("Webhook-Timestamp", "soon"), secrets},
		{"only an unknown version", "signature_invalid", with("Webhook-Signature", strings.Replace(good.Header["Webhook-Signature"][0], "v1,", "v2,", 1)), secrets},
		{"hundreds of signatures", "signature_invalid", with("Webhook-Signature", strings.Repeat("v1,x ", 300)+good.Header["Webhook-Signature"][0]), secrets},
		{"no secret", "signature_invalid", good, Secrets{}},
		{"another source", "source_not_found", otherwise("elsewhere", good.Body), secrets},
		{"too large", "webhook_too_large", otherwise(Standard, make([]byte, MaxWebhook+1)), secrets},
	} {
		if _, err := known.Verify(c.d, c.secrets); !fault.Is(err, c.slug) {
			t.Errorf("%s: %v, want %s", c.name, err, c.slug)
		}
	}
}

func TestVerify_FiveMinutesEitherWayAndNotASecondMore(t *testing.T) {
	secrets := Secrets{Standard: {exampleSecret}}
	for _, off := range []time.Duration{-300, 300, -301, 301} {
		d := delivery(t, exampleSecret, `{}`, hookNow.Add(off*time.Second))
		if _, err := known.Verify(d, secrets); (err == nil) != (off.Abs() <= 300) {
			t.Errorf("%d s off: %v", off, err)
		}
	}
}

func TestWebhook_ItsFactsAreReadAsThoseOfARequest(t *testing.T) {
	w := Webhook{Source: Standard, ID: "m", ContentType: MediaEvent, Body: `{"specversion":"1.0","id":"e1","source":"shop","type":"customer.churned","time":"2026-07-01T00:00:00Z","data":{"customerId":"C1"}}`}
	items, err := known.Items(w)
	if err != nil || len(items) != 1 || items[0].Err != nil || items[0].Fact.Churn.Customer != "C1" {
		t.Errorf("%+v, %v", items, err)
	}
	if _, err := known.Items(Webhook{Source: "other"}); !fault.Is(err, "source_not_found") {
		t.Errorf("%v", err)
	}
}
