package wire

// Money is an amount as the outside sees it: decimal text and an ISO 4217 code.
type Money struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

// Value is what a customer is worth. Amount includes Referral; all amounts are
// decimal text in Currency, Declared, Observed and Referral absent if unknown.
type Value struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
	Basis    string `json:"basis"` // observed, declared, prior
	Declared string `json:"declared,omitempty"`
	Observed string `json:"observed,omitempty"`
	Referral string `json:"referral,omitempty"`
}
