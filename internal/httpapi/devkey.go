package httpapi

import (
	"crypto/ed25519"
	"crypto/rand"
)

// NewDevKey makes a key that is kept nowhere, for a service that ends with the
// command it serves.
func NewDevKey() (*DevKey, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return newDevKey(private), nil
}
