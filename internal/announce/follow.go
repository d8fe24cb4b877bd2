package announce

import (
	"context"
	"time"

	"github.com/fairlead/fairlead/internal/store"
)

// Follower hears what is put into the ledger by this process.
type Follower struct {
	Tick   <-chan time.Time // looks for what is new
	Now    func() time.Time
	Hear   func(Event)
	Failed func(error)
}

// Follow tells what is put into the ledger from now on, until ctx ends. What
// cannot be told is handed to Failed and passed over: an embedded service tells
// its log, and that is no reason to hold anything up.
func (t *Teller) Follow(ctx context.Context, f Follower) {
	feed, err := t.store.Feed(ctx)
	if err != nil {
		f.Failed(err)
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.Tick:
		}
		for more := true; more && ctx.Err() == nil; {
			some, err := feed.Next(ctx)
			if err != nil {
				f.Failed(err)
			}
			for _, in := range some {
				t.tell(ctx, in, f)
			}
			more = len(some) > 0
		}
	}
}

func (t *Teller) tell(ctx context.Context, in store.Inserted, f Follower) {
	var told []Event
	err := in.Err
	if err == nil {
		told, err = t.Events(ctx, in.Change, f.Now())
	}
	if err != nil {
		f.Failed(err)
	}
	for _, e := range told {
		f.Hear(e)
	}
}
