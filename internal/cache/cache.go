// Package cache remembers what was loaded under a name and never changes, such
// as a document under its hash. It knows nothing of what it remembers.
package cache

import (
	"context"
	"sync"

	"golang.org/x/sync/singleflight"
)

// Cache remembers values by name. The zero Cache is ready, keeps everything and
// is safe for concurrent use; what it hands out is shared and must not be changed.
type Cache[T any] struct {
	// Most is how many values are kept: when one more comes, the others are
	// forgotten. 0: all are, for ever. 1 remembers the newest of what replaces
	// one another.
	Most int

	mu     sync.RWMutex
	kept   map[string]T
	flight singleflight.Group
}

// Get is the value of a name, loaded if it is not kept: once, however many ask
// for it meanwhile. An error is not kept; who only waited for somebody else's
// load, which may have failed because that caller gave up, loads once more.
func (c *Cache[T]) Get(ctx context.Context, name string, load func(context.Context) (T, error)) (T, error) {
	if v, ok := c.find(name); ok {
		return v, nil
	}
	for {
		mine := false
		v, err, _ := c.flight.Do(name, func() (any, error) {
			mine = true
			if v, ok := c.find(name); ok { // kept since we looked
				return v, nil
			}
			v, err := load(ctx)
			if err == nil {
				c.keep(name, v)
			}
			return v, err
		})
		if err == nil || mine || ctx.Err() != nil {
			out, _ := v.(T)
			return out, err
		}
	}
}

// Keep remembers a value that was not loaded here.
func (c *Cache[T]) Keep(name string, v T) { c.keep(name, v) }

func (c *Cache[T]) find(name string) (T, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	v, ok := c.kept[name]
	return v, ok
}

func (c *Cache[T]) keep(name string, v T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil || c.Most > 0 && len(c.kept) >= c.Most {
		c.kept = map[string]T{}
	}
	c.kept[name] = v
}
