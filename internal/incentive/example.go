package incentive

import "encoding/json"

// Example is a worked case of a plan: what it gives, what it must compute.
type Example struct {
	Name string
	Note string

	given  json.RawMessage
	expect json.RawMessage
}
