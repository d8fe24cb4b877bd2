// Package inprocess is the transport of HTTP that calls a handler in this
// process. It knows no route and writes no keys.
package inprocess

import (
	"errors"
	"io"
	"net/http"
	"sync"
)

// Transport calls its handler, streaming in both directions: what the caller
// writes is read as it comes, and the answer is there with its first byte.
type Transport struct{ Handler http.Handler }

// RoundTrip serves one request. The handler runs until it returns or its
// request's context ends.
func (t Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	body, out := io.Pipe()
	w := &pipeWriter{out: out, header: http.Header{}, begun: make(chan struct{}), status: http.StatusOK}
	in := r.Clone(r.Context())
	in.RequestURI, in.RemoteAddr, in.Host = r.URL.RequestURI(), "in-process", r.URL.Host
	if in.Body == nil {
		in.Body = http.NoBody
	}
	go w.serve(t.Handler, in)
	select {
	case <-w.begun:
	case <-r.Context().Done():
		body.CloseWithError(r.Context().Err())
		return nil, r.Context().Err()
	}
	return &http.Response{
		Status: http.StatusText(w.status), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent, Body: body, ContentLength: -1, Request: r,
	}, nil
}

// pipeWriter is the ResponseWriter of an in-process request.
type pipeWriter struct {
	out    *io.PipeWriter
	header http.Header
	once   sync.Once
	begun  chan struct{} // closed once status and sent are final
	status int
	sent   http.Header
}

func (w *pipeWriter) serve(h http.Handler, r *http.Request) {
	defer func() {
		p := recover()
		w.WriteHeader(http.StatusOK)
		var err error
		if p != nil {
			err = errors.New("the handler broke off")
		}
		w.out.CloseWithError(err)
		_ = r.Body.Close()
		if cut, ok := p.(error); p != nil && (!ok || !errors.Is(cut, http.ErrAbortHandler)) {
			panic(p)
		}
	}()
	h.ServeHTTP(w, r)
}

// Header is the header to send.
func (w *pipeWriter) Header() http.Header { return w.header }

// WriteHeader fixes status and header; later calls change nothing.
func (w *pipeWriter) WriteHeader(status int) {
	if status < 200 {
		return
	}
	w.once.Do(func() {
		w.status, w.sent = status, w.header.Clone()
		close(w.begun)
	})
}

// Write hands bytes to whoever reads the answer.
func (w *pipeWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.out.Write(p)
}

// Flush has nothing to do: the pipe holds nothing back.
func (w *pipeWriter) Flush() { w.WriteHeader(http.StatusOK) }

// EnableFullDuplex has nothing to do: both directions are pipes.
func (w *pipeWriter) EnableFullDuplex() error { return nil }
