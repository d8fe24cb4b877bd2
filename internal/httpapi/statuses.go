package httpapi

import (
	"net/http"
	"strconv"
)

// successWords say what a status of success means.
var successWords = map[int]string{
	http.StatusOK:       "Done",
	http.StatusCreated:  "Made",
	http.StatusAccepted: "Taken: what is not done yet is safe, and is done without another request",
}

// successes are the statuses of success that a route sends.
func (r Route) successes() []int {
	if r.Answers == nil {
		return []int{http.StatusOK}
	}
	return r.Answers
}

// problemWords say what a status of a problem means.
var problemWords = map[int]string{
	http.StatusBadRequest:            "The request cannot be read",
	http.StatusUnauthorized:          "There is no token or signature, or one that is not believed",
	http.StatusForbidden:             "The roles of the token may not do this",
	http.StatusNotFound:              "There is nothing of this name that the caller may see",
	http.StatusConflict:              "It contradicts what stands",
	http.StatusRequestEntityTooLarge: "The body is too large",
	http.StatusUnsupportedMediaType:  "The media type of the body is not taken",
	http.StatusUnprocessableEntity:   "Something in the request is not valid; errors say where",
	http.StatusTooManyRequests:       "Too much at once; the same request again succeeds later",
	http.StatusInternalServerError:   "Something went wrong on our side",
	http.StatusServiceUnavailable:    "The store does not answer now; the same request again succeeds later",
}

// problems describe what a route answers when it does not succeed.
func problems(rt Route) object {
	out := object{"default": problemNamed("A problem")}
	for _, code := range problemStatuses(rt) {
		out[strconv.Itoa(code)] = problemNamed(problemWords[code])
	}
	return out
}

func problemNamed(words string) object {
	return object{"description": words,
		"content": object{"application/problem+json": object{"schema": componentRef("Problem")}}}
}

// problemStatuses are the statuses a route may answer with when it does not
// succeed: by who may call it, what it takes, and what it touches.
func problemStatuses(rt Route) []int {
	out := []int{http.StatusBadRequest, http.StatusUnprocessableEntity,
		http.StatusInternalServerError, http.StatusServiceUnavailable}
	switch {
	case len(rt.Roles) > 0:
		out = append(out, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound,
			http.StatusConflict, http.StatusTooManyRequests)
	case rt.Method == http.MethodPost: // a signature instead of a token
		out = append(out, http.StatusUnauthorized, http.StatusNotFound)
	case len(params(reflectType(rt.request))) > 0:
		out = append(out, http.StatusNotFound)
	}
	if rt.Method != http.MethodGet {
		out = append(out, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	return out
}
