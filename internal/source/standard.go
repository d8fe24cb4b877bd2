package source

import (
	"errors"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/fairlead/fairlead/internal/channel"
)

// Standard names the sender of webhooks signed as in Standard Webhooks
// (https://www.standardwebhooks.com), whose bodies are CloudEvents, as those of
// a request with facts are.
const Standard = "standard"

// maxSignatures is how many signatures one webhook may carry.
const maxSignatures = 16

type standard struct{}

// CheckSecret wants base64 of 24 to 64 bytes, behind whsec_ or not.
func (standard) CheckSecret(secret string) error {
	if _, err := standardwebhooks.NewWebhook(secret); err != nil || len(secret) < 32 {
		return errors.New("is not whsec_ and base64 of at least 24 bytes")
	}
	return nil
}

// Open reads the three headers of the specification.
func (standard) Open(d Delivery) (w Webhook, sent time.Time, err error) {
	if w.ID, err = one(d.Header, "Webhook-Id"); err != nil {
		return w, sent, err
	}
	if _, err := channel.ParseEventID("webhook-id", w.ID); err != nil {
		return w, sent, Unsigned("its webhook-id is not an id")
	}
	stamp, err := one(d.Header, "Webhook-Timestamp")
	if err != nil {
		return w, sent, err
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return w, sent, Unsigned("its webhook-timestamp is not a number of seconds")
	}
	given, err := one(d.Header, "Webhook-Signature")
	if err != nil {
		return w, sent, err
	}
	if len(strings.Fields(given)) > maxSignatures {
		return w, sent, Unsigned("it has too many signatures")
	}
	if v := d.Header["Content-Type"]; len(v) == 1 {
		w.ContentType = v[0]
	}
	return w, time.Unix(seconds, 0), nil
}

// Signed leaves the time to our own clock.
func (standard) Signed(d Delivery, secret string) bool {
	hook, err := standardwebhooks.NewWebhook(secret)
	return err == nil && hook.VerifyIgnoringTimestamp(d.Body, d.Header) == nil
}

// Items reads CloudEvents.
func (standard) Items(w Webhook) ([]Item, error) { return Events(w.ContentType, []byte(w.Body)) }
