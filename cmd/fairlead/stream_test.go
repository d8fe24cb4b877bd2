package main

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/fairlead/fairlead/client"
	"github.com/fairlead/fairlead/internal/inprocess"
	"github.com/fairlead/fairlead/internal/wire"
)

// TestStream_ThatEndsTooEarlySaysHowToGoOn: who typed the command is told what
// became of the work, and that the same command finishes it.
func TestStream_ThatEndsTooEarlySaysHowToGoOn(t *testing.T) {
	door := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", wire.NDJSON)
		_, _ = io.WriteString(w, `{"progress":{"done":1}}`+"\n")
	})
	transport := inprocess.Transport{Handler: door}
	conn := &connection{client: &client.Client{Base: "http://in.process", HTTP: &http.Client{Transport: transport}}}
	var raw json.RawMessage
	err := conn.stream(t.Context(), post("/v1/routes"), client.Lines{}, &raw)
	want := "the answer ended before its result; what was done so far is stored, run the command again to finish it"
	if err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
}
