package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"iter"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/table"
)

// PeriodHead loads the head of a closed period; false if there is none.
func (s *Store) PeriodHead(ctx context.Context, p channel.Period) (PeriodHead, bool, error) {
	h, err := load[PeriodHead](ctx, s, PeriodHeadKey(p))
	return h.Value, h.Exists(), err
}

// PeriodHeadHash is the hash of the head of a closed period as it stands: what
// the head of the next period names.
func (s *Store) PeriodHeadHash(ctx context.Context, p channel.Period) (string, error) {
	items, err := s.Get(ctx, PeriodHeadKey(p))
	if err != nil {
		return "", err
	}
	return seal.Hash(items[0].Body), nil
}

// PutPeriodHead adds the head of a period, where none stands.
func (b *Batch) PutPeriodHead(p channel.Period, h PeriodHead) { b.New(PeriodHeadKey(p), h) }

// Statement loads a partner's statement of a closed period; false if there is
// none.
func (s *Store) Statement(ctx context.Context, id channel.PartnerID, p channel.Period) (StatementItem, bool, error) {
	it, err := load[StatementItem](ctx, s, StatementKey(channel.PartnerOwner(id), p))
	return it.Value, it.Exists(), err
}

// StatementsOf loads the statements of some partners for a closed period, index
// by index; nil for a partner that has none.
func (s *Store) StatementsOf(ctx context.Context, p channel.Period, partners []channel.PartnerID) ([]*StatementItem, error) {
	keys := make([]table.Key, len(partners))
	for i, id := range partners {
		keys[i] = StatementKey(channel.PartnerOwner(id), p)
	}
	items, err := s.getAll(ctx, keys)
	if err != nil {
		return nil, err
	}
	out := make([]*StatementItem, len(items))
	for i, it := range items {
		if out[i], err = decodeIfThere[StatementItem](it); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// getAll reads any number of items, in the order of the keys.
func (s *Store) getAll(ctx context.Context, keys []table.Key) ([]table.Item, error) {
	out := make([]table.Item, 0, len(keys))
	for from := 0; from < len(keys); from += table.MaxGet {
		items, err := s.Get(ctx, keys[from:min(from+table.MaxGet, len(keys))]...)
		if err != nil {
			return nil, err
		}
		out = append(out, items...)
	}
	return out, nil
}

// decodeIfThere reads an item's body; nil for an absent item.
func decodeIfThere[T any](it table.Item) (*T, error) {
	if it.Version == 0 {
		return nil, nil
	}
	v := new(T)
	return v, Decode(it, v)
}

// PartnerStatement is a statement in a list.
type PartnerStatement struct {
	Period channel.Period
	StatementItem
}

// Statements walks a partner's closed statements, newest first, those of
// periods before the given one ("": all).
func (s *Store) Statements(
	ctx context.Context, id channel.PartnerID, before channel.Period,
) iter.Seq2[PartnerStatement, error] {
	r := table.Range{Table: table.Ledger, PK: StatementKey(channel.PartnerOwner(id), "").PK, To: string(before), Desc: true}
	return func(yield func(PartnerStatement, error) bool) {
		for it, err := range s.Items(ctx, r) {
			_, period, ok := parseStatementKey(it.PK, it.SK)
			if err == nil && !ok {
				continue // a seal, or a part of a position
			}
			ps := PartnerStatement{Period: period}
			if err == nil {
				err = Decode(it, &ps.StatementItem)
			}
			if !yield(ps, err) {
				return
			}
		}
	}
}

// Seal is an owner's seal of a period as it stands.
type Seal struct {
	SealItem
	body []byte
}

// Hash is what the owner's next seal names it by.
func (z *Seal) Hash() string { return seal.Hash(z.body) }

// Leaf is what the root of the period is made over.
func (z *Seal) Leaf() seal.Digest { return seal.Leaf(z.body) }

func decodeSeal(it table.Item) (*Seal, error) {
	if it.Version == 0 {
		return nil, nil
	}
	z := &Seal{body: it.Body}
	return z, Decode(it, &z.SealItem)
}

// Seal loads an owner's seal of a period; nil if there is none.
func (s *Store) Seal(ctx context.Context, o channel.Owner, p channel.Period) (*Seal, error) {
	items, err := s.Get(ctx, SealKey(o, p))
	if err != nil {
		return nil, err
	}
	return decodeSeal(items[0])
}

// OwnerClosed is what stands of an owner's closing of a period: nil where there
// is no seal, or no statement.
type OwnerClosed struct {
	Seal      *Seal
	Statement *StatementItem
}

// OwnersClosed loads seals and statements of some owners for a period, index by
// index. Seals of large owners have hundreds of kilobytes: ask for a few.
func (s *Store) OwnersClosed(ctx context.Context, p channel.Period, owners ...channel.Owner) ([]OwnerClosed, error) {
	keys := make([]table.Key, 0, 2*len(owners))
	for _, o := range owners {
		keys = append(keys, SealKey(o, p), StatementKey(o, p))
	}
	items, err := s.getAll(ctx, keys)
	if err != nil {
		return nil, err
	}
	out := make([]OwnerClosed, len(owners))
	for i := range out {
		if out[i].Seal, err = decodeSeal(items[2*i]); err != nil {
			return nil, err
		}
		if out[i].Statement, err = decodeIfThere[StatementItem](items[2*i+1]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// SealedNames is what a seal's manifest names: the first eight bytes of the hash
// of each entry in it; nothing where there is no seal.
func (s *Store) SealedNames(ctx context.Context, o channel.Owner, p channel.Period) (map[[8]byte]bool, error) {
	z, err := s.Seal(ctx, o, p)
	if err != nil || z == nil {
		return nil, err
	}
	text := z.Manifest
	for _, hash := range z.ManifestAt {
		items, err := s.Get(ctx, PartKey(hash))
		if err != nil {
			return nil, err
		}
		var part string
		if err := json.Unmarshal(items[0].Body, &part); err != nil {
			return nil, internal("part %s of a manifest: %w", hash, err)
		}
		text += part
	}
	flat, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, internal("the manifest of %s for %s: %w", o, p, err)
	}
	out := make(map[[8]byte]bool, len(flat)/8)
	for ; len(flat) >= 8; flat = flat[8:] {
		out[[8]byte(flat)] = true
	}
	return out, nil
}

// internal is an error that only the log explains.
func internal(format string, args ...any) error {
	return fault.New(fault.Internal, "internal", "internal error").Because(fmt.Errorf(format, args...))
}

// PositionPart reads part n (from 0) of an owner's position of a period into a
// value; false if there is none. What a position says is closing's to know.
func (s *Store) PositionPart(ctx context.Context, o channel.Owner, p channel.Period, n int, into any) (bool, error) {
	version, err := s.Load(ctx, PositionKey(o, p, n), into)
	return version != 0, err
}
