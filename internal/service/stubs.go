package service

import (
	"context"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
)

var errNotBuilt = fault.New(fault.Unavailable, "not_built", "this is not built yet")

// Calendar is the programme's calendar, which the doors need to read dates.
func (s *Service) Calendar(ctx context.Context) (channel.Calendar, error) {
	return channel.Calendar{}, errNotBuilt
}

// Programme is the programme in force.
func (s *Service) Programme(ctx context.Context) (channel.Programme, error) {
	return channel.Programme{}, errNotBuilt
}

// PutCustomer changes a customer's profile (a fact of source "api") and, unless
// the programme says otherwise, routes at first sight.
func (s *Service) PutCustomer(ctx context.Context, a Actor, u channel.Upsert) (CustomerPut, error) {
	return CustomerPut{}, errNotBuilt
}

// Customer is one customer with its past. 404 customer_not_found also for what a
// partner may not see.
func (s *Service) Customer(ctx context.Context, a Actor, id channel.CustomerID) (CustomerDetail, error) {
	return CustomerDetail{}, errNotBuilt
}

// Customers lists customers by owner, state, or all.
func (s *Service) Customers(ctx context.Context, a Actor, q CustomersQuery) (List[Customer], error) {
	return List[Customer]{}, errNotBuilt
}

// Route decides who serves a customer.
func (s *Service) Route(ctx context.Context, a Actor, r RouteRequest) (RouteResponse, error) {
	return RouteResponse{}, errNotBuilt
}

// RouteAll routes everyone not yet routed, and everyone waiting.
func (s *Service) RouteAll(ctx context.Context, a Actor, r RouteAllRequest) (RouteSummary, error) {
	return RouteSummary{}, errNotBuilt
}

// Assign puts a customer with an owner by hand, recorded as a decision.
func (s *Service) Assign(ctx context.Context, a Actor, r AssignRequest) (RouteResponse, error) {
	return RouteResponse{}, errNotBuilt
}

// Offers lists offers; a partner sees its own.
func (s *Service) Offers(ctx context.Context, a Actor, q OffersQuery) (List[Offer], error) {
	return List[Offer]{}, errNotBuilt
}

// AcceptOffer takes an offered customer.
func (s *Service) AcceptOffer(ctx context.Context, a Actor, r OfferAnswer) (OfferAnswered, error) {
	return OfferAnswered{}, errNotBuilt
}

// RefuseOffer refuses an offered customer, for ever; the next is asked.
func (s *Service) RefuseOffer(ctx context.Context, a Actor, r OfferAnswer) (OfferAnswered, error) {
	return OfferAnswered{}, errNotBuilt
}

// Decisions lists decisions.
func (s *Service) Decisions(ctx context.Context, a Actor, q DecisionsQuery) (List[Decision], error) {
	return List[Decision]{}, errNotBuilt
}

// Decision is one decision by id.
func (s *Service) Decision(ctx context.Context, a Actor, id channel.DecisionID) (Decision, error) {
	return Decision{}, errNotBuilt
}

// Explanation is why, and what would have to differ.
func (s *Service) Explanation(ctx context.Context, a Actor, id channel.DecisionID) (Explanation, error) {
	return Explanation{}, errNotBuilt
}

// Why is Explanation by decision id, or of a customer's decision in force.
func (s *Service) Why(ctx context.Context, a Actor, customerOrDecision string) (Explanation, error) {
	return Explanation{}, errNotBuilt
}

// Replay recomputes a decision and compares the bytes.
func (s *Service) Replay(ctx context.Context, a Actor, id channel.DecisionID) (ReplayResult, error) {
	return ReplayResult{}, errNotBuilt
}

// ApplyFacts takes up to 100 facts, each on its own; the outcomes are in order.
func (s *Service) ApplyFacts(ctx context.Context, a Actor, facts []FactInput) ([]FactOutcome, error) {
	return nil, errNotBuilt
}

// Fact is what became of a fact. 404 fact_not_found.
func (s *Service) Fact(ctx context.Context, a Actor, source channel.Source, id channel.EventID) (FactOutcome, error) {
	return FactOutcome{}, errNotBuilt
}

// Import takes a file, streamed. An error means that it stopped in the middle;
// everything counted is stored, and the same file again continues.
func (s *Service) Import(ctx context.Context, a Actor, r ImportRequest) (ImportSummary, error) {
	return ImportSummary{}, errNotBuilt
}

// ImportByID is the account of a finished import. 404 import_not_found.
func (s *Service) ImportByID(ctx context.Context, a Actor, id string) (ImportSummary, error) {
	return ImportSummary{}, errNotBuilt
}

// Publish checks a document and, unless a dry run, puts it in force from its
// date.
func (s *Service) Publish(ctx context.Context, a Actor, r PublishRequest) (Published, error) {
	return Published{}, errNotBuilt
}

// Documents lists the newest version of every document of a kind.
func (s *Service) Documents(ctx context.Context, a Actor, kind string, p Page) (List[DocumentInfo], error) {
	return List[DocumentInfo]{}, errNotBuilt
}

// Document is one version, 0 for the newest. 404 document_not_found.
func (s *Service) Document(ctx context.Context, a Actor, kind, id string, version int) (Document, error) {
	return Document{}, errNotBuilt
}

// DiffDocuments compares two versions, each "ID@VERSION" or "ID".
func (s *Service) DiffDocuments(ctx context.Context, a Actor, kind string, x, y string) (DocumentDiff, error) {
	return DocumentDiff{}, errNotBuilt
}

// PutPartner makes or changes a partner.
func (s *Service) PutPartner(ctx context.Context, a Actor, id channel.PartnerID, b PartnerBody) (Partner, error) {
	return Partner{}, errNotBuilt
}

// Partner is one partner; another partner's is 404 to a partner.
func (s *Service) Partner(ctx context.Context, a Actor, id channel.PartnerID) (Partner, error) {
	return Partner{}, errNotBuilt
}

// Partners lists partners by id.
func (s *Service) Partners(ctx context.Context, a Actor, p Page) (List[Partner], error) {
	return List[Partner]{}, errNotBuilt
}

// AssignPlan puts a partner on a plan from a day on.
func (s *Service) AssignPlan(ctx context.Context, a Actor, r AssignPlanRequest) (Partner, error) {
	return Partner{}, errNotBuilt
}

// PutPod makes or changes a pod.
func (s *Service) PutPod(ctx context.Context, a Actor, id channel.PodID, b PodBody) (Pod, error) {
	return Pod{}, errNotBuilt
}

// Pod is one pod.
func (s *Service) Pod(ctx context.Context, a Actor, id channel.PodID) (Pod, error) {
	return Pod{}, errNotBuilt
}

// Pods lists pods by id.
func (s *Service) Pods(ctx context.Context, a Actor, p Page) (List[Pod], error) {
	return List[Pod]{}, errNotBuilt
}

// Sweep does what the schedule does: expire offers, route who waits and who
// lost its owner, fall back.
func (s *Service) Sweep(ctx context.Context, a Actor) (SweepSummary, error) {
	return SweepSummary{}, errNotBuilt
}

// Portfolio is what an owner holds.
func (s *Service) Portfolio(ctx context.Context, a Actor, owner channel.Owner) (Portfolio, error) {
	return Portfolio{}, errNotBuilt
}
