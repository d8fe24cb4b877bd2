package routing

import (
	_ "embed" // the policy's JSON Schema

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/document"
	"github.com/fairlead/fairlead/internal/money"
)

//go:embed policy.schema.json
var schemaSource []byte

// Schema is the JSON Schema of a policy; it is also what /schemas/policy.json
// serves.
var Schema = document.LazySchema("policy", schemaSource)

// policyDocument is a policy as people write it.
type policyDocument struct {
	ID            string                   `json:"id"`            // 1 to 64 letters, digits or . _ : -
	Name          string                   `json:"name"`          // for people; at most 200 characters
	EffectiveFrom string                   `json:"effectiveFrom"` // a day in the programme's time zone
	Seed          string                   `json:"seed"`          // of the draw; absent: ID. Another one draws again
	Attributes    *[]string                `json:"attributes"`    // that conditions may read; absent: all, empty: none
	RegionGroups  map[string][]string      `json:"regionGroups"`  // name -> regions; an override may be for a group
	Regions       map[string]termsDocument `json:"regions"`       // overrides by region or group
	Experiment    *experimentDocument      `json:"experiment"`    // absent: none runs
	Examples      []exampleDocument        `json:"examples"`      // at most 500, computed before the policy is published
	termsDocument
}

// termsDocument are the keys that an override may replace.
type termsDocument struct {
	Note           string              `json:"note"`
	Currency       string              `json:"currency"`       // ISO 4217; who overrides it brings own tiers and value
	Value          *valueDocument      `json:"value"`          // absent in an override: the policy's
	Tiers          []tierDocument      `json:"tiers"`          // highest first, 1 to 50; the last begins at zero
	Hysteresis     *hysteresisDocument `json:"hysteresis"`     // absent: a tier changes at its line
	Rules          []ruleDocument      `json:"rules"`          // at most 5000; an override's before the policy's
	Protection     *protectionDocument `json:"protection"`     // absent: nobody is protected
	Offer          *offerDocument      `json:"offer"`          // absent: partners are not asked
	SalesForceFull string              `json:"salesForceFull"` // "partner" (as if absent) or "wait"
	NoPartner      string              `json:"noPartner"`      // "wait" (as if absent) or "sales_force"
	Fallback       *fallbackDocument   `json:"fallback"`       // absent: who waits, waits
	Balance        *balanceDocument    `json:"balance"`        // absent: no guard
	AtRisk         *string             `json:"atRisk"`         // P(alive) below which a customer is at risk
}

// valueDocument says how a customer is valued where no model knows it yet, and
// how its value is counted. Rates and shares are decimal text, amounts decimal
// text in the currency of the region.
type valueDocument struct {
	Note               string  `json:"note"`
	HorizonMonths      *int    `json:"horizonMonths"`      // 1 to 600; absent: 36
	AnnualDiscountRate *string `json:"annualDiscountRate"` // a rate such as "0.12"; absent: 0
	MarginRate         *string `json:"marginRate"`         // a share of revenue; absent: 1
	ObservedFrom       *struct {
		Orders int64 `json:"orders"` // completed ones, 1 to 1,000,000; absent: 3
	} `json:"observedFrom"`
	Prior *struct {
		Default  *string           `json:"default"`  // an amount; absent: 0
		Segments map[string]string `json:"segments"` // amounts by segment
	} `json:"prior"`
	ReferralShare *string           `json:"referralShare"` // of what the referred are worth; absent: 0
	Exchange      map[string]string `json:"exchange"`      // what 1 of the key is worth here; 12 decimals
}

// tierDocument is a band of value: from MinValue on, up to the band above.
type tierDocument struct {
	Name           string          `json:"name"`
	MinValue       string          `json:"minValue"` // an amount, strictly below that of the tier before
	Channel        channel.Channel `json:"channel"`  // who serves the tier
	PodKind        string          `json:"podKind"`  // for the sales force: pods of this kind only; absent: any
	Certifications []string        `json:"certifications"`
	Note           string          `json:"note"`
}

// hysteresisDocument keeps customers from moving to and fro: a value must pass
// a line by a factor, and after a move the channel stays for the dwell.
type hysteresisDocument struct {
	PromoteFactor *string `json:"promoteFactor"` // of the line above: 1 to 1000, absent: 1
	DemoteFactor  *string `json:"demoteFactor"`  // of the own line: above 0, at most 1, absent: 1
	DwellDays     int     `json:"dwellDays"`     // 0 to 36500 days of 24 hours
}

// ruleDocument is an exception to the tiers. The first that matches counts;
// rules that decline are tried before all others.
type ruleDocument struct {
	Name string       `json:"name"`
	When string       `json:"when"` // a condition; see the room condition
	Then thenDocument `json:"then"` // exactly one of its three keys
	Note string       `json:"note"`
}

// thenDocument is what a rule does. Which keys are there is checked in code, so
// that the problem can name them.
type thenDocument struct {
	Channel channel.Channel   `json:"channel"`
	Partner channel.PartnerID `json:"partner"`
	Decline *Decline          `json:"decline"`
}

// protectionDocument is for how long the partner that brought a customer has
// the first right to it: 0 to 36500 days of 24 hours.
type protectionDocument struct {
	Days int `json:"days"`
}

