package httpapi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/wire"
)

const storyPolicy = `{
  "id": "world", "effectiveFrom": "2026-01-01", "currency": "EUR",
  "value": {"horizonMonths": 36, "annualDiscountRate": "0.12", "marginRate": "0.30", "prior": {"default": "900.00"}},
  "tiers": [{"name": "focal", "minValue": "50000.00", "channel": "sales_force"}, {"name": "base", "minValue": "0.00", "channel": "partner"}],
  "offer": {"required": true, "expiresHours": 48, "maxOffers": 5},
  "examples": [{"name": "a so-so customer goes to a partner", "given": {"customer": {"declaredValue": "7000.00"}}, "expect": {"outcome": "partner"}}]
}`

const storyPlan = `{
  "id": "standard", "effectiveFrom": "2026-01-01", "currency": "EUR",
  "components": [{"type": "commission", "name": "commission", "tiers": [{"from": "0.00", "rate": "0.05"}]}],
  "examples": []
}`

// village is a house with a policy, a plan, the partners p1 (Germany) and p2
// (France), the pod north and the German customer c1, worth 7,000 EUR.
func village(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	m := h.role(manager)
	m.post("/v1/policies", storyPolicy).expect(http.StatusCreated)
	m.post("/v1/plans", storyPlan).expect(http.StatusCreated)
	m.put("/v1/partners/p1", `{"name":"One","currency":"EUR","regions":["DE"]}`).expect(http.StatusOK)
	m.put("/v1/partners/p2", `{"name":"Two","currency":"EUR","regions":["FR"]}`).expect(http.StatusOK)
	m.put("/v1/partners/p1/plan", `{"plan":"standard","from":"2026-03-01"}`).expect(http.StatusOK)
	m.put("/v1/pods/north", `{"name":"North"}`).expect(http.StatusOK)
	m.put("/v1/programme", `{"id":"acme","name":"Acme","timeZone":"UTC","reportingCurrency":"EUR","routeOn":"call"}`).expect(http.StatusCreated)
	h.role(crm).put("/v1/customers/c1", `{"region":"DE","declaredValue":"7000.00","currency":"EUR"}`).expect(http.StatusCreated)
	return h
}

// route routes c1 and returns the decision.
func (p person) route(key string) wire.Decision {
	p.h.t.Helper()
	var d wire.Decision
	p.do("POST", "/v1/customers/c1/route", "", "Idempotency-Key", key).expect(http.StatusCreated).into(&d)
	return d
}

func TestStory_APartnerSeesItselfAndNobodyElse(t *testing.T) {
	h := village(t)
	p1, p2 := h.partner("p1"), h.partner("p2")
	d := h.role(crm).route("k1")
	if d.Offer == nil || d.Offer.PartnerID != "p1" {
		t.Fatalf("%+v", d)
	}
	for _, path := range []string{"/v1/partners/p1", "/v1/partners/p1/customers", "/v1/partners/p1/statements", "/v1/partners/p1/ledger?period=2026-03", "/v1/partners/p1/statements/2026-03?preview=true"} {
		p1.get(path).expect(http.StatusOK)
		if r := p2.get(path).expect(http.StatusNotFound); r.slug() != "partner_not_found" {
			t.Errorf("%s to p2: %s", path, r.Body)
		}
	}
	p1.get("/v1/decisions/" + string(d.ID)).expect(http.StatusOK)
	p2.get("/v1/decisions/" + string(d.ID)).expect(http.StatusNotFound)
	p2.get("/v1/decisions/" + string(d.ID) + "/explanation").expect(http.StatusNotFound)
	p2.get("/v1/decisions/c1/explanation").expect(http.StatusNotFound)
	p2.post("/v1/decisions/"+string(d.ID)+"/replay", "").expect(http.StatusNotFound)
	for path, n := range map[string]int{"/v1/offers": 1, "/v1/decisions": 1, "/v1/partners": 1} {
		var mine, theirs wire.List[struct{ ID string }]
		p1.get(path).expect(http.StatusOK).into(&mine)
		p2.get(path).expect(http.StatusOK).into(&theirs)
		if len(mine.Items) != n || path != "/v1/partners" && len(theirs.Items) != 0 || path == "/v1/partners" && theirs.Items[0].ID != "p2" {
			t.Errorf("%s: p1 %+v, p2 %+v", path, mine, theirs)
		}
	}
	p2.get("/v1/offers?partner=p1").expect(http.StatusOK)
	if r := p2.get("/v1/offers?partner=p1"); strings.Contains(r.Body, "c1") {
		t.Errorf("p2 sees p1's offer: %s", r.Body)
	}
	h.role(crm).get("/v1/partners/p1").expect(http.StatusForbidden)
}

