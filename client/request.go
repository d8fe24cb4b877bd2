package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
)

// Request is one call, for what has no method. Body is sent as it is; an
// io.Reader may be a stream.
type Request struct {
	Method, Path string
	Query        url.Values
	Body         io.Reader
	Type         string // Content-Type; "" is application/json where there is a body
	Accept       string // "" is application/json
	Key          string // Idempotency-Key
	lines        *Lines // who is told while the work goes on; nil: nobody
}

// Option is said of one call.
type Option func(*Request)

// Key sends the call under an Idempotency-Key: the same call under the same key
// gets the answer of the first, and nothing happens twice.
func Key(key string) Option { return func(r *Request) { r.Key = key } }

// Watch has f told how far a long call is; total is 0 where it is not known.
func Watch(f func(done, total int)) Option {
	return func(r *Request) { r.telling().Progress = f }
}

// EachReject has f told of every line of a file that was not taken, as it occurs.
// An error of f ends the call.
func EachReject(f func(ImportReject) error) Option {
	return func(r *Request) { r.telling().Reject = f }
}

func (r *Request) telling() *Lines {
	if r.lines == nil {
		r.lines = &Lines{}
	}
	return r.lines
}

// Path makes the path of a call of fixed words and ids, the ids escaped:
// Path("/customers/%s", id).
func Path(format string, ids ...any) string {
	escaped := make([]any, len(ids))
	for i, id := range ids {
		escaped[i] = url.PathEscape(fmt.Sprint(id))
	}
	return fmt.Sprintf("/v1"+format, escaped...)
}

func get(format string, ids ...any) Request {
	return Request{Method: http.MethodGet, Path: Path(format, ids...)}
}

func post(format string, ids ...any) Request {
	return Request{Method: http.MethodPost, Path: Path(format, ids...)}
}

func put(format string, ids ...any) Request {
	return Request{Method: http.MethodPut, Path: Path(format, ids...)}
}

// With is the request with query parameters, pairs of name and value; empty
// values are left out.
func (r Request) With(pairs ...string) Request {
	query := maps.Clone(r.Query)
	if query == nil {
		query = url.Values{}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			query.Set(pairs[i], pairs[i+1])
		}
	}
	r.Query = query
	return r
}

// page asks for the list in pages of that size, from that place on.
func (r Request) page(p Page) Request {
	limit := ""
	if p.Limit != 0 {
		limit = strconv.Itoa(p.Limit)
	}
	return r.With("limit", limit, "cursor", p.Cursor)
}

// ask sends a call and reads its answer.
func ask[T any](ctx context.Context, c *Client, r Request, body any, options ...Option) (T, error) {
	var answer T
	for _, o := range options {
		o(&r)
	}
	if r.lines == nil {
		return answer, c.JSON(ctx, r, body, &answer)
	}
	err := r.encode(body)
	if err == nil {
		err = c.Stream(ctx, r, *r.lines, &answer)
	}
	return answer, err
}

// encode makes JSON of a body, if there is one.
func (r *Request) encode(body any) error {
	if body == nil {
		return nil
	}
	data, err := json.Marshal(body)
	r.Body = bytes.NewReader(data)
	return err
}
