package valuing

import (
	"context"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/sidebyside"
	"github.com/fairlead/fairlead/internal/store"
)

// Ends reports whether an error is of the store, not of one customer: a damaged
// item is that customer's own.
func Ends(ctx context.Context, err error) bool {
	return err != nil && (ctx.Err() != nil || fault.Of(err).Kind == fault.Unavailable)
}

// AtATime is how much is under way at once: enough that the embedded store
// writes many in one go.
const AtATime = 32

// Everybody calls do for each bucket of customers.
func Everybody(ctx context.Context, do func(ctx context.Context, bucket int) error) error {
	return SideBySide(ctx, store.Buckets, do)
}

// SideBySide calls do for 0 to n-1, some at a time, until one fails.
func SideBySide(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	return sidebyside.Each(ctx, n, AtATime, do)
}
