package httpapi

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// matrix is who may call what, written by hand from the agreement and not from
// the code: "-" is anyone without a token, ":own" is only what is its own.
const matrix = `
PUT  /v1/customers/{id}                      crm manager
GET  /v1/customers/{id}                      crm manager auditor
GET  /v1/customers                           crm manager auditor
POST /v1/customers/{id}/route                crm manager
POST /v1/customers/{id}/assign               manager
POST /v1/routes                              manager
POST /v1/sweeps                              manager
POST /v1/values/fit                          manager
GET  /v1/customers/{id}/value                manager auditor
GET  /v1/portfolios/{owner}                  manager auditor pod
GET  /v1/balance                             manager auditor
GET  /v1/decisions                           crm manager auditor partner
GET  /v1/decisions/{id}                      crm manager auditor partner
GET  /v1/decisions/{id}/explanation          crm manager auditor partner
POST /v1/decisions/{id}/replay               crm manager auditor partner
GET  /v1/offers                              manager auditor partner
POST /v1/offers/{id}/accept                  partner
POST /v1/offers/{id}/refuse                  partner
POST /v1/facts                               crm
GET  /v1/facts/{source}/{id}                 crm manager auditor
POST /v1/imports                             crm manager
GET  /v1/imports/{id}                        crm manager auditor
PUT  /v1/partners/{id}                       manager
GET  /v1/partners/{id}                       manager auditor partner:own
GET  /v1/partners                            manager auditor partner
PUT  /v1/partners/{id}/plan                  manager
GET  /v1/partners/{id}/customers             manager auditor finance partner:own
GET  /v1/partners/{id}/ledger                manager auditor finance partner:own
GET  /v1/partners/{id}/statements            manager auditor finance partner:own
GET  /v1/partners/{id}/statements/{period}   manager auditor finance partner:own
PUT  /v1/pods/{id}                           manager
GET  /v1/pods/{id}                           manager auditor pod:own
GET  /v1/pods                                manager auditor pod
PUT  /v1/programme                           manager
GET  /v1/programme                           manager auditor crm finance partner pod
POST /v1/policies                            manager
GET  /v1/policies                            manager auditor
GET  /v1/policies/{id}                       manager auditor
GET  /v1/policies/{id}/versions/{v}          manager auditor
GET  /v1/policies/{id}/diff                  manager auditor
POST /v1/plans                               manager
GET  /v1/plans                               manager auditor
GET  /v1/plans/{id}                          manager auditor
GET  /v1/plans/{id}/versions/{v}             manager auditor
GET  /v1/plans/{id}/diff                     manager auditor
POST /v1/periods/{period}/close              finance
GET  /v1/periods/{period}                    manager auditor finance
POST /v1/payout-runs                         finance
GET  /v1/payout-runs                         manager auditor finance
GET  /v1/payout-runs/{id}                    manager auditor finance
GET  /v1/payout-runs/{id}/lines              manager auditor finance
GET  /v1/payout-runs/{id}/diff               manager auditor finance
GET  /v1/payout-runs/{id}/payments           manager auditor finance
POST /v1/payout-runs/{id}/approve            finance
POST /v1/payout-runs/{id}/deny               finance
POST /v1/payout-runs/{id}/pay                finance
POST /v1/payout-runs/{id}/confirm            finance
POST /v1/hooks/{source}                      -
GET  /healthz                                -
GET  /readyz                                 -
GET  /.well-known/fairlead-keys.json         -
GET  /openapi.json                           -
GET  /schemas/{name}                         -
GET  /{$}                                    -
`

// agreed reads the matrix: roles by "METHOD path", and who sees only its own.
func agreed() (may map[string][]string, own map[string]string) {
	may, own = map[string][]string{}, map[string]string{}
	for line := range strings.Lines(strings.TrimSpace(matrix)) {
		words := strings.Fields(line)
		name := words[0] + " " + words[1]
		may[name] = []string{}
		for _, w := range words[2:] {
			role, onlyOwn := strings.CutSuffix(w, ":own")
			if onlyOwn {
				own[name] = role
			}
			if role != "-" {
				may[name] = append(may[name], role)
			}
		}
	}
	return may, own
}

var everyRole = []string{crm, manager, finance, auditor, pod, partner}

// somewhere fills a path's placeholders.
func somewhere(path, id string) string {
	return strings.NewReplacer("{id}", id, "{source}", "shop", "{period}", "2026-01", "{v}", "1", "{name}", "policy.json", "{$}", "").Replace(path)
}

func TestMatrix_EveryRouteOfTheTableIsAgreedAndTheOtherWayRound(t *testing.T) {
	may, own := agreed()
	for _, rt := range Routes() {
		want, ok := may[rt.name()]
		if !ok {
			t.Errorf("%s is in the table of routes only", rt.name())
		}
		slices.Sort(want)
		got := slices.Sorted(slices.Values(rt.Roles))
		if !slices.Equal(got, want) || rt.Self != own[rt.name()] {
			t.Errorf("%s: %v self %q, agreed %v self %q", rt.name(), got, rt.Self, want, own[rt.name()])
		}
		delete(may, rt.name())
	}
	for name := range may {
		t.Errorf("%s is agreed, but no route", name)
	}
}

func TestMatrix_EveryRouteAnswersEveryRoleAsAgreed(t *testing.T) {
	h := newHouse(t)
	may, own := agreed()
	for _, rt := range Routes() {
		roles := may[rt.name()]
		for _, role := range everyRole {
			id := "p1"
			if role == pod {
				id = "north"
			}
			r := h.role(role).do(rt.Method, somewhere(rt.Path, id), "")
			allowed := len(roles) == 0 || slices.Contains(roles, role)
			if got := r.slug() != "role_missing" && r.Status != http.StatusUnauthorized; got != allowed {
				t.Errorf("%s as %s: %d %s", rt.name(), role, r.Status, r.Body)
			}
			if own[rt.name()] != role {
				continue
			}
			if r := h.role(role).do(rt.Method, somewhere(rt.Path, "somebody-else"), ""); r.slug() != role+"_not_found" || r.Status != http.StatusNotFound {
				t.Errorf("%s of another %s: %d %s", rt.name(), role, r.Status, r.Body)
			}
		}
		nobody := person{h, ""}.do(rt.Method, somewhere(rt.Path, "p1"), "")
		if (nobody.Status == http.StatusUnauthorized) != (len(roles) > 0) {
			t.Errorf("%s as nobody: %d %s", rt.name(), nobody.Status, nobody.Body)
		}
	}
}

func TestMatrix_TheAuditorMovesNothing(t *testing.T) {
	for _, rt := range Routes() {
		recompute := strings.HasSuffix(rt.Path, "/replay") // decides again and writes nothing
		if rt.Method != http.MethodGet && !recompute && slices.Contains(rt.Roles, auditor) {
			t.Errorf("%s lets the auditor in", rt.name())
		}
		if rt.Method == http.MethodGet && len(rt.Roles) > 0 && !slices.Contains(rt.Roles, auditor) {
			t.Errorf("%s keeps the auditor out", rt.name())
		}
	}
}
