package seal

import (
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
)

func leavesOf(n int) []Digest {
	out := make([]Digest, n)
	for i := range out {
		out[i] = Leaf(fmt.Appendf(nil, "entry %d", i))
	}
	return out
}

// libraryRoot is the maintained library's root of the same leaves.
func libraryRoot(t *testing.T, leaves []Digest) []byte {
	t.Helper()
	f := compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}
	r := f.NewEmptyRange(0)
	for _, l := range leaves {
		if err := r.Append(l[:], nil); err != nil {
			t.Fatal(err)
		}
	}
	root, err := r.GetRootHash(nil)
	if err != nil {
		t.Fatal(err)
	}
	if root == nil {
		root = rfc6962.DefaultHasher.EmptyRoot()
	}
	return root
}

func TestRoot_AgreesWithTheMaintainedLibrary(t *testing.T) {
	for n := range 70 {
		leaves := leavesOf(n)
		root := Root(leaves)
		if want := libraryRoot(t, leaves); hex.EncodeToString(root[:]) != hex.EncodeToString(want) {
			t.Fatalf("%d leaves: got %x, want %x", n, root, want)
		}
	}
}

func TestProof_IsAcceptedByTheLibraryAndByUsAndByNobodyForAnotherLeaf(t *testing.T) {
	for n := 1; n < 40; n++ {
		leaves := leavesOf(n)
		root := Root(leaves)
		for i := range leaves {
			path := Proof(leaves, i)
			raw := make([][]byte, len(path))
			for k := range path {
				raw[k] = path[k][:]
			}
			if err := proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(i), uint64(n), leaves[i][:], raw, root[:]); err != nil {
				t.Fatalf("leaf %d of %d: %v", i, n, err)
			}
			if !Included(leaves[i], i, n, path, root) {
				t.Fatalf("leaf %d of %d: our own check refuses it", i, n)
			}
			if Included(Leaf([]byte("other")), i, n, path, root) || Included(leaves[i], i, n, append(path, Digest{}), root) {
				t.Fatalf("leaf %d of %d: a false proof passes", i, n)
			}
			if n > 1 && Included(leaves[i], (i+1)%n, n, path, root) {
				t.Fatalf("leaf %d of %d: its proof passes for its neighbour", i, n)
			}
		}
	}
}

func TestProof_OfNoLeafIsNone(t *testing.T) {
	if Proof(leavesOf(3), 3) != nil || Proof(nil, 0) != nil || Included(Digest{}, 0, 0, nil, Root(nil)) {
		t.Error("a leaf that does not exist has a proof")
	}
}
