// Package views is what people read back: a customer, a decision, its explanation
// and replay, offers, portfolios, the balance. It writes nothing.
package views

import (
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/valuing"
)

// Views shows customers, decisions and offers. It is safe for concurrent use.
type Views struct {
	store *store.Store
	docs  *documents.Documents
}

// New wires Views.
func New(c documents.Config, docs *documents.Documents) *Views { return &Views{c.Store, docs} }

// Values shows what customers are worth: one, a portfolio, a region.
type Values struct {
	store   *store.Store
	docs    *documents.Documents
	valuing *valuing.Valuing
}

// NewValues wires Values.
func NewValues(c documents.Config, docs *documents.Documents, v *valuing.Valuing) *Values {
	return &Values{c.Store, docs, v}
}
