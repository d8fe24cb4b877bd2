package cloud_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/cloud/gateway"
	"github.com/fairlead/fairlead/internal/cloud/wiring"
)

// stricter is the second version of the world's policy.
var stricter = strings.NewReplacer(`"50000.00"`, `"60000.00"`, `"2026-01-01"`, `"2026-01-02"`).Replace(worldPolicy)

// routed routes a new customer at a process and returns the version of the policy
// that the decision names, and the decision.
func (w *world) routed(d *gateway.Door, id string) (version int, decision string) {
	w.t.Helper()
	w.ask(d, "crm", "PUT /v1/customers/"+id, `{"region":"DE","declaredValue":"7000.00","currency":"EUR"}`)
	r := w.ask(d, "crm", "POST /v1/customers/"+id+"/route", "")
	var body struct {
		ID     string
		Policy struct{ Version int }
	}
	if err := json.Unmarshal([]byte(r.Body), &body); err != nil || r.StatusCode != 201 {
		w.t.Errorf("%s: %d %s", id, r.StatusCode, r.Body)
	}
	return body.Policy.Version, body.ID
}

// TestAPI_ADocumentPublishedWhileRequestsRun_IsUsedByTheNextDecision: three processes route without a
// pause while one of them publishes. Every decision names the version it used,
// and every one can be made again.
func TestAPI_ADocumentPublishedWhileRequestsRun_IsUsedByTheNextDecision(t *testing.T) {
	w := newWorld(t).settle()
	doors := []*gateway.Door{w.door, w.api(wiring.On(w.app, w.table)), w.api(wiring.On(w.app, w.table))}
	var mu sync.Mutex
	decisions, before := map[string]int{}, make(chan struct{}, 3)
	var all sync.WaitGroup
	stop := make(chan struct{})
	for i, d := range doors {
		all.Go(func() {
			for n := 0; ; n++ {
				version, id := w.routed(d, fmt.Sprintf("c%d-%d", i, n))
				mu.Lock()
				decisions[id] = version
				mu.Unlock()
				if n == 2 {
					before <- struct{}{}
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	for range doors {
		<-before
	}
	w.must("manager", "POST /v1/policies", stricter)
	for i, d := range doors {
		if version, _ := w.routed(d, fmt.Sprintf("after%d", i)); version != 2 {
			t.Errorf("process %d goes on with version %d", i, version)
		}
	}
	close(stop)
	all.Wait()
	used := map[int]int{}
	for id, version := range decisions {
		used[version]++
		if r := w.ask(w.door, "crm", "POST /v1/decisions/"+id+"/replay", ""); r.StatusCode != 200 || !strings.Contains(r.Body, `"agrees":true`) {
			t.Fatalf("%s by version %d: %d %s", id, version, r.StatusCode, r.Body)
		}
	}
	if used[1] == 0 || used[1]+used[2] != len(decisions) {
		t.Errorf("versions used: %v", used)
	}
}

// TestAPI_ADocumentIsInForceEverywhereAfterTheLease: a process goes by the
// control block it has for as long as its lease lasts.
func TestAPI_ADocumentIsInForceEverywhereAfterTheLease(t *testing.T) {
	w := newWorld(t)
	w.settle()
	w.app.Config.Lease = 30 * time.Second
	here, there := w.api(wiring.On(w.app, w.table)), w.api(wiring.On(w.app, w.table))
	for name, d := range map[string]*gateway.Door{"here": here, "there": there} {
		if version, _ := w.routed(d, "before-"+name); version != 1 {
			t.Fatalf("%s: version %d", name, version)
		}
	}
	if r := w.ask(here, "manager", "POST /v1/policies", stricter); r.StatusCode != 201 {
		t.Fatalf("%d %s", r.StatusCode, r.Body)
	}
	for _, c := range []struct {
		after       time.Duration
		name        string
		door        *gateway.Door
		wantVersion int
	}{{0, "here", here, 2}, {0, "there", there, 1}, {29 * time.Second, "there-later", there, 1}, {2 * time.Second, "there-after", there, 2}} {
		w.now = w.now.Add(c.after)
		if version, _ := w.routed(c.door, "c-"+c.name); version != c.wantVersion {
			t.Errorf("%s: version %d, want %d", c.name, version, c.wantVersion)
		}
	}
}
