package seal

import (
	"crypto/sha256"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
)

// A Digest is a SHA-256: of a leaf, of a node, or the root of a tree.
type Digest = [sha256.Size]byte

// hasher has the prefixes of RFC 6962 section 2.1, which keep a leaf from ever
// being taken for a node.
var hasher = rfc6962.DefaultHasher

var ranges = compact.RangeFactory{Hash: hasher.HashChildren}

// Leaf is the RFC 6962 hash of one entry's canonical bytes.
func Leaf(b []byte) Digest { return Digest(hasher.HashLeaf(b)) }

// Root is the Merkle tree hash of RFC 6962 section 2.1 over leaves in the
// given order; of no leaves it is the SHA-256 of nothing.
func Root(leaves []Digest) Digest {
	if len(leaves) == 0 {
		return Digest(hasher.EmptyRoot())
	}
	return Digest(rootOf(leaves))
}

// rootOf is the hash of the tree over one leaf or more.
func rootOf(leaves []Digest) []byte {
	tree := ranges.NewEmptyRange(0)
	for i := range leaves {
		_ = tree.Append(leaves[i][:], nil) // fails beyond 2^64 leaves only
	}
	root, _ := tree.GetRootHash(nil) // fails only where a range does not begin at 0
	return root
}

// Proof is the audit path of RFC 6962 section 2.1.1 for leaf i: the siblings
// from the leaf to the root, nil if there is no such leaf.
func Proof(leaves []Digest, i int) []Digest {
	if i < 0 || i >= len(leaves) {
		return nil
	}
	nodes, err := proof.Inclusion(uint64(i), uint64(len(leaves)))
	if err != nil {
		return nil
	}
	hashes := make([][]byte, len(nodes.IDs))
	for k, id := range nodes.IDs {
		begin, end := id.Coverage()
		hashes[k] = rootOf(leaves[begin:end])
	}
	if hashes, err = nodes.Rehash(hashes, hasher.HashChildren); err != nil {
		return nil
	}
	path := make([]Digest, len(hashes))
	for k := range hashes {
		path[k] = Digest(hashes[k])
	}
	return path
}

// Included reports whether path proves that leaf is number i of the size
// leaves under root.
func Included(leaf Digest, i, size int, path []Digest, root Digest) bool {
	if i < 0 || size < 0 {
		return false
	}
	hashes := make([][]byte, len(path))
	for k := range path {
		hashes[k] = path[k][:]
	}
	return proof.VerifyInclusion(hasher, uint64(i), uint64(size), leaf[:], hashes, root[:]) == nil
}
