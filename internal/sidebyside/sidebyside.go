// Package sidebyside does a number of things a few at a time. It knows nothing
// of what they are.
package sidebyside

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// Each calls do for 0 to n-1, at most limit at a time, until one fails: what is
// under way then is told by its context and waited for, and the first error is
// returned. A context that ends leaves out the rest, and is the error then.
func Each(ctx context.Context, n, limit int, do func(ctx context.Context, i int) error) error {
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(limit)
	for i := 0; i < n && within.Err() == nil; i++ {
		group.Go(func() error {
			if err := within.Err(); err != nil { // ended while it waited for its turn
				return err
			}
			return do(within, i)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}