// offerDocument says whether partners are asked, and for how long.
type offerDocument struct {
	Required     bool `json:"required"`     // partners are asked before they get a customer
	ExpiresHours *int `json:"expiresHours"` // 1 to 87600; must be there where offers are required
	MaxOffers    int  `json:"maxOffers"`    // a round, at most 1000; absent: no limit
}

// fallbackDocument is who serves a customer in the end that nobody took.
type fallbackDocument struct {
	PodKind    string `json:"podKind"`    // who takes a customer that waited too long
	AfterHours int    `json:"afterHours"` // of waiting, 0 to 876000
}

// balanceDocument is the guard: below this stable share nobody is declined.
type balanceDocument struct {
	MinStableShare string `json:"minStableShare"` // a share of one, the guard's floor
}

// experimentDocument lets another published version decide for a share of the
// customers, chosen by a hash of their ids.
type experimentDocument struct {
	Name       string `json:"name"`
	Share      string `json:"share"` // of all customers, decided by the challenger
	Challenger struct {
		ID      channel.PolicyID `json:"id"`
		Version int              `json:"version"`
	} `json:"challenger"`
}

// exampleDocument is a worked case: what is given, and what must come out.
type exampleDocument struct {
	Name   string         `json:"name"`
	Given  givenDocument  `json:"given"`
	Expect expectDocument `json:"expect"`
}

// givenDocument is what an example knows; absent is absent.
type givenDocument struct {
	Customer struct {
		ID                 channel.CustomerID `json:"id"`
		Region             string             `json:"region"`
		Segment            string             `json:"segment"`
		Currency           string             `json:"currency"`
		DeclaredValue      string             `json:"declaredValue"` // as all amounts here: in Currency
		Need               string             `json:"need"`
		ReferralValue      string             `json:"referralValue"`
		SourcedBy          channel.PartnerID  `json:"sourcedBy"` // the partner that brought it
		ReferredBy         channel.CustomerID `json:"referredBy"`
		Orders             int64              `json:"orders"` // live ones, from 0 on
		Revenue            string             `json:"revenue"`
		Discount           string             `json:"discount"`           // given on all orders
		DiscountShare      *money.Rate        `json:"discountShare"`      // stated outright, instead of Discount
		LastYear           string             `json:"lastYear"`           // revenue of the last 12 months
		Share              *money.Rate        `json:"share"`              // stated outright, instead of LastYear and Need
		DaysSinceLastOrder *int64             `json:"daysSinceLastOrder"` // -1: it never ordered
		Attributes         map[string]string  `json:"attributes"`
	} `json:"customer"`
	Value struct {
		Amount   string      `json:"amount"`   // stated outright: no basis is looked for
		Observed string      `json:"observed"` // what a model would say
		Basis    Basis       `json:"basis"`
		Alive    *money.Rate `json:"alive"` // P(alive), 0 to 1; absent: 1
	} `json:"value"`
	Balance struct {
		StableShare *money.Rate `json:"stableShare"` // of the customer's region
		Guarded     bool        `json:"guarded"`     // the guard is on: a stable share just below the floor
	} `json:"balance"`
	Census *struct {
		StableShare money.Rate `json:"stableShare"`
	} `json:"census"`
	Owner    channel.Owner `json:"owner"` // who has the customer now
	Tier     string        `json:"tier"`
	LastMove *struct {
		DaysAgo int  `json:"daysAgo"`
		ByRule  bool `json:"byRule"`
		First   bool `json:"first"`
	} `json:"lastMove"`
	FormerPartner channel.PartnerID   `json:"formerPartner"` // that owned it last
	Refused       []channel.PartnerID `json:"refused"`       // an offer of this customer, ever
	Expired       []channel.PartnerID `json:"expired"`       // offers of this round
	OffersMade    int                 `json:"offersMade"`    // in this round, 0 to 1000
	Protection    *struct {
		Partner channel.PartnerID `json:"partner"`
		DaysAgo int               `json:"daysAgo"`
	} `json:"protection"`
	Directory *struct {
		Partners []givenOwner `json:"partners"`
		Pods     []givenOwner `json:"pods"`
	} `json:"directory"`
}

// givenOwner is a partner or pod of an example.
type givenOwner struct {
	ID             string         `json:"id"`
	Status         channel.Status `json:"status"`
	Kind           string         `json:"kind"`
	Regions        []string       `json:"regions"`
	Segments       []string       `json:"segments"`
	Certifications []string       `json:"certifications"`
	Weight         *money.Rate    `json:"weight"`   // 0, or 0.01 to 10000; absent: 1
	Capacity       *int64         `json:"capacity"` // customers; absent: no limit
	Full           bool           `json:"full"`     // its capacity is used up
}

// expectDocument is what an example must compute; what is empty is not compared.
type expectDocument struct {
	Outcome Outcome           `json:"outcome"` // sales_force, partner, declined or waiting
	Channel channel.Channel   `json:"channel"`
	Tier    string            `json:"tier"` // by value, or the one kept within the dwell
	Rule    string            `json:"rule"` // name of the rule that decided
	Partner channel.PartnerID `json:"partner"`
	Owner   channel.Owner     `json:"owner"`
	Reason  Code              `json:"reason"` // one of those that the decision gives
}
