// Package statement is the partner's document: what a month earned, line by
// line with formula and inputs, as JSON, CSV and one HTML page. It is built
// from what incentive computed and adds words, never numbers. It owns the
// shape and the rendering; it reads no store and writes no keys.
package statement
