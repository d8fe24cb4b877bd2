package wire

// Health says that the process answers, or that its store does, too.
type Health struct {
	Status   string `json:"status"` // ok, ready
	Version  string `json:"version,omitempty"`
	Instance string `json:"instance,omitempty"` // names the running process
}

// KeySet is a JWK set: the public keys that statements and period roots are
// signed with. It is empty while seals are not signed.
type KeySet struct {
	Keys []any `json:"keys"`
}