func TestStory_OnlyThePartnerAskedMayAnswer(t *testing.T) {
	h := village(t)
	d := h.role(crm).route("k1")
	accept := "/v1/offers/" + string(d.Offer.ID) + "/accept"
	h.partner("p2").post(accept, "").expect(http.StatusNotFound)
	h.role(manager).post(accept, "").expect(http.StatusForbidden)
	both := h.as(wire.Actor{User: "greedy", Roles: []string{manager, partner}, Partner: "p2"})
	both.post(accept, "").expect(http.StatusNotFound)
	p1 := h.partner("p1")
	first := p1.post(accept, "").expect(http.StatusOK)
	again := p1.post(accept, "").expect(http.StatusOK)
	if again.Body != first.Body {
		t.Errorf("the same answer again: %s then %s", first.Body, again.Body)
	}
	p1.post("/v1/offers/"+string(d.Offer.ID)+"/refuse", "").expect(http.StatusConflict)
	var c wire.Customer
	h.role(auditor).get("/v1/customers/c1").expect(http.StatusOK).into(&c)
	if c.Owner == nil || *c.Owner != "partner:p1" || c.State != wire.StateAssigned {
		t.Errorf("%+v", c)
	}
}

func TestStory_ARouteUnderOneKeyHappensOnce(t *testing.T) {
	h := village(t)
	c := h.role(crm)
	preview := c.post("/v1/customers/c1/route?preview=true", "").expect(http.StatusOK)
	if !strings.Contains(preview.Body, `"preview":true`) {
		t.Error(preview.Body)
	}
	first := c.do("POST", "/v1/customers/c1/route", "", "Idempotency-Key", "k1").expect(http.StatusCreated)
	again := c.do("POST", "/v1/customers/c1/route", "", "Idempotency-Key", "k1").expect(http.StatusOK)
	if again.Header.Get("Idempotency-Replayed") != "true" || first.Header.Get("Idempotency-Replayed") != "" {
		t.Errorf("%v", again.Header)
	}
	if again.Body != first.Body {
		t.Errorf("the stored answer is another:\n%s%s", first.Body, again.Body)
	}
	if r := c.do("POST", "/v1/customers/c1/route", `{"at":"2026-03-01"}`, "Idempotency-Key", "k1").expect(http.StatusConflict); r.slug() != "key_reused" {
		t.Error(r.Body)
	}
	c.post("/v1/customers/nobody/route", "").expect(http.StatusNotFound)
}

func TestStory_WhatTheCustomerWillNotBeIsSaidField(t *testing.T) {
	h := village(t)
	for body, want := range map[string]string{
		`{"region":"DE","declaredValue":"7.001","currency":"EUR"}`:              "declaredValue",
		`{"declaredValue":{"amount":"7.00","currency":"EUR"},"currency":"USD"}`: "declaredValue.currency",
		`{"customerId":"c2"}`:       "customerId",
		`{"attributes":{"size":7}}`: "attributes.size",
		`{"sourcedBy":"p 1"}`:       "sourcedBy",
	} {
		var p wire.Problem
		h.role(crm).put("/v1/customers/c1", body).expect(http.StatusUnprocessableEntity).into(&p)
		if len(p.Errors) == 0 || p.Errors[0].Field != want {
			t.Errorf("%s: %+v", body, p.Errors)
		}
	}
	h.role(crm).put("/v1/customers/c1", `{"declaredValue":{"amount":"60000.00","currency":"EUR"}}`).expect(http.StatusOK)
	if r := h.role(crm).post("/v1/customers/c1/route", "").expect(http.StatusCreated); !strings.Contains(r.Body, `"owner":"pod:north"`) {
		t.Error(r.Body)
	}
}

