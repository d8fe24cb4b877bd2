// Package assign puts customers with owners: it loads what routing.Decide reads,
// decides, and commits decision, head, portfolio and offer in one transaction.
// It owns no rule about who serves a customer (routing) and no key (store).
package assign

import (
	"log/slog"

	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/valuing"
	"github.com/fairlead/fairlead/internal/views"
)

// Router is the one path of a route, for people, facts and sweeps alike. It is
// safe for concurrent use; its only state is which owners were full just now.
type Router struct {
	store   *store.Store
	log     *slog.Logger
	docs    *documents.Documents
	valuing *valuing.Valuing
	views   *views.Views
	full    fullOwners
}

// NewRouter wires a Router.
func NewRouter(c documents.Config, docs *documents.Documents, v *valuing.Valuing, shown *views.Views) *Router {
	return &Router{store: c.Store, log: c.Log, docs: docs, valuing: v, views: shown}
}

// Assign is what people ask for: a route, an owner by hand, the answer to an
// offer.
type Assign struct {
	store  *store.Store
	docs   *documents.Documents
	views  *views.Views
	router *Router
}

// New wires an Assign.
func New(c documents.Config, docs *documents.Documents, shown *views.Views, r *Router) *Assign {
	return &Assign{c.Store, docs, shown, r}
}
