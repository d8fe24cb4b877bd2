package httpapi

import (
	"errors"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/golang-jwt/jwt/v5"
)

// claims are what we read of a token: `sub` is the user, `roles` what it may do,
// `partner` or `pod` who it acts for.
type claims struct {
	jwt.RegisteredClaims
	Roles   []string `json:"roles"`
	Partner string   `json:"partner,omitempty"`
	Pod     string   `json:"pod,omitempty"`
	Scope   string   `json:"scope,omitempty"` // separated by spaces
	Scopes  []string `json:"scp,omitempty"`   // as some issuers write it
}

// UnmarshalJSON reads a payload as its issuer means it: names are exact, so that
// ROLES is a claim that nobody reads, and none may stand twice at any depth.
// Readers differ in which of two they take.
func (c *claims) UnmarshalJSON(payload []byte) error {
	type exact claims
	return json.Unmarshal(payload, (*exact)(c))
}

// readClaims reads header and payload of a token strictly, before its signature
// is checked: what is refused here is nobody's token.
func readClaims(token string) (*claims, error) {
	var c claims
	_, parts, err := jwt.NewParser().ParseUnverified(token, &c)
	if err != nil {
		return nil, malformedToken(err)
	}
	header, err := jwt.NewParser().DecodeSegment(parts[0])
	if err != nil {
		return nil, malformedToken(err)
	}
	var names map[string]any
	if err := json.Unmarshal(header, &names); err != nil {
		return nil, malformedToken(err)
	}
	return &c, nil
}

func malformedToken(err error) error {
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return badToken("a name stands twice in it", err)
	}
	return badToken("it is not a JWT", err)
}
