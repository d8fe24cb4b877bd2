package seal_test

import (
	"fmt"

	"github.com/fairlead/fairlead/internal/seal"
)

// The same content has the same bytes, whatever order its keys were written in.
func ExampleCanonicalJSON() {
	a, _ := seal.CanonicalJSON([]byte(`{"paid": true, "amount": "12.50"}`))
	b, _ := seal.CanonicalJSON([]byte(`{ "amount":"12.50","paid":true }`))
	fmt.Println(string(a))
	fmt.Println(seal.Hash(a) == seal.Hash(b))
	// Output:
	// {"amount":"12.50","paid":true}
	// true
}

// A partner proves that its statement is among all that a month's root was made
// of, and sees no other.
func ExampleProof() {
	leaves := []seal.Digest{seal.Leaf([]byte("anna")), seal.Leaf([]byte("bert")), seal.Leaf([]byte("cleo"))}
	root := seal.Root(leaves)
	proof := seal.Proof(leaves, 1)
	fmt.Println(seal.Included(seal.Leaf([]byte("bert")), 1, len(leaves), proof, root))
	fmt.Println(seal.Included(seal.Leaf([]byte("forged")), 1, len(leaves), proof, root))
	// Output:
	// true
	// false
}
