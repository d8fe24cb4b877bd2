package seal

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"

	"github.com/transparency-dev/merkle/testonly"
)

func leavesOf(n int) []Digest {
	out := make([]Digest, n)
	for i := range out {
		out[i] = Leaf(fmt.Appendf(nil, "entry %d", i))
	}
	return out
}

// defined is the Merkle tree hash as RFC 6962 section 2.1 defines it: of no
// leaf, of one, and of the two trees at the largest power of two below n.
func defined(leaves []Digest) Digest {
	n := len(leaves)
	if n == 0 {
		return sha256.Sum256(nil)
	}
	if n == 1 {
		return leaves[0]
	}
	k := splitAt(n)
	left, right := defined(leaves[:k]), defined(leaves[k:])
	return sha256.Sum256(slices.Concat([]byte{1}, left[:], right[:]))
}

func splitAt(n int) int {
	k := 1
	for 2*k < n {
		k *= 2
	}
	return k
}

// definedPath is the audit path as RFC 6962 section 2.1.1 defines it.
func definedPath(leaves []Digest, i int) []Digest {
	if len(leaves) == 1 {
		return []Digest{}
	}
	if k := splitAt(len(leaves)); i < k {
		return append(definedPath(leaves[:k], i), defined(leaves[k:]))
	}
	k := splitAt(len(leaves))
	return append(definedPath(leaves[k:], i-k), defined(leaves[:k]))
}

func TestRoot_IsWhatTheRFCDefines(t *testing.T) {
	if leaf := sha256.Sum256([]byte("\x00entry 0")); leavesOf(1)[0] != leaf {
		t.Errorf("a leaf hashes to %x, want %x", leavesOf(1)[0], leaf)
	}
	for n := range 70 {
		leaves := leavesOf(n)
		before := slices.Clone(leaves)
		if got, want := Root(leaves), defined(leaves); got != want {
			t.Fatalf("%d leaves: got %x, want %x", n, got, want)
		}
		if !slices.Equal(leaves, before) {
			t.Fatalf("%d leaves: the root changed them", n)
		}
	}
}

// The vectors are those of Certificate Transparency.
func TestRoot_AgreesWithPublishedVectors(t *testing.T) {
	var leaves []Digest
	roots := testonly.RootHashes()
	for i, input := range testonly.LeafInputs() {
		leaves = append(leaves, Leaf(input))
		if root := Root(leaves); !bytes.Equal(root[:], roots[i+1]) {
			t.Errorf("%d leaves: got %x, want %x", i+1, root, roots[i+1])
		}
	}
	if root := Root(nil); !bytes.Equal(root[:], testonly.EmptyRootHash()) {
		t.Errorf("no leaves: %x", root)
	}
}

func TestProof_IsTheRFCsAndIsAcceptedForNoOtherLeaf(t *testing.T) {
	for n := 1; n < 40; n++ {
		leaves := leavesOf(n)
		root := Root(leaves)
		for i := range leaves {
			path := Proof(leaves, i)
			if want := definedPath(leaves, i); !slices.Equal(path, want) || path == nil {
				t.Fatalf("leaf %d of %d: got %x, want %x", i, n, path, want)
			}
			if !Included(leaves[i], i, n, path, root) {
				t.Fatalf("leaf %d of %d: its proof is refused", i, n)
			}
			if Included(Leaf([]byte("other")), i, n, path, root) || Included(leaves[i], i, n, append(path, Digest{}), root) {
				t.Fatalf("leaf %d of %d: a false proof passes", i, n)
			}
			if len(path) > 0 && Included(leaves[i], i, n, path[1:], root) {
				t.Fatalf("leaf %d of %d: half a proof passes", i, n)
			}
			if n > 1 && Included(leaves[i], (i+1)%n, n, path, root) {
				t.Fatalf("leaf %d of %d: its proof passes for its neighbour", i, n)
			}
		}
	}
}

func TestProof_OfNoLeafIsNone(t *testing.T) {
	if Proof(leavesOf(3), 3) != nil || Proof(leavesOf(3), -1) != nil || Proof(nil, 0) != nil {
		t.Error("a leaf that does not exist has a proof")
	}
	one := leavesOf(1)[0]
	if Included(Digest{}, 0, 0, nil, Root(nil)) || Included(one, -1, 1, nil, one) || Included(one, 0, -1, nil, one) {
		t.Error("a leaf that does not exist is included")
	}
}
