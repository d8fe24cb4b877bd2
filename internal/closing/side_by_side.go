package closing

import (
	"context"
	"sync"
)

// workers is how many owners or lines are worked on at a time.
const workers = 4

// Each calls do for 0..n-1, a few at a time, until one fails; the first error
// wins. after, if set, is called after each with how many are done.
func Each(ctx context.Context, n int, after func(done int), do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		mu    sync.Mutex
		wg    sync.WaitGroup
		next  int
		done  int
		first error
	)
	for range min(workers, n) {
		wg.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				stop := i >= n || first != nil
				mu.Unlock()
				if stop {
					return
				}
				err := do(ctx, i)
				mu.Lock()
				if done++; after != nil && err == nil {
					after(done)
				}
				if err != nil && first == nil {
					first = err
					cancel()
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return first
}
