package client

import (
	"context"
	"iter"
	"maps"
	"net/url"

	"github.com/fairlead/fairlead/internal/wire"
)

// All follows a list to its end, page by page. After an error there is no more.
func All[T any](ctx context.Context, c *Client, r Request) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		query := maps.Clone(r.Query)
		if query == nil {
			query = url.Values{}
		}
		for next := r; ; {
			var page wire.List[T]
			next.Query = query
			if err := c.JSON(ctx, next, nil, &page); err != nil {
				yield(*new(T), err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
			if page.NextCursor == "" {
				return
			}
			query.Set("cursor", page.NextCursor)
		}
	}
}

// Collect reads a list to its end.
func Collect[T any](items iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for item, err := range items {
		if err != nil {
			return all, err
		}
		all = append(all, item)
	}
	return all, nil
}
