// Package wire is the vocabulary of the outside: what is asked and answered, pages,
// money and state words, once, for the service, the command line and clients.
// It decides nothing and writes no keys.
package wire
