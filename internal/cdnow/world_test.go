package cdnow

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/client"
	"github.com/fairlead/fairlead/internal/httpapi"
	"github.com/fairlead/fairlead/internal/inprocess"
	"github.com/fairlead/fairlead/internal/rail"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table/bolt"
	"github.com/fairlead/fairlead/internal/usecases"
	"github.com/fairlead/fairlead/internal/wire"
)

// world is an installation on a data folder of its own, reached through its
// HTTP API in process.
type world struct {
	testing.TB
	as   map[string]*client.Client // by user
	kept *store.Store
	told func(kind string, done int) // what an import says on its way; may be nil
}

// The people: whoever prepares a run does not approve it.
const (
	ann = "ann"
	ben = "ben"
)

// clock stands still a while after the last month.
var clock = time.Date(1998, 7, 10, 12, 0, 0, 0, time.UTC)

// newWorld is an installation in a new folder, with its documents and people.
func newWorld(t testing.TB) *world {
	t.Helper()
	w := openWorld(t, t.TempDir())
	w.found()
	return w
}

// openWorld opens an installation.
func openWorld(t testing.TB, dir string) *world {
	t.Helper()
	db, err := bolt.Open(dir, bolt.Options{Clock: now})
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	key, err := httpapi.OpenDevKey(dir)
	must(t, err)
	kept := store.New(db, store.Options{})
	handler := httpapi.New(httpapi.Config{
		UseCases: usecases.New(usecases.Config{Store: kept, Clock: now, Rails: rail.Of(rail.SandboxName)}),
		Store:    kept, Issuers: []httpapi.Issuer{key.Issuer()}, Clock: now, Version: "test", Instance: "test",
	})
	w := &world{TB: t, as: map[string]*client.Client{}, kept: kept}
	for _, user := range []string{ann, ben} {
		a := wire.Actor{User: user, Roles: []string{wire.RoleCRM, wire.RoleManager, wire.RoleFinance, wire.RoleAuditor}}
		w.as[user] = &client.Client{
			Base: "http://in.process", HTTP: &http.Client{Transport: inprocess.Transport{Handler: handler}},
			Token: func() (string, error) { return key.Mint(a, now(), time.Hour) },
		}
	}
	return w
}

// found publishes the documents and loads pods and partners. Doing it again
// changes nothing.
func (w *world) found() {
	w.Helper()
	w.publish("PUT", "/v1/programme", programmeText)
	w.publish("POST", "/v1/policies", policyText)
	for _, text := range planTexts {
		w.publish("POST", "/v1/plans", text)
	}
	w.load("pods", []byte(podsText))
	w.load("partners", []byte(partnersText))
}

func now() time.Time { return clock }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// call sends a request as ann and reads its JSON answer.
func (w *world) call(method, path string, body, into any) {
	w.Helper()
	w.callAs(ann, client.Request{Method: method, Path: path}, body, into)
}

func (w *world) callAs(user string, r client.Request, body, into any) {
	w.Helper()
	must(w, w.as[user].JSON(w.Context(), r, body, into))
}

// get reads an answer as it is.
func (w *world) get(path string) []byte {
	w.Helper()
	res, err := w.as[ann].Do(w.Context(), client.Request{Method: http.MethodGet, Path: path})
	must(w, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(w, err)
	return body
}

func (w *world) publish(method, path, document string) {
	w.Helper()
	res, err := w.as[ann].Do(w.Context(), client.Request{Method: method, Path: path, Body: bytes.NewReader([]byte(document))})
	must(w, err)
	res.Body.Close()
}

// load imports a file; query is pairs beside kind.
func (w *world) load(kind string, file []byte, query ...string) wire.ImportSummary {
	w.Helper()
	return w.stream(kind, bytes.NewReader(file), query...)
}

func (w *world) stream(kind string, file io.Reader, query ...string) (sum wire.ImportSummary) {
	w.Helper()
	q := url.Values{"kind": {kind}}
	for i := 0; i < len(query); i += 2 {
		q.Set(query[i], query[i+1])
	}
	lines := client.Lines{Reject: func(r wire.ImportReject) error { w.Errorf("not taken: %+v", r); return nil }}
	if w.told != nil {
		lines.Progress = func(done, _ int) { w.told(kind, done) }
	}
	must(w, w.as[ann].Stream(w.Context(), client.Request{Method: http.MethodPost, Path: "/v1/imports", Query: q, Type: "text/csv", Body: file}, lines, &sum))
	return sum
}

// settle closes a month and pays it, twice over.
func (w *world) settle(month string) (wire.PeriodStatus, wire.Run) {
	w.Helper()
	var status wire.PeriodStatus
	w.call(http.MethodPost, "/v1/periods/"+month+"/close", nil, &status)
	var run wire.Run
	w.call(http.MethodPost, "/v1/payout-runs", map[string]string{"period": month}, &run)
	w.callAs(ben, client.Request{Method: http.MethodPost, Path: "/v1/payout-runs/" + run.ID + "/approve"}, nil, nil)
	w.call(http.MethodPost, "/v1/payout-runs/"+run.ID+"/pay", nil, nil)
	var again wire.PeriodStatus
	w.call(http.MethodPost, "/v1/periods/"+month+"/close", nil, &again)
	w.call(http.MethodPost, "/v1/payout-runs", map[string]string{"period": month}, &run)
	w.call(http.MethodPost, "/v1/payout-runs/"+run.ID+"/pay", nil, &run)
	if !again.Already || again.Root != status.Root || run.ID != month+".1" {
		w.Errorf("%s a second time: %+v, run %s", month, again, run.ID)
	}
	return status, run
}

// minor is decimal text in cents; a minus sign is allowed.
func minor(t testing.TB, text string) int64 {
	t.Helper()
	whole, rest, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(whole+rest, 10, 64)
	if must(t, err); len(rest) != 2 {
		t.Fatalf("%q has no two decimals", text)
	}
	return n
}
