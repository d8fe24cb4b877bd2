package payrun

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
)

// Stray reports whether an entry of a customer, by its sort key, is booked in a
// closed period without being in the seal of the owner it is credited to: the
// one thing that the closing protocol should have made impossible
// (docs/data-model.md, "Late entries", L1). It asks nothing while the period is
// open or closing, and it cannot tell for entries that nobody is credited with:
// audit does.
func (p *Payrun) Stray(ctx context.Context, id channel.CustomerID, sk string) (bool, error) {
	parts := strings.SplitN(sk, "#", 4)
	if len(parts) != 4 || parts[0] != "F" {
		return false, nil
	}
	booked := channel.Period(parts[1])
	c, err := p.control(ctx)
	if err != nil || c.State(booked) != PeriodClosed {
		return false, err
	}
	sealedIn := max(booked, c.FirstClosed)
	k, err := p.read(ctx, id, sealedIn)
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(k.file.Entries, func(e table.Item) bool { return e.SK == sk })
	if i < 0 {
		return false, nil // not there after all: the record is of a write that nobody sees yet
	}
	orders := make(map[channel.OrderID]*history.Order, len(k.past.Orders))
	for j := range k.past.Orders {
		orders[k.past.Orders[j].ID] = &k.past.Orders[j]
	}
	o := creditedTo(k.past, &k.file.Partition.Entries[i], orders)
	if o == channel.Nobody {
		return false, nil
	}
	leaf := seal.Leaf(leafBytes(id, sk, k.file.Entries[i].Body))
	in, err := p.inSeal(ctx, store.SealKey(o, sealedIn), leaf)
	return !in, err
}

// inSeal reports whether a seal's manifest names a leaf.
func (p *Payrun) inSeal(ctx context.Context, key table.Key, leaf seal.Digest) (bool, error) {
	var z store.SealItem
	if version, err := p.store.Load(ctx, key, &z); err != nil || version == 0 {
		return false, err
	}
	text := z.Manifest
	for _, hash := range z.ManifestAt {
		items, err := p.store.Get(ctx, store.PartKey(hash))
		if err != nil {
			return false, err
		}
		var part string
		if err := json.Unmarshal(items[0].Body, &part); err != nil {
			return false, internal("part %s of a manifest: %w", hash, err)
		}
		text += part
	}
	manifest, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return false, internal("the manifest of %s %s: %w", key.PK, key.SK, err)
	}
	for from := 0; from+8 <= len(manifest); from += 8 {
		if bytes.Equal(manifest[from:from+8], leaf[:8]) {
			return true, nil
		}
	}
	return false, nil
}
