package bolt

import (
	"encoding/binary"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/table"
)

// encodeKey is pk, a zero byte and sk: keys have no zero byte, so partitions
// are runs of the bucket and their items are in the order of sk.
func encodeKey(k table.Key) []byte { return appendKey(nil, k.PK, k.SK) }

func appendKey(b []byte, pk, sk string) []byte {
	b = slices.Grow(b, len(pk)+1+len(sk))
	b = append(b, pk...)
	b = append(b, 0)
	return append(b, sk...)
}

// encodeValue is the version and the number as varints, and the body.
func encodeValue(it table.Item) []byte {
	b := make([]byte, 0, 2*binary.MaxVarintLen64+len(it.Body))
	b = binary.AppendUvarint(b, it.Version)
	b = binary.AppendVarint(b, it.N)
	return append(b, it.Body...)
}

// decode reads a value; nil is an absent item. The Body points into the value,
// which is only valid inside its bolt transaction.
func decode(k table.Key, value []byte) (table.Item, error) {
	it := table.Item{Key: k}
	if value == nil {
		return it, nil
	}
	version, n := binary.Uvarint(value)
	if n <= 0 || version == 0 {
		return it, damaged(k)
	}
	number, m := binary.Varint(value[n:])
	if m <= 0 {
		return it, damaged(k)
	}
	it.Version, it.N, it.Body = version, number, value[n+m:]
	return it, nil
}

func damaged(k table.Key) error {
	return fault.New(fault.Internal, "damaged_item", "the stored item %s %s cannot be read", k.PK, k.SK)
}

// own gives the item a body of its own, to be handed out.
func own(it table.Item) table.Item {
	it.Body = slices.Clone(it.Body)
	return it
}

// buckets are the three buckets of one bolt transaction.
type buckets struct {
	ledger, state, changes *bbolt.Bucket
}

func open(tx *bbolt.Tx) buckets {
	return buckets{tx.Bucket(ledgerBucket), tx.Bucket(stateBucket), tx.Bucket(changesBucket)}
}

func (b buckets) of(name table.Name) *bbolt.Bucket {
	if name == table.Ledger {
		return b.ledger
	}
	return b.state
}
