package wire

// Money is an amount as the outside sees it: decimal text and an ISO 4217 code.
type Money struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}