func TestStory_FactsHaveAnOutcomeEach(t *testing.T) {
	h := village(t)
	c := h.role(crm)
	order := `{"id":"e1","source":"shop","type":"order.completed","time":"2026-03-02T10:00:00Z","data":{"orderId":"o1","customerId":"c1","amount":"100.00","currency":"EUR"}}`
	other := strings.Replace(order, "100.00", "101.00", 1)
	bad := `{"id":"e2","source":"shop","type":"order.completed","time":"2026-03-02T10:00:00Z","data":{"orderId":"o2","customerId":"c1","amount":"1.234","currency":"EUR"}}`
	var answer struct {
		Outcome channel.Outcome
		Items   []wire.FactOutcome
	}
	c.post("/v1/facts", order).expect(http.StatusOK).into(&answer)
	if answer.Outcome != channel.Applied || len(answer.Items) != 1 {
		t.Fatalf("%+v", answer)
	}
	c.do("POST", "/v1/facts", "["+order+","+other+","+bad+"]", "Content-Type", "application/cloudevents-batch+json").expect(http.StatusOK).into(&answer)
	want := []channel.Outcome{channel.Duplicate, channel.Conflict, channel.Rejected}
	for i, o := range answer.Items {
		if o.Outcome != want[i] {
			t.Errorf("%d: %+v, want %s", i, o, want[i])
		}
	}
	if answer.Items[2].Field != "data.amount" {
		t.Errorf("%+v", answer.Items[2])
	}
	c.get("/v1/facts/shop/e1").expect(http.StatusOK)
	c.get("/v1/facts/shop/none").expect(http.StatusNotFound)
	c.post("/v1/facts", "").expect(http.StatusBadRequest)
	c.post("/v1/facts", "{").expect(http.StatusBadRequest)
	c.do("POST", "/v1/facts", order, "Content-Type", "text/plain").expect(http.StatusUnsupportedMediaType)
	h.role(manager).post("/v1/facts", order).expect(http.StatusForbidden)
}

// TestStory_AFactFromTheFutureIsNamedByEveryDoorAndTakenOnceItsTimeIsRight: alone,
// in a batch and as a line of a file it says the same.
func TestStory_AFactFromTheFutureIsNamedByEveryDoorAndTakenOnceItsTimeIsRight(t *testing.T) {
	h := village(t)
	c := h.role(crm)
	order := `{"id":"e1","source":"shop","type":"order.completed","time":"2062-03-02T10:00:00Z","data":{"orderId":"o1","customerId":"c1","amount":"100.00","currency":"EUR"}}`
	const why = `"message":"2062-03-02T10:00:00Z is more than 15 minutes ahead of the clock (`
	batch := []string{"Content-Type", "application/cloudevents-batch+json"}
	for _, r := range []reply{c.post("/v1/facts", order), c.do("POST", "/v1/facts", "["+order+"]", batch...)} {
		if r.expect(http.StatusOK); !strings.Contains(r.Body, `"outcome":"rejected","slug":"in_the_future","field":"time",`+why) {
			t.Error(r.Body)
		}
	}
	c.get("/v1/facts/shop/e1").expect(http.StatusNotFound)
	for file, want := range map[string]string{
		"orders\norder_id,customer_id,occurred_at,amount,currency\no1,c1,2062-03-02T10:00:00Z,100.00,EUR\n": "occurred_at",
		"refunds\nrefund_id,order_id,occurred_at,amount\nr1,o1,2062-03-02T10:00:00Z,10.00\n":                "occurred_at",
		"feedback\nfeedback_id,customer_id,occurred_at,score\nf1,c1,2062-03-02T10:00:00Z,4\n":               "occurred_at",
		"customers\ncustomer_id,region,arrived_at\nc9,DE,2062-03-02T10:00:00Z\n":                            "arrived_at",
	} {
		kind, body, _ := strings.Cut(file, "\n")
		r := c.do("POST", "/v1/imports?kind="+kind, body, "Content-Type", "text/csv").expect(http.StatusOK)
		if !strings.Contains(r.Body, `"rejects":[{"line":2,"outcome":"rejected","field":"`+want+`",`+why) {
			t.Errorf("%s: %s", kind, r.Body)
		}
	}
	right := strings.Replace(order, "2062", "2026", 1)
	if r := c.post("/v1/facts", right).expect(http.StatusOK); !strings.Contains(r.Body, `"outcome":"applied"`) {
		t.Error(r.Body)
	}
}

const storyCSV = "order_id,customer_id,occurred_at,amount,currency\no1,c1,2026-03-02,100.00,EUR\no2,c1,someday,100.00,EUR\no3,c1,2026-03-02,5.00,EUR\n"

