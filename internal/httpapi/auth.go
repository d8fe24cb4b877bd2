package httpapi

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/wire"
)

// The only signatures a token may carry; its header cannot name another.
var signatures = []string{"RS256", "ES256", "EdDSA"}

// Issuer is one party whose tokens are believed. Keys finds the key of a token;
// Audience and Scope must be in the token; Leeway is how far its clock may be off.
type Issuer struct {
	Name     string // the `iss` claim, exactly
	Audience string
	Scope    string
	Leeway   time.Duration
	Keys     jwt.Keyfunc
}

// tokens checks bearer tokens of the issuers it knows.
type tokens struct {
	issuers []Issuer
	clock   func() time.Time
}

var errNoToken = fault.New(fault.Unauthenticated, "token_missing", "a token is needed: Authorization: Bearer TOKEN")

func badToken(why string, cause error) error {
	return fault.New(fault.Unauthenticated, "token_invalid", "the token is not accepted: %s", why).Because(cause)
}

// actor is who sent the request.
func (t *tokens) actor(r *http.Request) (wire.Actor, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") || strings.TrimSpace(token) == "" {
		return wire.Actor{}, errNoToken
	}
	c, err := t.verify(strings.TrimSpace(token))
	if err != nil {
		return wire.Actor{}, err
	}
	return c.actor()
}

// verify checks signature, issuer, audience, expiry and scope of a token.
func (t *tokens) verify(token string) (*claims, error) {
	unverified, err := readClaims(token)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(t.issuers, func(i Issuer) bool { return i.Name == unverified.Issuer })
	if i < 0 {
		return nil, badToken("its issuer is not known here", nil)
	}
	issuer := t.issuers[i]
	var c claims
	_, err = jwt.ParseWithClaims(token, &c, issuer.Keys,
		jwt.WithValidMethods(signatures), jwt.WithIssuer(issuer.Name), jwt.WithAudience(issuer.Audience),
		jwt.WithExpirationRequired(), jwt.WithLeeway(issuer.Leeway), jwt.WithTimeFunc(t.clock))
	if err != nil {
		return nil, badToken(whyRefused(err), err)
	}
	if issuer.Scope != "" && !slices.Contains(append(strings.Fields(c.Scope), c.Scopes...), issuer.Scope) {
		return nil, badToken("it lacks the scope "+issuer.Scope, nil)
	}
	return &c, nil
}

// whyRefused says what a caller can mend, and no more.
func whyRefused(err error) string {
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return "it has expired"
	case errors.Is(err, jwt.ErrTokenNotValidYet):
		return "it is not valid yet"
	case errors.Is(err, jwt.ErrTokenInvalidAudience):
		return "it is for another audience"
	case errors.Is(err, jwt.ErrTokenRequiredClaimMissing):
		return "it lacks a claim that is required (exp, aud, iss)"
	}
	return "its signature does not hold"
}

// actor turns verified claims into who acts. A partner or pod role without the
// id it acts for, or an id that is none, is not a usable token.
func (c *claims) actor() (wire.Actor, error) {
	a := wire.Actor{User: c.Subject, Roles: c.Roles}
	_, err := channel.ParsePerson("sub", c.Subject)
	if err != nil {
		return a, badToken("its user (sub) "+fault.Of(err).Fields[0].Message, err)
	}
	if a.Has(partner) {
		if a.Partner, err = channel.ParseID[channel.PartnerID]("partner", c.Partner); err != nil {
			return a, badToken("the role partner needs the claim partner, an id", err)
		}
	}
	if a.Has(pod) {
		if a.Pod, err = channel.ParseID[channel.PodID]("pod", c.Pod); err != nil {
			return a, badToken("the role pod needs the claim pod, an id", err)
		}
	}
	return a, nil
}

// admit decides whether the actor may use the route at all, and, where a role
// sees only itself, whether this is itself. Somebody else's resource does not
// exist as far as the actor can tell.
func (rt Route) admit(a wire.Actor, r *http.Request) error {
	if len(rt.Roles) == 0 {
		return nil
	}
	if !slices.ContainsFunc(rt.Roles, a.Has) {
		return fault.New(fault.Forbidden, "role_missing", "%s needs one of the roles %s", rt.name(), strings.Join(rt.Roles, ", "))
	}
	if rt.Self == "" || !rt.onlyAs(rt.Self, a) {
		return nil
	}
	own := string(a.Partner)
	if rt.Self == pod {
		own = string(a.Pod)
	}
	if r.PathValue("id") != own {
		return fault.New(fault.NotFound, rt.Self+"_not_found", "there is no %s %q", rt.Self, r.PathValue("id"))
	}
	return nil
}
