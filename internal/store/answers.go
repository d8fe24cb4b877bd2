package store

import (
	"context"
	"encoding/json"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/seal"
)

// Request names a keyed request: "METHOD path" without query, who asks, the
// Idempotency-Key, and what is asked.
type Request struct {
	Call   string
	Caller string
	Key    string
	Body   any // canonical JSON of it is compared
}

// StoredAnswer is the answer to a keyed request, kept for ever.
type StoredAnswer struct {
	Answer   json.RawMessage `json:"answer,omitempty"`
	AnswerAt string          `json:"answerAt,omitempty"` // hash of an answer too large for the item: it is kept as content
	Request  string          `json:"request"`            // hash of the body
}

// Replay looks for the stored answer to a keyed request and decodes it into
// answer. found is false for a new key (and for a request without one); the
// same key with another body is 409 key_reused.
func (s *Store) Replay(ctx context.Context, r Request, answer any) (found bool, err error) {
	if r.Key == "" {
		return false, nil
	}
	kept, err := load[StoredAnswer](ctx, s, StoredAnswerKey(r.Call, r.Caller, r.Key))
	stored := &kept.Value
	if err != nil || !kept.Exists() {
		return false, err
	}
	hash, err := seal.HashOfValue(r.Body)
	if err != nil {
		return false, err
	}
	if hash != stored.Request {
		return true, KeyReused(r.Key)
	}
	if stored.AnswerAt != "" {
		return true, s.readJSON(ctx, stored.AnswerAt, answer)
	}
	if err := json.Unmarshal(stored.Answer, answer); err != nil {
		return true, fault.New(fault.Internal, "internal", "internal error").Because(err)
	}
	return true, nil
}

// HasAnswer reports whether a keyed request was answered before, whatever it
// asked.
func (s *Store) HasAnswer(ctx context.Context, r Request) (bool, error) {
	items, err := s.Get(ctx, StoredAnswerKey(r.Call, r.Caller, r.Key))
	return err == nil && items[0].Version != 0, err
}

// KeyReused is the refusal of a key that came with another body before.
func KeyReused(key string) error {
	return fault.New(fault.Conflict, "key_reused", "the Idempotency-Key %q was used for another request", fault.Clip(key))
}

// PutStoredAnswer adds the answer to a keyed request to the transaction that it
// reports; without a key it adds nothing and returns -1. A refusal of the op
// means that another process answered the same key: replay it.
func (b *Batch) PutStoredAnswer(r Request, answer any) int {
	if r.Key == "" {
		return -1
	}
	hash, err := seal.HashOfValue(r.Body)
	if err != nil && b.err == nil {
		b.err = err
	}
	body, err := seal.Canonical(answer)
	if err != nil && b.err == nil {
		b.err = err
	}
	return b.New(StoredAnswerKey(r.Call, r.Caller, r.Key), StoredAnswer{Answer: body, Request: hash})
}

// KeepAnswer stores the answer to a keyed request, of any size, after the work;
// without a key it does nothing. The first answer stays, whatever is repeated
// under its key.
func (s *Store) KeepAnswer(ctx context.Context, r Request, answer any) error {
	if r.Key == "" {
		return nil
	}
	body, err := seal.Canonical(answer)
	if err != nil {
		return err
	}
	b := &Batch{}
	if len(body) <= maxPart {
		b.PutStoredAnswer(r, json.RawMessage(body))
		return s.keep(ctx, b)
	}
	stored := StoredAnswer{}
	if stored.Request, err = seal.HashOfValue(r.Body); err != nil {
		return err
	}
	if stored.AnswerAt, err = s.PutContent(ctx, body); err != nil {
		return err
	}
	b.New(StoredAnswerKey(r.Call, r.Caller, r.Key), stored)
	return s.keep(ctx, b)
}

// keep commits what need not be the first.
func (s *Store) keep(ctx context.Context, b *Batch) error {
	if err := s.Commit(ctx, b); err != nil && !IsRefused(err) {
		return err
	}
	return nil
}