func TestStory_AnImportTellsBadLinesAsTheyComeOrAtTheEnd(t *testing.T) {
	h := village(t)
	c := h.role(crm)
	lines := c.do("POST", "/v1/imports?kind=orders", storyCSV, "Content-Type", "text/csv", "Accept", wire.NDJSON).expect(http.StatusOK)
	if lines.Header.Get("Content-Type") != wire.NDJSON || !strings.Contains(lines.Body, `{"reject":{"line":3,"outcome":"rejected","field":"occurred_at"`) ||
		!strings.Contains(lines.Body[strings.LastIndex(strings.TrimSpace(lines.Body), "\n")+1:], `{"result":{"id":`) {
		t.Error(lines.Body)
	}
	var sum wire.ImportAnswer
	c.do("POST", "/v1/imports?kind=orders", storyCSV, "Content-Type", "text/csv").expect(http.StatusOK).into(&sum)
	if sum.Read != 3 || sum.Duplicate != 2 || sum.Rejected != 1 || len(sum.Rejects) != 1 || sum.Rejects[0].Line != 3 {
		t.Errorf("%+v", sum)
	}
	once := func(body string) reply {
		return c.do("POST", "/v1/imports?kind=orders", body, "Content-Type", "text/csv", "Idempotency-Key", "file-1")
	}
	first := once(storyCSV).expect(http.StatusOK)
	if again := once(storyCSV).expect(http.StatusOK); again.Body != first.Body || again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("%s%s", first.Body, again.Body)
	}
	if r := once(storyCSV + "o4,c1,2026-03-02,5.00,EUR\n").expect(http.StatusConflict); r.slug() != "key_reused" {
		t.Error(r.Body)
	}
	c.get("/v1/imports/" + sum.ID).expect(http.StatusOK)
	h.role(manager).do("POST", "/v1/imports?kind=pods", "pod_id,name,regions,capacity\nsouth,South,,\n", "Content-Type", "text/csv").expect(http.StatusOK)
	c.do("POST", "/v1/imports?kind=pods", "x", "Content-Type", "text/csv").expect(http.StatusForbidden)
	c.do("POST", "/v1/imports?kind=orders", "x,y\n", "Content-Type", "text/csv").expect(http.StatusUnprocessableEntity)
	c.do("POST", "/v1/imports?kind=orders", "{}", "Content-Type", "application/json").expect(http.StatusUnsupportedMediaType)
	c.do("POST", "/v1/imports?kind=order", storyCSV, "Content-Type", "text/csv").expect(http.StatusUnprocessableEntity)
	c.do("POST", "/v1/imports?kind=orders&route=true", storyCSV, "Content-Type", "text/csv").expect(http.StatusUnprocessableEntity)
}

func TestStory_WhoPreparesDoesNotApprove(t *testing.T) {
	h := village(t)
	h.partner("p1").post("/v1/offers/"+string(h.role(crm).route("k1").Offer.ID)+"/accept", "").expect(http.StatusOK)
	h.now = time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC)
	h.role(crm).do("POST", "/v1/imports?kind=orders", strings.ReplaceAll(storyCSV, "2026-03-02", "2026-03-20"), "Content-Type", "text/csv").expect(http.StatusOK)
	ann := h.as(wire.Actor{User: "ann", Roles: []string{finance}})
	if r := ann.post("/v1/periods/2026-03/close", "").expect(http.StatusConflict); r.slug() != "period_not_over" {
		t.Error(r.Body)
	}
	h.now = time.Date(2026, 4, 10, 0, 0, 0, 0, time.UTC)
	ann = h.as(wire.Actor{User: "ann", Roles: []string{finance}})
	bob := h.as(wire.Actor{User: "bob", Roles: []string{finance}})
	first := ann.do("POST", "/v1/periods/2026-03/close", "", "Idempotency-Key", "c1").expect(http.StatusOK)
	again := ann.do("POST", "/v1/periods/2026-03/close", "", "Idempotency-Key", "c1").expect(http.StatusOK)
	if again.Body != first.Body || again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("%s%s", first.Body, again.Body)
	}
	ann.post("/v1/payout-runs", `{"period":"2026-03"}`).expect(http.StatusCreated)
	ann.post("/v1/payout-runs", `{"period":"2026-03"}`).expect(http.StatusOK)
	ann.post("/v1/payout-runs", `{"period":"2026-13"}`).expect(http.StatusUnprocessableEntity)
	if r := ann.post("/v1/payout-runs/2026-03.1/approve", "").expect(http.StatusForbidden); r.slug() != "same_person" {
		t.Error(r.Body)
	}
	inCapitals := h.as(wire.Actor{User: "ANN", Roles: []string{finance}})
	if r := inCapitals.post("/v1/payout-runs/2026-03.1/approve", "").expect(http.StatusForbidden); r.slug() != "same_person" {
		t.Error(r.Body)
	}
	h.role(auditor).post("/v1/payout-runs/2026-03.1/approve", "").expect(http.StatusForbidden)
	bob.post("/v1/payout-runs/2026-03.1/pay", "").expect(http.StatusConflict)
	bob.post("/v1/payout-runs/2026-03.1/approve", "{}").expect(http.StatusOK)
	out := bob.post("/v1/payout-runs/2026-03.1/pay", "").expect(http.StatusOK)
	if !strings.Contains(out.Body, `"state":"paying"`) || !strings.Contains(out.Body, `"state":"exported"`) {
		t.Errorf("paid into the file: %s", out.Body)
	}
	bob.post("/v1/payout-runs/2026-03.1/confirm", `{"line":"2026-03.nobody.EUR.1"}`).expect(http.StatusNotFound)
	paid := bob.do("POST", "/v1/payout-runs/2026-03.1/confirm", "", "Idempotency-Key", "c1").expect(http.StatusOK)
	if again := bob.do("POST", "/v1/payout-runs/2026-03.1/confirm", "", "Idempotency-Key", "c1").expect(http.StatusOK); again.Body != paid.Body {
		t.Errorf("confirmed again: %s", again.Body)
	}
	if !strings.Contains(paid.Body, `"state":"settled"`) || !strings.Contains(paid.Body, `"payable":"5.25"`) {
		t.Error(paid.Body)
	}
	file := bob.get("/v1/payout-runs/2026-03.1/payments").expect(http.StatusOK)
	if !strings.HasPrefix(file.Body, "payment_id,partner_id,period,amount,currency,statement\n") || !strings.Contains(file.Body, ",p1,2026-03,5.25,EUR,") {
		t.Error(file.Body)
	}
	h.statementInEveryForm("/v1/partners/p1/statements/2026-03")
}

