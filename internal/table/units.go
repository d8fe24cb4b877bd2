package table

// The formula, and where it is from. Amazon DynamoDB Developer Guide, sections
// "DynamoDB item sizes and formats" and "DynamoDB read and write operations":
//
//   - an item's size is the sum of its attributes' names and values in bytes of
//     UTF-8; a number is one byte per two significant digits, leading and
//     trailing zeroes trimmed, plus one;
//   - a consistent read of an item is one unit per started 4 KB, also when
//     there is no item; BatchGetItem rounds each item; Query adds the sizes of
//     its items and rounds once per page;
//   - a write is one unit per started 1 KB of the item, two inside a
//     transaction, each item rounded by itself. A failed condition is charged
//     like the write.
//
// Our items have five attributes, all always there: pk, sk, v (version), n (N)
// and b (body, binary).
//
// The service knows the item that stood before a write and charges the larger
// of the two. A caller of TransactWriteItems never learns it, so OpSize counts
// what the op itself says: exact for every Put that does not shrink its item,
// and for Add, Delete and Check of items below 1 KB, which is all they are used
// for. That is why the number is the same on every implementation.
const (
	readBlock  = 4 << 10
	writeBlock = 1 << 10
	names      = 2 + 2 + 1 + 1 + 1 // pk, sk, v, n, b
)

// ItemSize is the encoded size of a stored item in bytes; 0 for an absent one.
func ItemSize(it Item) int64 {
	if it.Version == 0 {
		return 0
	}
	return int64(names+len(it.PK)+len(it.SK)+len(it.Body)) + numberSize(it.Version) + intSize(it.N)
}

// OpSize is the encoded size in bytes of the item as the op leaves it, as far
// as the op knows it: the version after a Put is known from its condition and
// counted as 1 without one; Add counts its Delta for N and no body; Delete and
// Check count the key.
func OpSize(op Op) int64 {
	size := int64(names + len(op.Key.PK) + len(op.Key.SK))
	switch op.Kind {
	case Put:
		version := uint64(1)
		if op.If.Kind == VersionIs {
			version = uint64(op.If.Want) + 1
		}
		return size + int64(len(op.Body)) + numberSize(version) + intSize(op.N)
	case Add:
		return size + numberSize(1) + intSize(op.Delta)
	default:
		return size
	}
}

// numberSize is the size of a number's value: a byte per two significant
// digits, zeroes on both ends trimmed, and one more.
func numberSize(n uint64) int64 {
	for n != 0 && n%10 == 0 {
		n /= 10
	}
	digits := int64(0)
	for ; n != 0; n /= 10 {
		digits++
	}
	return (digits+1)/2 + 1
}

// intSize is numberSize without the sign.
func intSize(n int64) int64 {
	if n < 0 {
		return numberSize(-uint64(n))
	}
	return numberSize(uint64(n))
}

// blocks is how many blocks of the given size are started, at least one.
func blocks(size, block int64) int64 {
	return max(1, (size+block-1)/block)
}

// GetUnits are the read units of one Get that returned these items, absent
// ones included.
func GetUnits(items []Item) Units {
	var u Units
	for i := range items {
		u.Read += blocks(ItemSize(items[i]), readBlock)
	}
	return u
}

// QueryUnits are the read units of one page whose items have this size in all.
func QueryUnits(size int64) Units {
	return Units{Read: blocks(size, readBlock)}
}

// TxUnits are the write units of one Transact, granted or refused: one unit
// per started KB for a single Put, Add or Delete of a state item, which needs
// no transaction; two per started KB of each op otherwise.
func TxUnits(ops []Op) Units {
	if len(ops) == 1 && ops[0].Key.Table == State && ops[0].Kind != Check {
		return Units{Write: blocks(OpSize(ops[0]), writeBlock)}
	}
	var u Units
	for i := range ops {
		u.Write += 2 * blocks(OpSize(ops[i]), writeBlock)
	}
	return u
}

// Plus is the sum of two costs.
func (u Units) Plus(v Units) Units {
	return Units{Read: u.Read + v.Read, Write: u.Write + v.Write}
}
