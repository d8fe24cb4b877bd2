package httpapi

import "net/http"

// recorder is a ResponseWriter that remembers what was answered, for the access
// log and for the question whether a problem can still be written.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (r *recorder) begun() bool { return r.status != 0 }

// WriteHeader notes the first final status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes.
func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the server's own writer.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
