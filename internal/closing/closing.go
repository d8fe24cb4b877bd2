// Package closing decides what is owed: it closes months owner by owner, has a
// second reader compute everything again, and makes statements and seals, which
// are put once and never changed. It pays nobody (paying does).
package closing

import (
	"sync"
	"time"

	"github.com/fairlead/fairlead/internal/cache"
	"github.com/fairlead/fairlead/internal/incentive"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/value"
)

// Library reads what a month is computed from: documents within the pin,
// customers, earlier positions. It is safe for concurrent use; its only state
// beside the store are caches of immutable documents.
type Library struct {
	store *store.Store
	clock func() time.Time

	plans    cache.Cache[*incentive.Plan] // by id, version and hash
	models   cache.Cache[*value.Model]    // by hash
	policies cache.Cache[*routing.Policy] // by hash and zone
	censuses cache.Cache[*balance]        // by hash
}

// NewLibrary wires a Library.
func NewLibrary(s *store.Store, clock func() time.Time) *Library {
	return &Library{store: s, clock: clock}
}

// Maker makes what one owner's closing puts into the ledger.
type Maker struct {
	store   *store.Store
	library *Library
	strays  *Strays
}

// Strays finds entries that slipped into a closed month, and books them forward.
type Strays struct {
	store   *store.Store
	library *Library
}

// Closing closes months.
type Closing struct {
	store   *store.Store
	library *Library
	maker   *Maker
	strays  *Strays

	closing sync.Mutex // one close at a time and process; a second one finds the first one's work
}

// Statements shows statements, closed ones and previews.
type Statements struct {
	store   *store.Store
	library *Library
	maker   *Maker
}

// New wires the parts of closing on a library.
func New(s *store.Store, l *Library) (*Closing, *Statements, *Strays) {
	strays := &Strays{s, l}
	maker := &Maker{s, l, strays}
	return &Closing{store: s, library: l, maker: maker, strays: strays}, &Statements{s, l, maker}, strays
}
