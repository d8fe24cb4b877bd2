package client_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/client"
	"github.com/fairlead/fairlead/internal/httpapi"
	"github.com/fairlead/fairlead/internal/inprocess"
	"github.com/fairlead/fairlead/internal/rail"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/usecases"
	"github.com/fairlead/fairlead/internal/wire"
)

const (
	programme = `{"id": "acme", "name": "Acme", "timeZone": "UTC", "reportingCurrency": "EUR", "routeOn": "call"}`
	policy    = `{
  "id": "world", "effectiveFrom": "2026-01-01", "currency": "EUR",
  "value": {"horizonMonths": 36, "annualDiscountRate": "0.12", "marginRate": "0.30", "prior": {"default": "900.00"}},
  "tiers": [
    {"name": "focal", "minValue": "50000.00", "channel": "sales_force"},
    {"name": "base", "minValue": "0.00", "channel": "partner"}
  ],
  "offer": {"required": true, "expiresHours": 48, "maxOffers": 5},
  "examples": [{
    "name": "a so-so customer goes to a partner",
    "given": {"customer": {"declaredValue": "7000.00"}}, "expect": {"outcome": "partner"}
  }]
}`
	plan = `{
  "id": "standard", "effectiveFrom": "2026-01-01", "currency": "EUR",
  "components": [{"type": "commission", "name": "commission", "tiers": [{"from": "0.00", "rate": "0.05"}]}],
  "examples": []
}`
)

// service is a whole service in this process, and its clock.
type service struct {
	t    *testing.T
	now  time.Time
	key  *httpapi.DevKey
	door http.Handler
}

func serve(t *testing.T) *service {
	t.Helper()
	key, err := httpapi.NewDevKey()
	if err != nil {
		t.Fatal(err)
	}
	s := &service{t: t, now: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC), key: key}
	clock := func() time.Time { return s.now }
	st := store.New(table.NewMemory(), store.Options{})
	s.door = httpapi.New(httpapi.Config{
		UseCases: usecases.New(usecases.Config{Store: st, Clock: clock, Rails: rail.Embedded()}),
		Store:    st, Issuers: []httpapi.Issuer{key.Issuer()}, Clock: clock,
	})
	return s
}

// as is a client of somebody, whose token is made at every request.
func (s *service) as(user string, roles ...string) *client.Client {
	a := wire.Actor{User: user, Roles: roles}
	if roles[0] == wire.RolePartner {
		a.Partner = "p1"
	}
	return &client.Client{
		Base: "http://in.process", HTTP: &http.Client{Transport: inprocess.Transport{Handler: s.door}},
		Token: func() (string, error) { return s.key.Mint(a, s.now, time.Hour) },
	}
}

