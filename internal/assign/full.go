package assign

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

// fullOwners remembers for a few seconds whose capacity refused, so that their
// counters are read together with the next customer: a full partner costs one
// refusal per process and 5 s, not one per route.
type fullOwners struct {
	mu sync.Mutex
	at map[channel.Owner]time.Time
}

const (
	rememberFull = 5 * time.Second
	maxFull      = 20
)

func (f *fullOwners) remember(o channel.Owner, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.at == nil {
		f.at = map[channel.Owner]time.Time{}
	}
	f.at[o] = now
}

// recent are the owners remembered, at most maxFull, in order of their names.
func (f *fullOwners) recent(now time.Time) []channel.Owner {
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.DeleteFunc(f.at, func(_ channel.Owner, t time.Time) bool { return now.Sub(t) >= rememberFull || now.Before(t) })
	owners := slices.Sorted(maps.Keys(f.at))
	return owners[:min(len(owners), maxFull)]
}
