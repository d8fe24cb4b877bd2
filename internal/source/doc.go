// Package source translates the outside's formats into channel's nouns: the
// CSV files, CloudEvents JSON, and webhooks, a file for each sender of them. It is
// the only code that knows column and member names and what may be wrong with
// bytes: encodings, quotes, lengths, truncation. What a field must contain is
// channel's; what becomes of a fact is service's. It reads streams in constant
// memory, keeps going after a bad line, and writes no keys.
package source