// got is the answer of a call that must succeed.
func got[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// TestStory_AMonthFromTheFirstDocumentToThePaidPartner is the main job told
// through the methods alone.
func TestStory_AMonthFromTheFirstDocumentToThePaidPartner(t *testing.T) {
	ctx, s := t.Context(), serve(t)
	ann, ben := s.as("ann", wire.RoleManager, wire.RoleFinance, wire.RoleCRM), s.as("ben", wire.RoleFinance)
	p1 := s.as("somebody at p1", wire.RolePartner)

	checked := got[client.Published](t)(ann.Publish(ctx, client.Policies, []byte(policy), client.DryRun))
	if len(checked.Examples) != 1 || !checked.Examples[0].OK || !checked.DryRun {
		t.Errorf("%+v", checked)
	}
	got[client.Published](t)(ann.PublishProgramme(ctx, []byte(programme)))
	got[client.Published](t)(ann.Publish(ctx, client.Policies, []byte(policy)))
	got[client.Published](t)(ann.Publish(ctx, client.Plans, []byte(plan)))
	one := client.PartnerBody{Name: "One", Currency: "EUR", Regions: []string{"DE"}}
	got[client.Partner](t)(ann.PutPartner(ctx, "p1", one))
	got[client.Partner](t)(ann.AssignPlan(ctx, "p1", client.AssignPlanRequest{Plan: "standard", From: "2026-03-01"}))

	file := "customer_id,region,segment,declared_value,currency,sourced_by,arrived_at\n" +
		"c1,DE,smb,7000.00,EUR,,2026-03-02T10:00:00Z\nc2,,,,,,2026-03-02T10:00:00Z\n"
	rejects := 0
	customers := client.File{Kind: client.ImportCustomers, Lines: strings.NewReader(file)}
	imported := got[client.ImportAnswer](t)(ann.Import(ctx, customers,
		client.EachReject(func(client.ImportReject) error { rejects++; return nil })))
	if imported.Read != 2 || imported.Applied+rejects != 2 || imported.Applied == 0 {
		t.Errorf("%+v, %d rejects", imported, rejects)
	}

	_, err := ann.PutCustomer(ctx, "c1", client.ProfileBody{DeclaredValue: client.Put(client.Figure{Amount: "much"})})
	var problem *client.Problem
	if !errors.As(err, &problem) || len(problem.Errors) != 1 || problem.Errors[0].Field != "declaredValue" {
		t.Errorf("%v", err)
	}
	need := client.Figure{Amount: "100.00", Currency: "EUR"}
	profile := client.ProfileBody{Segment: client.Erase[string](), Need: client.Put(need)}
	changed := got[client.CustomerPut](t)(ann.PutCustomer(ctx, "c1", profile))
	if changed.Region != "DE" || changed.Segment != "" {
		t.Errorf("%+v", changed)
	}

	first := got[client.RouteResponse](t)(ann.Route(ctx, "c1", client.RouteRequest{}, client.Key("k")))
	again := got[client.RouteResponse](t)(ann.Route(ctx, "c1", client.RouteRequest{}, client.Key("k")))
	if first.Offer == nil || again.ID != first.ID {
		t.Fatalf("%+v, again %+v", first, again)
	}
	for offer, err := range p1.Offers(ctx, client.OffersQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		got[client.OfferAnswered](t)(p1.AcceptOffer(ctx, offer.ID))
	}
	why := got[client.Explanation](t)(ann.Why(ctx, "c1"))
	served := got[client.CustomerDetail](t)(ann.Customer(ctx, "c1"))
	if !why.Agrees || served.State != client.StateAssigned || *served.Owner != "partner:p1" {
		t.Errorf("%+v, %+v", why, served)
	}

	order := client.Event{ID: "e1", Source: "shop", Type: "order.completed", Time: s.now,
		Data: map[string]string{"orderId": "o1", "customerId": "c1", "amount": "1000.00", "currency": "EUR"}}
	facts := got[client.FactsAnswer](t)(ann.SendFacts(ctx, order))
	if facts.Items[0].Outcome != client.Applied {
		t.Fatalf("%+v", facts)
	}
	s.paid(ann, ben)
}

// paid closes March and pays p1 its 50 euros by the payments file.
func (s *service) paid(ann, ben *client.Client) {
	t, ctx := s.t, s.t.Context()
	s.now = time.Date(2026, 4, 20, 9, 0, 0, 0, time.UTC)
	told := 0
	closed := got[client.PeriodStatus](t)(ann.ClosePeriod(ctx, "2026-03", client.Watch(func(int, int) { told++ })))
	st := got[client.Statement](t)(ann.Statement(ctx, "p1", "2026-03"))
	if closed.State != client.PeriodClosed || told == 0 || st.Earned != "50.00" {
		t.Fatalf("%+v, told %d times, earned %s", closed, told, st.Earned)
	}
	run := got[client.Run](t)(ann.PrepareRun(ctx, client.PrepareRequest{Period: "2026-03"}))
	_, err := ann.ApproveRun(ctx, run.ID, client.ApproveRequest{})
	var problem *client.Problem
	if !client.IsSlug(err, "same_person") || !errors.As(err, &problem) || problem.Status != http.StatusForbidden {
		t.Fatalf("who prepared it approved it: %v", err)
	}
	got[client.Run](t)(ben.ApproveRun(ctx, run.ID, client.ApproveRequest{}))
	exported := got[client.Run](t)(ann.PayRun(ctx, run.ID, client.Key("pay")))
	if exported.State != client.RunPaying || exported.Lines[0].State != client.LineExported {
		t.Fatalf("%+v", exported)
	}
	file := got[io.ReadCloser](t)(ann.Payments(ctx, run.ID))
	defer func() { _ = file.Close() }()
	if data, err := io.ReadAll(file); err != nil || !strings.Contains(string(data), "50.00") {
		t.Errorf("%v: %s", err, data)
	}
	settled := got[client.Run](t)(ben.ConfirmRun(ctx, run.ID, client.ConfirmRequest{}))
	if settled.State != client.RunSettled || settled.Lines[0].State != client.LinePaid {
		t.Errorf("%+v", settled)
	}
}
