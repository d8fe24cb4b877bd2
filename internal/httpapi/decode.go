package httpapi

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/strictjson"
)

// Limits of a JSON body. A document or a batch of 100 facts fits easily.
const (
	MaxBody   = 1 << 20 // bytes of a JSON request body
	maxDepth  = 32      // objects and lists inside one another
	maxErrors = 20      // problems reported at once
)

var jsonLimits = strictjson.Limits{Bytes: MaxBody, Depth: maxDepth}

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
	var beyond *http.MaxBytesError
	switch {
	case errors.As(err, &beyond):
		return nil, tooLarge(limit)
	case err != nil:
		return nil, badSyntax(http.StatusBadRequest, "body_unreadable", "the body ended before it was complete")
	}
	return data, nil
}

func tooLarge(limit int64) error {
	return badSyntax(http.StatusRequestEntityTooLarge, "body_too_large", "the body is larger than %d bytes", limit)
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
	text, err := strictjson.Read(data, jsonLimits)
	var broken *strictjson.Broken
	switch {
	case errors.As(err, &broken) && broken.Kind == strictjson.Empty:
		return badSyntax(http.StatusBadRequest, "malformed_json", "the body is empty; a JSON value is needed")
	case errors.As(err, &broken) && broken.Kind == strictjson.TooLarge:
		return tooLarge(MaxBody)
	case errors.As(err, &broken):
		return badSyntax(http.StatusBadRequest, "malformed_json", "malformed JSON at %s: %s", broken.Where(), broken.Why)
	case err != nil:
		return err
	}
	if problems := shapeProblems(text, reflect.TypeOf(into).Elem()); len(problems) > 0 {
		e := invalidRequest()
		e.Fields = problems
		return e
	}
	return unmarshal(text.Bytes(), into)
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
