package seal

import "crypto/sha256"

// A Digest is a SHA-256: of a leaf, of a node, or the root of a tree.
type Digest = [32]byte

// Leaf is the RFC 6962 hash of one entry's canonical bytes. The prefix keeps a
// leaf from ever being taken for a node.
func Leaf(b []byte) Digest {
	h := sha256.New()
	h.Write([]byte{0})
	h.Write(b)
	var d Digest
	h.Sum(d[:0])
	return d
}

func node(left, right Digest) Digest {
	var b [65]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[33:], right[:])
	return sha256.Sum256(b[:])
}

// Root is the Merkle tree hash of RFC 6962 section 2.1 over leaves in the
// given order; of no leaves it is the SHA-256 of nothing.
func Root(leaves []Digest) Digest {
	if len(leaves) == 0 {
		return sha256.Sum256(nil)
	}
	level := make([]Digest, len(leaves))
	copy(level, leaves)
	for len(level) > 1 {
		n := 0
		for i := 0; i < len(level); i += 2 {
			if i+1 == len(level) {
				level[n] = level[i] // an odd one out moves up as it is
			} else {
				level[n] = node(level[i], level[i+1])
			}
			n++
		}
		level = level[:n]
	}
	return level[0]
}

// Proof is the audit path of RFC 6962 section 2.1.1 for leaf i: the siblings
// from the leaf to the root, nil if there is no such leaf.
func Proof(leaves []Digest, i int) []Digest {
	if i < 0 || i >= len(leaves) {
		return nil
	}
	path := []Digest{}
	level := make([]Digest, len(leaves))
	copy(level, leaves)
	for len(level) > 1 {
		if sibling := i ^ 1; sibling < len(level) {
			path = append(path, level[sibling])
		}
		n := 0
		for k := 0; k < len(level); k += 2 {
			if k+1 == len(level) {
				level[n] = level[k]
			} else {
				level[n] = node(level[k], level[k+1])
			}
			n++
		}
		level, i = level[:n], i/2
	}
	return path
}

// Included reports whether path proves that leaf is number i of the size
// leaves under root.
func Included(leaf Digest, i, size int, path []Digest, root Digest) bool {
	if i < 0 || i >= size {
		return false
	}
	d, last := leaf, size-1
	for ; last > 0; i, last = i/2, last/2 {
		switch {
		case i%2 == 1:
			if len(path) == 0 {
				return false
			}
			d, path = node(path[0], d), path[1:]
		case i < last:
			if len(path) == 0 {
				return false
			}
			d, path = node(d, path[0]), path[1:]
		}
	}
	return len(path) == 0 && d == root
}
