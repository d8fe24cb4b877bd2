// Package valuing says what customers are worth: one by one under a policy and a
// model, all of them in the census, and by which model. It moves nobody.
package valuing

import (
	"log/slog"

	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/store"
)

// Valuing values customers. It is safe for concurrent use.
type Valuing struct {
	store *store.Store
	log   *slog.Logger
	docs  *documents.Documents
}

// New wires a Valuing.
func New(c documents.Config, docs *documents.Documents) *Valuing {
	return &Valuing{c.Store, c.Log, docs}
}
