package source

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
)

// Standard names the source of webhooks signed as in Standard Webhooks
// (https://www.standardwebhooks.com), whose bodies are CloudEvents, as those of
// a request with facts are.
const Standard = "standard"

// Limits of a webhook.
const (
	// MaxWebhook is the size of a body in bytes. What is larger is refused before
	// anything is computed over it. A queue's message takes 256 KiB, and escaping
	// may make a body larger.
	MaxWebhook = 120 << 10
	// WebhookTolerance is how far a webhook's time may be from ours, either way.
	WebhookTolerance = 300 * time.Second
	// maxSignatures is how many signatures one webhook may carry.
	maxSignatures = 16
)

// Secrets are the active secrets of each source, as they are kept:
// {"standard":["whsec_..."]}. While one is replaced by another both are active.
type Secrets map[string][]string

// ParseSecrets reads Secrets and checks that each can be used: base64 of 24 to
// 64 bytes, behind whsec_ or not.
func ParseSecrets(data []byte) (Secrets, error) {
	var s Secrets
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("the secrets of webhooks are not {\"standard\":[\"whsec_..\"]}: %w", err)
	}
	for name, all := range s {
		for i, secret := range all {
			if _, err := standardwebhooks.NewWebhook(secret); err != nil || len(secret) < 32 {
				return nil, fmt.Errorf("secret %d of the webhooks of %q is not whsec_ and base64 of at least 24 bytes", i+1, name)
			}
		}
	}
	return s, nil
}

// Webhook is a webhook as it came: verified, not yet read.
type Webhook struct {
	Source      string `json:"source"` // standard
	ID          string `json:"id"`     // the sender's, of this message
	ContentType string `json:"contentType,omitempty"`
	Body        string `json:"body"` // the raw bytes, which are UTF-8
}

// Delivery is what a door got.
type Delivery struct {
	Source string
	Header map[string][]string // names in the canonical form of net/http
	Body   []byte              // raw, as it was signed
}

func badSignature(why string) error {
	return fault.New(fault.Unauthenticated, "signature_invalid", "the webhook is not accepted: %s", why)
}

// Verify checks a webhook over its raw bytes: its size first, then its time
// against now, then its signature with every active secret, in constant time.
// 404 source_not_found, 422 webhook_too_large, 401 signature_invalid.
func Verify(d Delivery, secrets Secrets, now time.Time) (Webhook, error) {
	if d.Source != Standard {
		return Webhook{}, fault.New(fault.NotFound, "source_not_found", "there is no webhook source %q", fault.Clip(d.Source))
	}
	if len(d.Body) > MaxWebhook {
		return Webhook{}, fault.New(fault.Invalid, "webhook_too_large", "a webhook has at most %d bytes", MaxWebhook)
	}
	id, err := one(d.Header, "Webhook-Id")
	if err != nil {
		return Webhook{}, err
	}
	if _, err := channel.ParseEventID("webhook-id", id); err != nil {
		return Webhook{}, badSignature("its webhook-id is not an id")
	}
	stamp, err := one(d.Header, "Webhook-Timestamp")
	if err != nil {
		return Webhook{}, err
	}
	sent, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return Webhook{}, badSignature("its webhook-timestamp is not a number of seconds")
	}
	if age := now.Unix() - sent; age > int64(WebhookTolerance/time.Second) || age < -int64(WebhookTolerance/time.Second) {
		return Webhook{}, badSignature("it is from another time than now; send it again with a new timestamp and signature")
	}
	if err := signed(d, secrets[d.Source]); err != nil {
		return Webhook{}, err
	}
	contentType := ""
	if v := d.Header["Content-Type"]; len(v) == 1 {
		contentType = v[0]
	}
	return Webhook{Source: d.Source, ID: id, ContentType: contentType, Body: string(d.Body)}, nil
}

// one is the value of a header that must be there once.
func one(header map[string][]string, name string) (string, error) {
	v := header[name]
	if len(v) != 1 || v[0] == "" {
		return "", badSignature("it needs one header " + strings.ToLower(name))
	}
	return v[0], nil
}

// signed tries every active secret, the right one or not, so that the time it
// takes does not tell which.
func signed(d Delivery, secrets []string) error {
	given, err := one(d.Header, "Webhook-Signature")
	if err != nil {
		return err
	}
	if len(strings.Fields(given)) > maxSignatures {
		return badSignature("it has too many signatures")
	}
	ok := false
	for _, secret := range secrets {
		hook, err := standardwebhooks.NewWebhook(secret)
		if err == nil && hook.VerifyIgnoringTimestamp(d.Body, d.Header) == nil { // the time was checked by our own clock
			ok = true
		}
	}
	if !ok {
		return badSignature("its signature does not hold")
	}
	return nil
}

// Items reads the facts of a verified webhook: the only place that knows how
// the source writes them. The error is about the whole, as of Events.
func (w Webhook) Items() ([]Item, error) {
	if w.Source != Standard {
		return nil, fault.New(fault.NotFound, "source_not_found", "there is no webhook source %q", fault.Clip(w.Source))
	}
	return Events(w.ContentType, []byte(w.Body))
}
