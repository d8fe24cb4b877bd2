package source

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
)

// Limits of a webhook.
const (
	// MaxWebhook is the size of a body in bytes. What is larger is refused before
	// anything is computed over it. A queue's message takes 256 KiB, and escaping
	// may make a body larger.
	MaxWebhook = 120 << 10
	// WebhookTolerance is how far a webhook's time may be from ours, either way.
	WebhookTolerance = 300 * time.Second
)

// Delivery is what a door got.
type Delivery struct {
	Sender string              // the last part of the path
	Method string              // of HTTP, in capitals
	URL    string              // with scheme, host and query, as the sender wrote it
	Header map[string][]string // names in the canonical form of net/http
	Body   []byte              // raw, as it was signed
	At     time.Time           // when it came, by our clock
}

// Webhook is a webhook as it came: verified, not yet read. It is kept in a queue
// as JSON, and read by the version after this one, too.
type Webhook struct {
	Source      string `json:"source"` // the sender's name
	ID          string `json:"id"`     // the sender's, of this message
	ContentType string `json:"contentType,omitempty"`
	Body        string `json:"body"` // the raw bytes, which are UTF-8

	// Header is what the sender says beside the body and its facts need, under
	// names of the sender's own choice.
	Header map[string]string `json:"header,omitempty"`
}

// Sender is a kind of system that sends webhooks: how it signs, and how it writes
// facts. It knows neither clock nor secrets but what it is handed; size, time and
// trying each active secret are Senders' to do, the same for all.
type Sender interface {
	// CheckSecret says what is wrong with a secret; nil: webhooks can be signed
	// with it. People see the error: it must not quote the secret.
	CheckSecret(secret string) error

	// Open reads what a delivery says of itself, before anything of it is believed:
	// the webhook with its ID and all that Items will need but the body, and when
	// it was sent (d.At if senders of this kind never say). The error is Unsigned.
	Open(d Delivery) (w Webhook, sent time.Time, err error)

	// Signed reports whether a delivery is signed with a secret that CheckSecret
	// lets through, in a time that does not depend on how much of it is right.
	Signed(d Delivery, secret string) bool

	// Items reads the facts of a verified webhook, at any time after. What is wrong
	// with one of them is its own Err; the error is a fault.Invalid about the whole.
	Items(w Webhook) ([]Item, error)
}

// Senders are those whose webhooks are taken, by name: the last part of their
// path, and the name of their secrets.
type Senders map[string]Sender

// KnownSenders are all there are, one file each.
func KnownSenders() Senders {
	return Senders{
		Standard: standard{},
	}
}

// Unsigned is the answer to a delivery that is not believed. 401 signature_invalid.
func Unsigned(why string) error {
	return fault.New(fault.Unauthenticated, "signature_invalid", "the webhook is not accepted: %s", why)
}

// Named is the sender of that name. 404 source_not_found.
func (s Senders) Named(name string) (Sender, error) {
	if sender := s[name]; sender != nil {
		return sender, nil
	}
	return nil, fault.New(fault.NotFound, "source_not_found", "there is no webhook source %q", fault.Clip(name))
}

// Verify checks a webhook over its raw bytes: its size first, then its time, then
// its signature with every active secret of its sender. 404 source_not_found, 422
// webhook_too_large, 401 signature_invalid, 422 webhook_not_utf8.
func (s Senders) Verify(d Delivery, secrets Secrets) (Webhook, error) {
	sender, err := s.Named(d.Sender)
	if err != nil {
		return Webhook{}, err
	}
	if len(d.Body) > MaxWebhook {
		return Webhook{}, fault.New(fault.Invalid, "webhook_too_large", "a webhook has at most %d bytes", MaxWebhook)
	}
	w, sent, err := sender.Open(d)
	if err != nil {
		return Webhook{}, err
	}
	if _, err := channel.ParseEventID("id", w.ID); err != nil {
		return Webhook{}, Unsigned("its id is not one")
	}
	age, most := d.At.Unix()-sent.Unix(), int64(WebhookTolerance/time.Second)
	if age > most || age < -most {
		return Webhook{}, Unsigned("it is from another time than now; send it again with a new timestamp and signature")
	}
	// Each secret is tried, the right one found or not, so that the time it takes
	// does not tell which.
	signed := false
	for _, secret := range secrets[d.Sender] {
		if usable(sender, secret) == nil && sender.Signed(d, secret) {
			signed = true
		}
	}
	if !signed {
		return Webhook{}, Unsigned("its signature does not hold")
	}
	if !utf8.Valid(d.Body) {
		return Webhook{}, fault.New(fault.Invalid, "webhook_not_utf8", "the body of a webhook is text in UTF-8")
	}
	w.Source, w.Body = d.Sender, string(d.Body)
	return w, nil
}

// Items reads the facts of a verified webhook, as its sender writes them. The
// error is about the whole: 404 source_not_found, or as of Sender.
func (s Senders) Items(w Webhook) ([]Item, error) {
	sender, err := s.Named(w.Source)
	if err != nil {
		return nil, err
	}
	return sender.Items(w)
}

// Secrets are the active secrets of each sender, as they are kept:
// {"standard":["whsec_..."]}. While one is replaced by another both are active.
type Secrets map[string][]string

// ParseSecrets reads Secrets. A secret that is no text stands as "", which no
// webhook is signed with: what is wrong with one of them concerns no other. The
// error is about the whole.
func ParseSecrets(data []byte) (Secrets, error) {
	var senders map[string]json.RawMessage
	if err := json.Unmarshal(data, &senders); err != nil {
		return nil, fmt.Errorf("the secrets of webhooks are not {\"standard\":[\"whsec_..\"]}: %w", err)
	}
	secrets := Secrets{}
	for name, list := range senders {
		var all []json.RawMessage
		if err := json.Unmarshal(list, &all); err != nil {
			secrets[name] = []string{""}
			continue
		}
		for _, text := range all {
			var secret string
			_ = json.Unmarshal(text, &secret) // "" where it is none
			secrets[name] = append(secrets[name], secret)
		}
	}
	return secrets, nil
}

// Unusable says which secrets of a sender cannot be used, and why; it quotes none.
func (s Senders) Unusable(name string, secrets Secrets) []error {
	sender := s[name]
	if sender == nil {
		return nil
	}
	var all []error
	for i, secret := range secrets[name] {
		if err := usable(sender, secret); err != nil {
			all = append(all, fmt.Errorf("secret %d of the webhooks of %q %w", i+1, name, err))
		}
	}
	return all
}

func usable(sender Sender, secret string) error {
	if secret == "" {
		return errors.New("is empty, or no text")
	}
	return sender.CheckSecret(secret)
}

// one is the value of a header that must be there once.
func one(header map[string][]string, name string) (string, error) {
	v := header[name]
	if len(v) != 1 || v[0] == "" {
		return "", Unsigned("it needs one header " + strings.ToLower(name))
	}
	return v[0], nil
}
