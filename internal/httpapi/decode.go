package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/fairlead/fairlead/internal/fault"
)

// Limits of a JSON body. A document or a batch of 100 facts fits easily.
const (
	MaxBody   = 1 << 20 // bytes of a JSON request body
	maxDepth  = 32      // objects and lists inside one another
	maxErrors = 20      // problems reported at once
)

// malformed is an error of the syntax of a request, before its meaning: it
// carries its own status, because a fault's kind cannot say 413 or 415.
type malformed struct {
	status int
	fault  *fault.Error
}

func (m *malformed) Error() string { return m.fault.Error() }
func (m *malformed) Unwrap() error { return m.fault }

func badSyntax(status int, slug, format string, args ...any) error {
	return &malformed{status: status, fault: fault.New(fault.Invalid, slug, format, args...)}
}

// readJSON reads a JSON body: its content type must be JSON and its size at
// most MaxBody.
func readJSON(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if header := r.Header.Get("Content-Type"); header != "" || r.ContentLength != 0 {
		if err := wantJSON(header); err != nil {
			return nil, err
		}
	}
	return readBody(w, r, MaxBody)
}

// readBody reads a body of at most limit bytes.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, badSyntax(http.StatusRequestEntityTooLarge, "body_too_large", "the body is larger than %d bytes", limit)
	case err != nil:
		return nil, badSyntax(http.StatusBadRequest, "body_unreadable", "the body ended before it was complete")
	}
	return data, nil
}

// wantJSON accepts application/json and every +json type (CloudEvents sends
// application/cloudevents+json); a charset other than UTF-8 is refused.
func wantJSON(header string) error {
	media, params, err := mime.ParseMediaType(header)
	isJSON := media == "application/json" || strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "+json")
	if err != nil || !isJSON {
		return badSyntax(http.StatusUnsupportedMediaType, "unsupported_media_type", "the Content-Type is %q; send application/json", header)
	}
	if cs := params["charset"]; cs != "" && !strings.EqualFold(cs, "utf-8") {
		return badSyntax(http.StatusUnsupportedMediaType, "unsupported_media_type", "the charset is %q; JSON is sent in UTF-8", cs)
	}
	return nil
}

// decodeJSON reads exactly one JSON value strictly into the value that into
// points at: valid UTF-8, no key twice, no unknown key (the nearest known one
// is named), nothing of the wrong type, nothing after the value. Broken syntax
// is a 400 that says where; a value of the wrong shape is fault.Invalid with
// every problem at once. On failure *into is unchanged.
func decodeJSON(data []byte, into any) error {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(data)) == 0 {
		return badSyntax(http.StatusBadRequest, "malformed_json", "the body is empty; a JSON value is needed")
	}
	if !utf8.Valid(data) {
		return badSyntax(http.StatusBadRequest, "malformed_json", "the body is not valid UTF-8")
	}
	s := &shape{dec: jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowDuplicateNames(true))}
	if err := s.document(into); err != nil {
		return syntaxError(data, err)
	}
	if len(s.problems) > 0 {
		return s.err()
	}
	return unmarshal(data, into)
}

// unmarshal fills into; what the shape check could not see (a number out of
// range, a type's own UnmarshalJSON) is reported with its field.
func unmarshal(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	var typeErr *json.UnmarshalTypeError
	var f *fault.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &f):
		return f
	case errors.As(err, &typeErr):
		return invalidRequest().At(typeErr.Field, "%s does not fit here", typeErr.Value)
	}
	return invalidRequest().At("", "%s", strings.TrimPrefix(err.Error(), "json: ")).Because(err)
}

func invalidRequest() *fault.Error {
	return fault.New(fault.Invalid, "invalid_request", "the request is not valid")
}

// errTooDeep and errTrailing end the shape check early.
var (
	errTooDeep  = fmt.Errorf("more than %d objects and lists inside one another", maxDepth)
	errTrailing = errors.New("there is more after the end of the JSON value")
)

// syntaxError says where in the text the JSON is broken, by line and column.
func syntaxError(data []byte, err error) error {
	offset, what := int64(len(data)), err.Error()
	var syn *jsontext.SyntacticError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		what = "the JSON ends too early"
	case errors.As(err, &syn):
		offset = syn.ByteOffset
		if syn.Err != nil {
			what = syn.Err.Error()
		}
	}
	var at *atOffset
	if errors.As(err, &at) {
		offset, what = at.offset, at.err.Error()
	}
	before := data[:min(max(offset, 0), int64(len(data)))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return badSyntax(http.StatusBadRequest, "malformed_json", "malformed JSON at line %d, column %d: %s", line, column, what)
}

type atOffset struct {
	offset int64
	err    error
}

func (a *atOffset) Error() string { return a.err.Error() }
func (a *atOffset) Unwrap() error { return a.err }
