package closing

import (
	"context"
	"sync"

	"github.com/fairlead/fairlead/internal/sidebyside"
)

// workers is how many owners or lines are worked on at a time.
const workers = 4

// Each calls do for 0..n-1, a few at a time, until one fails; the first error
// wins. after, if set, is called after each with how many are done.
func Each(ctx context.Context, n int, after func(done int), do func(ctx context.Context, i int) error) error {
	var mu sync.Mutex
	done := 0
	return sidebyside.Each(ctx, n, workers, func(ctx context.Context, i int) error {
		if err := do(ctx, i); err != nil || after == nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		done++
		after(done)
		return nil
	})
}
