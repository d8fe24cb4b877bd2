// Package seal makes what was written provable: canonical bytes (RFC 8785) of
// a value, their SHA-256, and the Merkle tree of RFC 6962 over many of them.
// It owns the one encoding that is hashed and stored; it knows neither
// statements nor storage and writes no keys.
package seal
