package store

import (
	"bytes"
	"context"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	books "github.com/fairlead/fairlead/internal/ledger" // ledger is the table's name in here
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/table"
)

// OwnerItems are what one owner's closing of a period puts into the ledger, as
// keys and bytes: first what is too large for the transaction, then the
// transaction. Seal is filled with the hashes of what is added, and is sealed
// last.
type OwnerItems struct {
	Seal SealItem

	owner  channel.Owner
	period channel.Period
	before []ownerItem // beyond 300 KB: put on their own, named by hash in the seal
	tx     []ownerItem
}

type ownerItem struct {
	what string // for people
	key  table.Key
	body []byte
}

// NewOwnerItems begins with nothing.
func NewOwnerItems(o channel.Owner, p channel.Period) *OwnerItems {
	return &OwnerItems{owner: o, period: p}
}

// AddManifest adds what the seal names, in base64: in the seal, or in parts where
// it is large.
func (m *OwnerItems) AddManifest(text string) error {
	if len(text) <= maxPart {
		m.Seal.Manifest = text
		return nil
	}
	for from := 0; from < len(text); from += maxPart {
		body, err := seal.Canonical(text[from:min(from+maxPart, len(text))])
		if err != nil {
			return err
		}
		hash := seal.Hash(body)
		m.before = append(m.before, ownerItem{"manifest", PartKey(hash), body})
		m.Seal.ManifestAt = append(m.Seal.ManifestAt, hash)
	}
	return nil
}

// AddPosition adds the parts of a position, canonical JSON each, part 0 first.
func (m *OwnerItems) AddPosition(parts [][]byte) {
	for n, body := range parts {
		m.Seal.Position = append(m.Seal.Position, seal.Hash(body))
		position := ownerItem{"position", PositionKey(m.owner, m.period, n), body}
		if n == 0 {
			m.tx = append(m.tx, position)
		} else {
			m.before = append(m.before, position)
		}
	}
}

// AddStatement adds the statement.
func (m *OwnerItems) AddStatement(it StatementItem) error {
	body, err := m.add("statement", StatementKey(m.owner, m.period), it)
	m.Seal.Statement = seal.Hash(body)
	return err
}

// AddTransfer adds a transfer that books the statement.
func (m *OwnerItems) AddTransfer(t books.Transfer) error {
	_, err := m.add("transfer "+t.ID, TransferKey(m.owner, t.Period, t.ID), transferBody(t))
	return err
}

// AddSeal adds the seal as it is by now.
func (m *OwnerItems) AddSeal() error {
	_, err := m.add("seal", SealKey(m.owner, m.period), m.Seal)
	return err
}

func (m *OwnerItems) add(what string, k table.Key, v any) ([]byte, error) {
	body, err := seal.Canonical(v)
	m.tx = append(m.tx, ownerItem{what, k, body})
	return body, err
}

// PutOwnerItems puts them, each if absent. What stands already, from an attempt
// that crashed, must be the same byte for byte: differs names what is not, for
// people, and then nothing more was put.
func (s *Store) PutOwnerItems(ctx context.Context, m *OwnerItems) (differs string, err error) {
	for _, one := range m.before {
		if differs, err = s.putOwnerItems(ctx, []ownerItem{one}); differs != "" || err != nil {
			return differs, err
		}
	}
	return s.putOwnerItems(ctx, m.tx)
}

func (s *Store) putOwnerItems(ctx context.Context, all []ownerItem) (differs string, err error) {
	b := &Batch{}
	for _, one := range all {
		b.Body(one.key, one.body)
	}
	err = s.Commit(ctx, b)
	refused := AsRefused(err)
	if refused == nil {
		return "", err
	}
	for i, one := range all {
		stands, ok := refused.Find(i)
		if !ok || !bytes.Equal(stands.Standing.Body, one.body) {
			return one.what, nil
		}
	}
	return "", nil
}

// CompareOwnerItems compares them with what stands: differs names, for people,
// what is absent or not the same byte for byte.
func (s *Store) CompareOwnerItems(ctx context.Context, m *OwnerItems) (differs string, err error) {
	all := slices.Concat(m.before, m.tx)
	keys := make([]table.Key, len(all))
	for i := range all {
		keys[i] = all[i].key
	}
	items, err := s.getAll(ctx, keys)
	if err != nil {
		return "", err
	}
	for i, it := range items {
		if it.Version == 0 || !bytes.Equal(it.Body, all[i].body) {
			return all[i].what, nil
		}
	}
	return "", nil
}

// Body adds an item whose canonical bytes are at hand, where nothing may stand
// yet.
func (b *Batch) Body(k table.Key, body []byte) int {
	return b.add(table.Op{Kind: table.Put, Key: k, Body: body, If: table.Cond{Kind: table.Absent}})
}
