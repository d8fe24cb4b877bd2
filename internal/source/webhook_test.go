package source

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/fault"
)

// plain is a sender that signs by writing its secret into a header, and counts
// what it is asked.
type plain struct{ opened, tried int }

func (*plain) CheckSecret(secret string) error {
	if len(secret) < 8 {
		return fault.New(fault.Invalid, "invalid_secret", "is too short")
	}
	return nil
}

func (p *plain) Open(d Delivery) (Webhook, time.Time, error) {
	p.opened++
	return Webhook{ID: "m1", Header: map[string]string{"topic": "orders"}}, d.At, nil
}

func (p *plain) Signed(d Delivery, secret string) bool {
	p.tried++
	return strings.Join(d.Header["Secret"], "") == secret
}

func (*plain) Items(Webhook) ([]Item, error) { return []Item{{ID: "a"}, {ID: "b"}}, nil }

func TestSenders_EachHasItsOwnSecretsAndAllAreTried(t *testing.T) {
	p := &plain{}
	senders := Senders{"plain": p, Standard: standard{}}
	d := Delivery{Sender: "plain", At: hookNow, Body: []byte("{}"), Header: map[string][]string{"Secret": {"the first of three"}}}
	secrets := Secrets{Standard: {"another one"},
		"plain": {"the first of three", "short", "", "the second of three", "the third of three"}}
	w, err := senders.Verify(d, secrets)
	want := Webhook{Source: "plain", ID: "m1", Body: "{}", Header: map[string]string{"topic": "orders"}}
	if diff := cmp.Diff(want, w); diff != "" || err != nil {
		t.Errorf("%s, %v", diff, err)
	}
	if p.tried != 3 {
		t.Errorf("%d secrets were tried, want all three that can be used: the time tells which one was right", p.tried)
	}
	for _, secret := range []string{"another one", "short", ""} {
		d.Header = map[string][]string{"Secret": {secret}}
		if _, err := senders.Verify(d, secrets); !fault.Is(err, "signature_invalid") {
			t.Errorf("signed with %q: %v", secret, err)
		}
	}
	if items, err := senders.Items(w); err != nil || len(items) != 2 {
		t.Errorf("%v, %v", items, err)
	}
}

func TestVerify_WhatIsTooLargeIsNotLookedAt(t *testing.T) {
	p := &plain{}
	d := Delivery{Sender: "plain", At: hookNow, Body: make([]byte, MaxWebhook+1)}
	_, err := (Senders{"plain": p}).Verify(d, Secrets{"plain": {"long enough"}})
	if !fault.Is(err, "webhook_too_large") || p.opened+p.tried != 0 {
		t.Errorf("%v, opened %d times, tried %d secrets", err, p.opened, p.tried)
	}
}

// A queue keeps text: other bytes would come out of it as other bytes.
func TestVerify_ABodyThatIsNotTextIsRefusedWhileItsSenderIsThere(t *testing.T) {
	d := delivery(t, exampleSecret, "{\"id\":\"e\xff\"}", hookNow)
	_, err := known.Verify(d, Secrets{Standard: {exampleSecret}})
	if !fault.Is(err, "webhook_not_utf8") || fault.Of(err).Kind != fault.Invalid {
		t.Errorf("%v", err)
	}
}

func TestParseSecrets_OneThatCannotBeReadStopsNoOther(t *testing.T) {
	got, err := ParseSecrets([]byte(`{"standard":["` + exampleSecret + `",7,null],"later":["x"],"plain":"no list","nobody":[]}`))
	want := Secrets{Standard: {exampleSecret, "", ""}, "later": {"x"}, "plain": {""}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%s, %v", d, err)
	}
	if _, err := known.Verify(delivery(t, exampleSecret, `{}`, hookNow), got); err != nil {
		t.Errorf("%v", err)
	}
	for _, bad := range []string{`[]`, `{`, `"standard"`, ``} {
		if _, err := ParseSecrets([]byte(bad)); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
}

func TestUnusable_NamesSenderAndNumberAndQuotesNoSecret(t *testing.T) {
	const word = "not base64, not at all, never was"
	got := known.Unusable(Standard, Secrets{Standard: {exampleSecret, word, "", "whsec_", "whsec_x"}, "later": {"x"}})
	want := []string{
		`secret 2 of the webhooks of "standard" is not whsec_ and base64 of at least 24 bytes`,
		`secret 3 of the webhooks of "standard" is empty, or no text`,
		`secret 4 of the webhooks of "standard" is not whsec_ and base64 of at least 24 bytes`,
		`secret 5 of the webhooks of "standard" is not whsec_ and base64 of at least 24 bytes`,
	}
	var said []string
	for _, err := range got {
		said = append(said, err.Error())
	}
	if d := cmp.Diff(want, said); d != "" {
		t.Error(d)
	}
	if got := known.Unusable("later", Secrets{"later": {"x"}}); got != nil {
		t.Errorf("of a sender that there is not: %v", got)
	}
}
