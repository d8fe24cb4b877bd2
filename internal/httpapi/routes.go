package httpapi

import (
	"net/http"
	"slices"

	"github.com/fairlead/fairlead/internal/wire"
)

// routes is the table: method, path, who may, what is done, and what it is for.
// The mux, /openapi.json and the authorization matrix come from it.
func (a *api) routes() []Route {
	return slices.Concat(a.customerRoutes(), a.decisionRoutes(), a.factRoutes(), a.directoryRoutes(),
		a.documentRoutes("policies", wire.KindPolicy), a.documentRoutes("plans", wire.KindPlan),
		a.statementRoutes(), a.payRoutes(), a.hookRoutes(), a.openRoutes())
}

func (a *api) customerRoutes() []Route {
	return []Route{
		put("/v1/customers/{id}", writers(crm, manager), a.putCustomer, "Make or change a customer: absent keys stay, null erases").creates(),
		get("/v1/customers/{id}", readers(crm), a.customer, "One customer: who serves it, its value and its history"),
		get("/v1/customers", readers(crm), a.customers, "Customers, by owner or state"),
		post("/v1/customers/{id}/route", writers(crm, manager), a.route, "Decide who serves a customer; ?preview=true decides without doing it").keyed().creates(),
		post("/v1/customers/{id}/assign", writers(manager), a.assign, "Put a customer with an owner by hand, with a reason").keyed().creates(),
		post("/v1/routes", writers(manager), a.routeAll, "Route everyone not yet routed, and everyone waiting").keyed(),
		post("/v1/sweeps", writers(manager), a.sweep, "Expire offers, route waiting and orphaned customers, fall back, value everybody again, take the census").stored(),
		raw(http.MethodPost, "/v1/values/fit", writers(manager), a.fitValues, "Fit the value model on the orders in the store as of a day; rows as text/csv (x,t_x,T[,m_x]) are fitted and not stored").
			media("text/csv", "application/json").responds(wire.FitResponse{}),
		get("/v1/customers/{id}/value", readers(), a.customerValue, "What a customer is worth now, and why"),
		get("/v1/portfolios/{owner}", readers(pod), a.portfolio, "What an owner's customers bought this month and are worth; a pod reads its own"),
		get("/v1/balance", readers(), a.balance, "The newest census, and where the balance guard is on"),
	}
}

func (a *api) decisionRoutes() []Route {
	return []Route{
		get("/v1/decisions", readers(crm, partner), a.decisions, "Decisions; a partner sees those that offered it, gave it or took from it a customer"),
		get("/v1/decisions/{id}", readers(crm, partner), a.decision, "One decision"),
		get("/v1/decisions/{id}/explanation", readers(crm, partner), a.explanation, "Why, and what would have to differ; takes a customer's id too"),
		post("/v1/decisions/{id}/replay", readers(crm, partner), a.replay, "Decide again from the record and compare the bytes; changes nothing"),
		get("/v1/offers", readers(partner), a.offers, "Offers, open ones unless state says otherwise; a partner sees its own"),
		post("/v1/offers/{id}/accept", writers(partner), a.accept, "Take the offered customer").keyed(),
		post("/v1/offers/{id}/refuse", writers(partner), a.refuse, "Refuse the offered customer, for ever; the next partner is asked").keyed(),
	}
}

func (a *api) factRoutes() []Route {
	return []Route{
		post("/v1/facts", writers(crm), a.postFacts, "One fact or up to 100 as CloudEvents; each has its own outcome").takesEvents(),
		get("/v1/facts/{source}/{id}", readers(crm), a.fact, "What became of a fact"),
		raw(http.MethodPost, "/v1/imports", writers(crm, manager), a.importFile, "A CSV file of any size, streamed; partners and pods: manager only").keyed().
			media("text/csv", "application/json", wire.NDJSON).responds(wire.ImportSummary{}),
		get("/v1/imports/{id}", readers(crm), a.importByID, "The account of a finished import"),
	}
}

func (a *api) directoryRoutes() []Route {
	return []Route{
		put("/v1/partners/{id}", writers(manager), a.putPartner, "Make or change a partner"),
		get("/v1/partners/{id}", readers(partner), a.partner, "One partner").self(partner),
		get("/v1/partners", readers(partner), a.partners, "Partners; a partner sees itself"),
		put("/v1/partners/{id}/plan", writers(manager), a.assignPlan, "Put a partner on a plan from a day on"),
		put("/v1/pods/{id}", writers(manager), a.putPod, "Make or change a pod"),
		get("/v1/pods/{id}", readers(pod), a.pod, "One pod").self(pod),
		get("/v1/pods", readers(pod), a.pods, "Pods; a pod sees itself"),
	}
}