// statementInEveryForm reads a statement of p1 as JSON, HTML and CSV.
func (h *house) statementInEveryForm(path string) {
	h.t.Helper()
	p1 := h.partner("p1")
	for accept, media := range map[string]string{"": "application/json", "text/html": "text/html; charset=utf-8", "text/csv": "text/csv; charset=utf-8", "*/*": "application/json"} {
		r := p1.do("GET", path, "", "Accept", accept).expect(http.StatusOK)
		if r.Header.Get("Content-Type") != media {
			h.t.Errorf("%q: %s", accept, r.Header.Get("Content-Type"))
		}
	}
	if r := p1.get(path + "?format=html").expect(http.StatusOK); strings.Contains(r.Body, "<script") {
		h.t.Error("the page has a script")
	}
}

func TestStory_DocumentsArePublishedListedAndCompared(t *testing.T) {
	h := village(t)
	m := h.role(manager)
	m.post("/v1/policies", storyPolicy).expect(http.StatusOK) // the same again is the same version
	m.post("/v1/policies?dryRun=true", strings.Replace(storyPolicy, "50000.00", "40000.00", 1)).expect(http.StatusOK)
	m.post("/v1/policies", strings.Replace(storyPolicy, "50000.00", "40000.00", 1)).expect(http.StatusCreated)
	m.get("/v1/policies/world/versions/1").expect(http.StatusOK)
	for _, path := range []string{"/v1/policies/world/versions/3", "/v1/policies/world/versions/x", "/v1/policies/none"} {
		m.get(path).expect(http.StatusNotFound)
	}
	if r := m.get("/v1/policies/world@1/diff?with=world@2").expect(http.StatusOK); !strings.Contains(r.Body, `"path":"tiers[focal].minValue"`) {
		t.Error(r.Body)
	}
	var p wire.Problem
	m.post("/v1/policies", strings.Replace(storyPolicy, `"tiers"`, `"teirs"`, 1)).expect(http.StatusUnprocessableEntity).into(&p)
	if p.Slug != "invalid_document" || len(p.Errors) == 0 {
		t.Errorf("%+v", p)
	}
	m.get("/v1/programme").expect(http.StatusOK)
}

func TestPolicies_ListAndShowSayWhichIsInForce(t *testing.T) {
	h := village(t)
	m := h.role(manager)
	m.post("/v1/policies", strings.Replace(storyPolicy, "2026-01-01", "2026-05-01", 1)).expect(http.StatusCreated)
	m.post("/v1/plans", strings.Replace(storyPlan, "2026-01-01", "2026-05-01", 1)).expect(http.StatusCreated)
	for path, id := range map[string]string{"/v1/policies": "world", "/v1/plans": "standard"} {
		var list wire.List[wire.DocumentInfo]
		m.get(path).expect(http.StatusOK).into(&list)
		if l := list.Items; len(l) != 2 || l[0].Version != 1 || l[0].State != "in_force" || !l[0].InForce || l[1].State != "upcoming" || l[1].InForce {
			t.Errorf("%s: %+v", path, list.Items)
		}
		var newest wire.Document
		m.get(path + "/" + id).expect(http.StatusOK).into(&newest)
		if newest.Version != 2 || newest.State != "upcoming" || newest.InForce || !newest.Versions[0].InForce {
			t.Errorf("%s/%s: %+v", path, id, newest)
		}
	}
}
