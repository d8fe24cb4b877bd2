// Package httpapi is the door: the HTTP API and its few pages. One table of
// routes (routes.go) says for each method and path who may call it, what it
// takes and what it answers; the mux, the OpenAPI document and the
// authorization matrix are all made from that table, so they cannot disagree.
//
// It owns the wire: strict JSON, validator tags on request structs,
// problem+json, HTTP statuses (named nowhere else), tokens and roles, the
// Idempotency-Key header, limits and cursors, streamed imports, security
// headers and the access log. It does not own any rule about customers or
// money: handlers translate, call service or payrun, and translate back. It
// writes no keys.
package httpapi
