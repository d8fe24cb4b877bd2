package httpapi

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/wire"
)

// rows are customers as the value model supposes them: each with its own rate, its
// own basket and its own chance to stay away after an order.
func rows() string {
	rng := rand.New(rand.NewPCG(1, 7))
	var b strings.Builder
	b.WriteString("x,t_x,T,m_x\n")
	for range 400 {
		rate, leaves, basket := 0.2*rng.ExpFloat64(), math.Pow(rng.Float64(), 3), 40*math.Exp(rng.NormFloat64()/2)
		age, x, last := 25+15*rng.Float64(), 0, 0.0
		for at := rng.ExpFloat64() / rate; at < age; at += rng.ExpFloat64() / rate {
			if x, last = x+1, at; rng.Float64() < leaves {
				break
			}
		}
		fmt.Fprintf(&b, "%d,%.4f,%.4f,%.2f\n", x, last, age, basket*(0.5+rng.Float64()))
	}
	return b.String()
}

func TestValues_RowsAreFittedForManagersAndStoredNowhere(t *testing.T) {
	h := newHouse(t)
	m := h.role(manager)
	var fit wire.FitResponse
	m.do("POST", "/v1/values/fit", rows(), "Content-Type", "text/csv").expect(200).into(&fit)
	if fit.Model != "bg/nbd" || fit.Customers != 400 || fit.Params.R <= 0 || fit.LogLikelihood >= 0 || fit.Spend == nil || fit.ID != "" {
		t.Errorf("%+v", fit)
	}
	var again wire.FitResponse
	m.do("POST", "/v1/values/fit", rows(), "Content-Type", "text/plain; charset=utf-8").expect(200).into(&again)
	if again.Params != fit.Params {
		t.Errorf("%+v, then %+v", fit.Params, again.Params)
	}
	for body, slug := range map[string]string{"x,t_x,T\n1,9,5\n": "invalid_file", "x,t_x,T\n1,2,5\n": "model_not_identified", "x,t\n": "invalid_file"} {
		if r := m.do("POST", "/v1/values/fit", body, "Content-Type", "text/csv").expect(422); r.slug() != slug {
			t.Errorf("%q: %s", body, r.Body)
		}
	}
	r := m.do("POST", "/v1/values/fit", "x,t_x,T\n1,9,5\n", "Content-Type", "text/csv")
	if !strings.Contains(r.Body, `"line 2, t_x"`) {
		t.Errorf("the line is not named: %s", r.Body)
	}
	if r := m.do("POST", "/v1/values/fit", "x,t_x,T\n"+strings.Repeat("\n", maxRFM), "Content-Type", "text/csv").expect(413); r.slug() != "body_too_large" {
		t.Errorf("%s", r.Body)
	}
}

func TestValues_AFitOfTheStoreIsRefusedWithItsReason(t *testing.T) {
	m := newHouse(t).role(manager)
	for body, want := range map[string]string{
		"": "422 model_not_identified", "{}": "422 model_not_identified", `{"asOf":"2026-02-28"}`: "422 model_not_identified",
		`{"asOf":"tomorrow"}`: "422 invalid_time", `{"asOf":"2026-12-31"}`: "422 invalid_time", `{"asof":"2026-02-28"}`: "422 invalid_request", `{"asOf":`: "400 malformed_json",
	} {
		r := m.post("/v1/values/fit", body)
		if got := fmt.Sprint(r.Status, " ", r.slug()); got != want {
			t.Errorf("%q: %s, want %s: %s", body, got, want, r.Body)
		}
	}
}

func TestPortfolios_APodReadsItsOwnAndNobodyElses(t *testing.T) {
	h := newHouse(t)
	for _, id := range []string{"north", "south"} {
		h.role(manager).put("/v1/pods/"+id, `{"name":"x"}`)
	}
	var p wire.Portfolio
	h.role(pod).get("/v1/portfolios/pod:north").expect(200).into(&p)
	if p.Owner != "pod:north" || p.Period != "2026-03" || p.Customers != 0 {
		t.Errorf("%+v", p)
	}
	for _, owner := range []string{"pod:south", "pod:nowhere", "partner:p1"} {
		if r := h.role(pod).get("/v1/portfolios/" + owner).expect(404); r.slug() != "owner_not_found" || !strings.Contains(r.Body, owner) {
			t.Errorf("%s: %s", owner, r.Body)
		}
	}
	h.role(manager).get("/v1/portfolios/pod:south").expect(200)
	h.role(manager).get("/v1/portfolios/south").expect(200)
	h.role(auditor).get("/v1/balance").expect(200)
}
