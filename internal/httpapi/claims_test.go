package httpapi

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

const plainHeader = `{"alg":"EdDSA","typ":"JWT"}`

// payload is a partner's token of standard claims, and more behind them.
func payload(more string) string {
	return fmt.Sprintf(`{"iss":%q,"aud":%q,"scope":%q,"sub":"ann","exp":%d,`+
		`"roles":["partner"],"partner":"p1"%s}`, devIssuer, devAudience, devScope, noon.Unix()+60, more)
}

// signRaw signs header and payload as they are spelled.
func (h *house) signRaw(header, payload string) person {
	text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(payload))
	return person{h, text + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(h.key.private, []byte(text)))}
}

// onlyManagers is a path that a partner's token is refused at with 403.
const onlyManagers = "/v1/policies"

func TestTokens_ClaimsOfOtherCaseAreUnknown(t *testing.T) {
	h := newHouse(t)
	for _, more := range []string{"", `,"ROLES":["manager"]`, `,"Roles":["manager"]`,
		`,"role\u017f":["manager"]`, `,"PARTNER":"p2"`, `,"Sub":"bob"`,
	} {
		p := h.signRaw(plainHeader, payload(more))
		p.get(onlyManagers).expect(http.StatusForbidden)
		c, err := (&tokens{issuers: h.config().Issuers, clock: h.clock}).verify(p.token)
		if err != nil {
			t.Fatalf("%s: %v", more, err)
		}
		if a, err := c.actor(); err != nil || a.User != "ann" || a.Partner != "p1" || len(a.Roles) != 1 {
			t.Errorf("%s: acts as %+v, %v", more, a, err)
		}
	}
	for exact, other := range map[string]string{
		`"iss"`: `"ISS"`, `"aud"`: `"Aud"`, `"exp"`: `"EXP"`, `"scope"`: `"Scope"`,
		`"sub"`: `"SUB"`, `"partner":`: `"Partner":`,
	} {
		p := h.signRaw(plainHeader, strings.Replace(payload(""), exact, other, 1))
		if r := p.get(onlyManagers); r.Status != http.StatusUnauthorized {
			t.Errorf("%s was taken for %s: %d %s", other, exact, r.Status, r.Body)
		}
	}
	h.signRaw(strings.Replace(plainHeader, "alg", "ALG", 1), payload("")).get(onlyManagers).expect(http.StatusUnauthorized)
}

func TestTokens_ANameThatStandsTwiceMakesNoToken(t *testing.T) {
	h := newHouse(t)
	for name, p := range map[string]person{
		"roles":              h.signRaw(plainHeader, payload(`,"roles":["manager"]`)),
		"roles, escaped":     h.signRaw(plainHeader, payload(`,"r\u006fles":["manager"]`)),
		"the user":           h.signRaw(plainHeader, payload(`,"sub":"bob"`)),
		"a claim not read":   h.signRaw(plainHeader, payload(`,"x":1,"x":1`)),
		"deep in the claims": h.signRaw(plainHeader, payload(`,"x":[{"y":1,"y":2}]`)),
		"the algorithm":      h.signRaw(`{"alg":"none","alg":"EdDSA"}`, payload("")),
		"the key":            h.signRaw(`{"alg":"EdDSA","kid":"a","kid":"b"}`, payload("")),
		"deep in the header": h.signRaw(`{"alg":"EdDSA","x":{"y":1,"y":2}}`, payload("")),
	} {
		r := p.get(onlyManagers).expect(http.StatusUnauthorized)
		if r.slug() != "token_invalid" || !strings.Contains(r.Body, "stands twice") {
			t.Errorf("%s: %d %s", name, r.Status, r.Body)
		}
	}
}

func TestTokens_AUserWhoLooksLikeAnotherIsRefusedWithTheCharacter(t *testing.T) {
	h := newHouse(t)
	as := func(sub string) person {
		return h.signRaw(plainHeader, strings.Replace(payload(""), `"ann"`, `"`+sub+`"`, 1))
	}
	for _, c := range [][2]string{
		{"", "is missing"}, {"ann ", "ends with a space"}, {`a\u200bnn`, "U+200B"}, {"b\u043eb", "U+043E"},
		{strings.Repeat("x", 257), "257 bytes"},
	} {
		sub, want := c[0], c[1]
		r := as(sub).get(onlyManagers).expect(http.StatusUnauthorized)
		if r.slug() != "token_invalid" || !strings.Contains(r.Body, want) {
			t.Errorf("%+q: %d %s; want a word of %s", sub, r.Status, r.Body, want)
		}
	}
	for _, sub := range []string{
		"ann@example.org", "auth0|5f7c8ec7c33c6c00", "google-oauth2|1234", "Anna Schmidt", "Иван",
		"c7d6e1f0-4a50-4d0c-9f6e-0b8f3c1f8a11",
	} {
		as(sub).get(onlyManagers).expect(http.StatusForbidden)
	}
}
