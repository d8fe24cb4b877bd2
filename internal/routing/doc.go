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

// policyDoc is a policy as people write it.
type policyDoc struct {
	ID            string                 `json:"id"`
	Name          string                 `json:"name"`
	EffectiveFrom string                 `json:"effectiveFrom"`
	Seed          string                 `json:"seed"`
	Attributes    *[]string              `json:"attributes"`
	RegionGroups  map[string][]string    `json:"regionGroups"`
	Regions       map[string]settingsDoc `json:"regions"`
	Experiment    *experimentDoc         `json:"experiment"`
	Examples      []exampleDoc           `json:"examples"`
	settingsDoc
}

// settingsDoc are the keys that an override may replace.
type settingsDoc struct {
	Note           string         `json:"note"`
	Currency       string         `json:"currency"`
	Value          *valueDoc      `json:"value"`
	Tiers          []tierDoc      `json:"tiers"`
	Hysteresis     *hysteresisDoc `json:"hysteresis"`
	Rules          []ruleDoc      `json:"rules"`
	Protection     *protectionDoc `json:"protection"`
	Offer          *offerDoc      `json:"offer"`
	SalesForceFull string         `json:"salesForceFull"`
	NoPartner      string         `json:"noPartner"`
	Fallback       *fallbackDoc   `json:"fallback"`
	Balance        *balanceDoc    `json:"balance"`
	AtRisk         *string        `json:"atRisk"`
}

type valueDoc struct {
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

type tierDoc struct {
	Name           string          `json:"name"`
	MinValue       string          `json:"minValue"`
	Channel        channel.Channel `json:"channel"`
	PodKind        string          `json:"podKind"`
	Certifications []string        `json:"certifications"`
	Note           string          `json:"note"`
}

type hysteresisDoc struct {
	PromoteFactor *string `json:"promoteFactor"`
	DemoteFactor  *string `json:"demoteFactor"`
	DwellDays     int     `json:"dwellDays"`
}

type ruleDoc struct {
	Name string  `json:"name"`
	When string  `json:"when"`
	Then thenDoc `json:"then"`
	Note string  `json:"note"`
}

type thenDoc struct {
	Channel channel.Channel   `json:"channel"`
	Partner channel.PartnerID `json:"partner"`
	Decline *Decline          `json:"decline"`
}

type protectionDoc struct {
	Days int `json:"days"`
}

type offerDoc struct {
	Required     bool `json:"required"`
	ExpiresHours *int `json:"expiresHours"`
	MaxOffers    int  `json:"maxOffers"`
}

type fallbackDoc struct {
	PodKind    string `json:"podKind"`
	AfterHours int    `json:"afterHours"`
}

type balanceDoc struct {
	MinStableShare string `json:"minStableShare"`
}

type experimentDoc struct {
	Name       string `json:"name"`
	Share      string `json:"share"`
	Challenger struct {
		ID      channel.PolicyID `json:"id"`
		Version int              `json:"version"`
	} `json:"challenger"`
}

type exampleDoc struct {
	Name   string    `json:"name"`
	Given  givenDoc  `json:"given"`
	Expect expectDoc `json:"expect"`
}

// givenDoc is what an example knows; absent is absent.
type givenDoc struct {
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
		Partners []givenSeat `json:"partners"`
		Pods     []givenSeat `json:"pods"`
	} `json:"directory"`
}

// givenSeat is a partner or pod of an example.
type givenSeat struct {
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

// expectDoc is what an example must compute; what is empty is not compared.
type expectDoc struct {
	Outcome Outcome           `json:"outcome"`
	Channel channel.Channel   `json:"channel"`
	Tier    string            `json:"tier"`
	Rule    string            `json:"rule"`
	Partner channel.PartnerID `json:"partner"`
	Owner   channel.Owner     `json:"owner"`
	Reason  Code              `json:"reason"`
}
