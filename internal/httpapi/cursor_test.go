package httpapi

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/channel"
)

// crowded is a village in which every list but those of money has two pages of
// one item each.
func crowded(t *testing.T) *house {
	t.Helper()
	h := village(t)
	m := h.role(manager)
	m.put("/v1/pods/south", `{"name":"South"}`).expect(http.StatusOK)
	m.post("/v1/policies", strings.Replace(storyPolicy, "50000.00", "40000.00", 1)).expect(http.StatusCreated)
	m.post("/v1/plans", strings.Replace(storyPlan, "0.05", "0.06", 1)).expect(http.StatusCreated)
	c2 := `{"region":"DE","declaredValue":"8000.00","currency":"EUR"}`
	h.role(crm).put("/v1/customers/c2", c2).expect(http.StatusCreated)
	m.post("/v1/routes", "").expect(http.StatusOK)
	return h
}

// lists are the routes that take a cursor, and with it what else they need.
func lists(t *testing.T) map[string]string {
	t.Helper()
	paths := map[string]string{}
	for _, rt := range Routes() {
		for _, p := range params(reflectType(rt.request)) {
			if p.name == "cursor" {
				paths[rt.name()] = somewhere(rt.Path, "p1")
			}
		}
	}
	if len(paths) < 10 {
		t.Fatalf("only %d routes take a cursor", len(paths))
	}
	return paths
}

func TestLists_ACursorThatIsNone_IsRefusedAndSaysNothingOfTheStore(t *testing.T) {
	h := crowded(t)
	m := h.role(manager)
	cursors := map[string]string{ // by the path that gave it
		"a word": "garbage", "a mark": "!", "zeros": "AAAA",
		"a key": channel.Cursor("", "C#c1\x00"), "a page of nothing": channel.Cursor("nothing", "c1", "c1"),
	}
	for _, path := range lists(t) {
		var page struct{ NextCursor string }
		if r := m.get(path + "?limit=1"); r.Status == http.StatusOK {
			if r.into(&page); page.NextCursor != "" {
				cursors[path] = page.NextCursor
			}
		}
	}
	if len(cursors) < 5+7 {
		t.Errorf("only %d cursors: %v", len(cursors), cursors)
	}
	for name, path := range lists(t) {
		for from, cursor := range cursors {
			r := m.get(path + "?cursor=" + url.QueryEscape(cursor))
			if from == path {
				r.expect(http.StatusOK)
				continue
			}
			if r.Status != http.StatusUnprocessableEntity || r.slug() != "invalid_cursor" {
				t.Errorf("%s with the cursor of %s: %d %s", name, from, r.Status, r.Body)
			}
			for _, inside := range []string{"key", "sk", "pk", "byte", "table", "ledger"} {
				if strings.Contains(strings.ReplaceAll(r.Body, "ask for", ""), inside) {
					t.Errorf("%s with the cursor of %s speaks of %q: %s", name, from, inside, r.Body)
				}
			}
		}
	}
}

func TestCustomers_ACursorOfOneOrderIsNoneOfAnother(t *testing.T) {
	h := crowded(t)
	var page struct{ NextCursor string }
	h.role(manager).get("/v1/customers?limit=1").expect(http.StatusOK).into(&page)
	r := h.role(manager).get("/v1/customers?owner=partner:p1&cursor=" + page.NextCursor)
	if r.slug() != "invalid_cursor" {
		t.Errorf("%d %s", r.Status, r.Body)
	}
}