// documentRoutes are those of policies and of plans.
func (a *api) documentRoutes(path, kind string) []Route {
	at := "/v1/" + path
	return []Route{
		post(at, writers(manager), a.publish(kind), "Publish a "+kind+"; ?dryRun=true validates and computes its examples only").creates(),
		get(at, readers(), a.documents(kind), "Every version of every "+kind+", and whether it is in force, will be, or was"),
		get(at+"/{id}", readers(), a.document(kind), "The newest version of a "+kind+", with its text in plain sentences"),
		get(at+"/{id}/versions/{v}", readers(), a.version(kind), "One version of a "+kind),
		get(at+"/{id}/diff", readers(), a.diffDocuments(kind), "What differs from the version named by ?with=ID@VERSION"),
	}
}

func (a *api) statementRoutes() []Route {
	return []Route{
		get("/v1/partners/{id}/customers", readers(partner, finance), a.partnerCustomers, "The customers a partner serves").self(partner),
		get("/v1/partners/{id}/ledger", readers(partner, finance), a.ledger, "A partner's account in a period, transfer by transfer").self(partner),
		get("/v1/partners/{id}/statements", readers(partner, finance), a.statements, "A partner's closed statements, newest first").self(partner),
		raw(http.MethodGet, "/v1/partners/{id}/statements/{period}", readers(partner, finance), a.statement, "A statement as JSON, HTML or CSV; ?preview=true for the month so far").self(partner).
			media("", "application/json", "text/html", "text/csv").responds(emptyStatement),
	}
}

func (a *api) payRoutes() []Route {
	return []Route{
		put("/v1/programme", writers(manager), a.publish(wire.KindProgramme), "Publish the programme: time zone, settlement, approval, rail").creates(),
		get("/v1/programme", readers(crm, finance, partner, pod), a.programme, "The programme in force"),
		post("/v1/periods/{period}/close", writers(finance), a.closePeriod, "Close a month: statements and seals are made, nothing is booked in it any more").stored().
			answers(http.StatusOK, http.StatusAccepted),
		get("/v1/periods/{period}", readers(finance), a.period, "How far a month is"),
		post("/v1/payout-runs", writers(finance), a.prepare, "Prepare the payout run of a closed month").stored().creates(),
		get("/v1/payout-runs", readers(finance), a.runs, "Payout runs, newest first"),
		get("/v1/payout-runs/{id}", readers(finance), a.run, "One payout run with its lines"),
		get("/v1/payout-runs/{id}/lines", readers(finance), a.runLines, "The lines of a run"),
		get("/v1/payout-runs/{id}/diff", readers(finance), a.runDiff, "What changed against the last settled run, and why"),
		post("/v1/payout-runs/{id}/approve", writers(finance), a.approve, "Approve a run that somebody else prepared").stored(),
		post("/v1/payout-runs/{id}/deny", writers(finance), a.deny, "Veto a run that has not begun to pay").stored(),
		post("/v1/payout-runs/{id}/pay", writers(finance), a.pay, "Pay what is left of an approved run; safe to repeat").stored().
			answers(http.StatusOK, http.StatusAccepted),
		post("/v1/payout-runs/{id}/confirm", writers(finance), a.confirm,
			"The bank has paid what was exported: the payment named by line, or all of the run; safe to repeat").stored(),
		raw(http.MethodGet, "/v1/payout-runs/{id}/payments", readers(finance), a.payments,
			"The payments file of a run: every payment that has left").media("", "text/csv"),
	}
}

// hookRoutes need a signature instead of a token.
func (a *api) hookRoutes() []Route {
	return []Route{
		post("/v1/hooks/{source}", anyone, a.hook, "A webhook, signed as its sender signs; standard is Standard Webhooks with the body of POST /v1/facts").
			takesEvents().answers(http.StatusAccepted),
	}
}

// openRoutes need no token.
func (a *api) openRoutes() []Route {
	return []Route{
		get("/healthz", anyone, a.healthz, "The process answers"),
		get("/readyz", anyone, a.readyz, "The store answers"),
		get("/.well-known/fairlead-keys.json", anyone, a.keys, "The public keys that seals are signed with"),
		raw(http.MethodGet, "/openapi.json", anyone, a.openAPI, "This API as OpenAPI 3.1").media("", "application/json"),
		raw(http.MethodGet, "/schemas/{name}", anyone, a.schema, "The JSON Schema of a document: policy.json, plan.json, programme.json").media("", "application/schema+json"),
		raw(http.MethodGet, "/{$}", anyone, a.index, "What this is, for people").media("", "text/html"),
	}
}
