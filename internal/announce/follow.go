package announce

import (
	"context"
	"time"

	"github.com/fairlead/fairlead/internal/table"
)

// Follower hears what is put into the ledger of a table in this process.
type Follower struct {
	Changes table.Changes
	Tick    <-chan time.Time // looks for what is new
	Now     func() time.Time
	Hear    func(Event)
	Failed  func(error)
}

// Follow tells what is put into the ledger from now on, until ctx ends. What
// cannot be told is handed to Failed and passed over: an embedded service tells
// its log, and that is no reason to hold anything up.
func (t *Teller) Follow(ctx context.Context, f Follower) {
	after, err := newest(ctx, f.Changes)
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
			page, err := f.Changes.Changes(ctx, after, 0)
			if err != nil {
				f.Failed(err)
			}
			for _, c := range page {
				t.tell(ctx, c.Item, f)
				after = c.Seq
			}
			more = len(page) > 0
		}
	}
}

func (t *Teller) tell(ctx context.Context, it table.Item, f Follower) {
	told, err := t.Events(ctx, Insert{it.PK, it.SK, it.Body, f.Now()})
	if err != nil {
		f.Failed(err)
	}
	for _, e := range told {
		f.Hear(e)
	}
}

// newest is a sequence number after which nothing is there yet, found by asking
// rather than by reading everything.
func newest(ctx context.Context, changes table.Changes) (uint64, error) {
	some := func(after uint64) (bool, error) {
		page, err := changes.Changes(ctx, after, 1)
		return len(page) > 0, err
	}
	low, high := uint64(0), uint64(1)
	for {
		more, err := some(high)
		if err != nil {
			return 0, err
		}
		if !more {
			break
		}
		low, high = high, 2*high
	}
	for low < high {
		middle := low + (high-low)/2
		more, err := some(middle)
		if err != nil {
			return 0, err
		}
		if more {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return high, nil
}
