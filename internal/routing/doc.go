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
	ID            string                   `json:"id"`
	Name          string                   `json:"name"`
	EffectiveFrom string                   `json:"effectiveFrom"`
	Seed          string                   `json:"seed"`
	Attributes    *[]string                `json:"attributes"`
	RegionGroups  map[string][]string      `json:"regionGroups"`
	Regions       map[string]termsDocument `json:"regions"`
	Experiment    *experimentDocument      `json:"experiment"`
	Examples      []exampleDocument        `json:"examples"`
	termsDocument
}

// termsDocument are the keys that an override may replace.
type termsDocument struct {
	Note           string              `json:"note"`
	Currency       string              `json:"currency"`
	Value          *valueDocument      `json:"value"`
	Tiers          []tierDocument      `json:"tiers"`
	Hysteresis     *hysteresisDocument `json:"hysteresis"`
	Rules          []ruleDocument      `json:"rules"`
	Protection     *protectionDocument `json:"protection"`
	Offer          *offerDocument      `json:"offer"`
	SalesForceFull string              `json:"salesForceFull"`
	NoPartner      string              `json:"noPartner"`
	Fallback       *fallbackDocument   `json:"fallback"`
	Balance        *balanceDocument    `json:"balance"`
	AtRisk         *string             `json:"atRisk"`
}

type valueDocument struct {
	Note               string  `json:"note"`
	HorizonMonths      *int    `json:"horizonMonths"`
	AnnualDiscountRate *string `json:"annualDiscountRate"`
	MarginRate         *string `json:"marginRate"`
	ObservedFrom       *struct {
		Orders int64 `json:"orders"`
	} `json:"observedFrom"`
	Prior *struct {
		Default  *string           `json:"default"`
		Segments map[string]string `json:"segments"`
	} `json:"prior"`
	ReferralShare *string           `json:"referralShare"`
	Exchange      map[string]string `json:"exchange"`
}

type tierDocument struct {
	Name           string          `json:"name"`
	MinValue       string          `json:"minValue"`
	Channel        channel.Channel `json:"channel"`
	PodKind        string          `json:"podKind"`
	Certifications []string        `json:"certifications"`
	Note           string          `json:"note"`
}

type hysteresisDocument struct {
	PromoteFactor *string `json:"promoteFactor"`
	DemoteFactor  *string `json:"demoteFactor"`
	DwellDays     int     `json:"dwellDays"`
}

type ruleDocument struct {
	Name string       `json:"name"`
	When string       `json:"when"`
	Then thenDocument `json:"then"`
	Note string       `json:"note"`
}

type thenDocument struct {
	Channel channel.Channel   `json:"channel"`
	Partner channel.PartnerID `json:"partner"`
	Decline *Decline          `json:"decline"`
}

type protectionDocument struct {
	Days int `json:"days"`
}

type offerDocument struct {
	Required     bool `json:"required"`
	ExpiresHours *int `json:"expiresHours"`
	MaxOffers    int  `json:"maxOffers"`
}

type fallbackDocument struct {
	PodKind    string `json:"podKind"`
	AfterHours int    `json:"afterHours"`
}

type balanceDocument struct {
	MinStableShare string `json:"minStableShare"`
}

type experimentDocument struct {
	Name       string `json:"name"`
	Share      string `json:"share"`
	Challenger struct {
		ID      channel.PolicyID `json:"id"`
		Version int              `json:"version"`
	} `json:"challenger"`
}

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
		DeclaredValue      string             `json:"declaredValue"`
		Need               string             `json:"need"`
		ReferralValue      string             `json:"referralValue"`
		SourcedBy          channel.PartnerID  `json:"sourcedBy"`
		ReferredBy         channel.CustomerID `json:"referredBy"`
		Orders             int64              `json:"orders"`
		Revenue            string             `json:"revenue"`
		Discount           string             `json:"discount"`
		DiscountShare      *money.Rate        `json:"discountShare"`
		LastYear           string             `json:"lastYear"`
		Share              *money.Rate        `json:"share"`
		DaysSinceLastOrder *int64             `json:"daysSinceLastOrder"`
		Attributes         map[string]string  `json:"attributes"`
	} `json:"customer"`
	Value struct {
		Amount   string      `json:"amount"`
		Observed string      `json:"observed"`
		Basis    Basis       `json:"basis"`
		Alive    *money.Rate `json:"alive"`
	} `json:"value"`
	Balance struct {
		StableShare *money.Rate `json:"stableShare"`
		Guarded     bool        `json:"guarded"`
	} `json:"balance"`
	Census *struct {
		StableShare money.Rate `json:"stableShare"`
	} `json:"census"`
	Owner    channel.Owner `json:"owner"`
	Tier     string        `json:"tier"`
	LastMove *struct {
		DaysAgo int  `json:"daysAgo"`
		ByRule  bool `json:"byRule"`
		First   bool `json:"first"`
	} `json:"lastMove"`
	FormerPartner channel.PartnerID   `json:"formerPartner"`
	Refused       []channel.PartnerID `json:"refused"`
	Expired       []channel.PartnerID `json:"expired"`
	OffersMade    int                 `json:"offersMade"`
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
	Weight         *money.Rate    `json:"weight"`
	Capacity       *int64         `json:"capacity"`
	Full           bool           `json:"full"`
}

// expectDocument is what an example must compute; what is empty is not compared.
type expectDocument struct {
	Outcome Outcome           `json:"outcome"`
	Channel channel.Channel   `json:"channel"`
	Tier    string            `json:"tier"`
	Rule    string            `json:"rule"`
	Partner channel.PartnerID `json:"partner"`
	Owner   channel.Owner     `json:"owner"`
	Reason  Code              `json:"reason"`
}
