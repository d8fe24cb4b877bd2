package httpapi

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/wire"
)

func channelPartner(id string) channel.PartnerID { return channel.PartnerID(id) }

// standard are claims that a development token would have.
func standard() claims {
	return claims{RegisteredClaims: jwt.RegisteredClaims{
		Issuer: devIssuer, Subject: "ann", Audience: jwt.ClaimStrings{devAudience}, ExpiresAt: jwt.NewNumericDate(noon.Add(time.Minute)),
	}, Roles: []string{manager}, Scope: devScope}
}

func sign(t *testing.T, method jwt.SigningMethod, c claims, key any) string {
	t.Helper()
	s, err := jwt.NewWithClaims(method, c).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTokens_OnlyWhatIsSignedByTheKeyForUsAndNow(t *testing.T) {
	h := newHouse(t)
	_, stranger, _ := ed25519.GenerateKey(rand.Reader)
	public, _ := x509.MarshalPKIXPublicKey(h.key.private.Public())
	with := func(change func(*claims)) string {
		c := standard()
		change(&c)
		return sign(t, jwt.SigningMethodEdDSA, c, h.key.private)
	}
	good := with(func(*claims) {})
	for name, token := range map[string]string{
		"nothing":                      "",
		"no JWT":                       "abc",
		"another key":                  sign(t, jwt.SigningMethodEdDSA, standard(), stranger),
		"no signature (alg none)":      sign(t, jwt.SigningMethodNone, standard(), jwt.UnsafeAllowNoneSignatureType),
		"the public key as a password": sign(t, jwt.SigningMethodHS256, standard(), public),
		"a changed body":               changed(good),
		"expired":                      with(func(c *claims) { c.ExpiresAt = jwt.NewNumericDate(noon) }),
		"without expiry":               with(func(c *claims) { c.ExpiresAt = nil }),
		"not valid yet":                with(func(c *claims) { c.NotBefore = jwt.NewNumericDate(noon.Add(time.Second)) }),
		"another audience":             with(func(c *claims) { c.Audience = jwt.ClaimStrings{"elsewhere"} }),
		"without audience":             with(func(c *claims) { c.Audience = nil }),
		"another issuer":               with(func(c *claims) { c.Issuer = "elsewhere" }),
		"without the scope":            with(func(c *claims) { c.Scope = "other" }),
		"without a user":               with(func(c *claims) { c.Subject = "" }),
		"a partner of no id":           with(func(c *claims) { c.Roles = []string{partner} }),
		"a partner of a bad id":        with(func(c *claims) { c.Roles, c.Partner = []string{partner}, "p#1" }),
		"a pod of no id":               with(func(c *claims) { c.Roles = []string{pod} }),
	} {
		r := person{h, token}.get("/v1/policies")
		if r.Status != http.StatusUnauthorized || r.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: %d %s", name, r.Status, r.Body)
		}
	}
	if r := (person{h, good}).get("/v1/policies"); r.Status == http.StatusUnauthorized {
		t.Errorf("the good one: %s", r.Body)
	}
}

// changed makes the manager a finance person without signing again.
func changed(token string) string {
	parts := strings.Split(token, ".")
	body, _ := base64.RawURLEncoding.DecodeString(parts[1])
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(body), manager, finance, 1)))
	return strings.Join(parts, ".")
}

func TestTokens_ExpireByTheServicesClock(t *testing.T) {
	h := newHouse(t)
	m := h.role(manager)
	h.now = noon.Add(time.Hour - time.Second)
	if r := m.get("/v1/policies"); r.Status == http.StatusUnauthorized {
		t.Errorf("a second before: %s", r.Body)
	}
	h.now = noon.Add(time.Hour)
	if r := m.get("/v1/policies").expect(http.StatusUnauthorized); !strings.Contains(r.Body, "expired") {
		t.Error(r.Body)
	}
}

func TestDevKey_IsPrivateAndStays(t *testing.T) {
	dir := t.TempDir()
	first, err := OpenDevKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, devKeyFile)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
	again, err := OpenDevKey(dir)
	if err != nil || !again.private.Equal(first.private) {
		t.Fatalf("another key the second time: %v", err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenDevKey(dir); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that others can read: %v", err)
	}
	_ = os.Remove(path)
	_ = os.WriteFile(path, []byte("scribble"), 0o600)
	if _, err := OpenDevKey(dir); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("no key at all: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, devKeyFile+".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// jwks serves the public halves of an RSA and an EC key.
func jwks(t *testing.T, r *rsa.PrivateKey, e *ecdsa.PrivateKey) *httptest.Server {
	t.Helper()
	b64 := base64.RawURLEncoding.EncodeToString
	point, err := e.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	doc, _ := json.Marshal(map[string]any{"keys": []any{
		map[string]string{"kty": "RSA", "kid": "r", "use": "sig", "n": b64(r.N.Bytes()), "e": "AQAB"},
		map[string]string{"kty": "EC", "kid": "e", "use": "sig", "crv": "P-256", "x": b64(point[1:33]), "y": b64(point[33:])},
	}})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(doc) }))
	t.Cleanup(s.Close)
	return s
}

func TestOIDC_TakesRS256AndES256OfItsIssuerOnly(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	issuer, err := OIDC(t.Context(), OIDCConfig{Issuer: "https://id.example.org", Audience: "fairlead-api", Scope: "fairlead:use", JWKS: jwks(t, rsaKey, ecKey).URL})
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t)
	config := h.config()
	config.Issuers = append(config.Issuers, issuer)
	h.door = New(config)
	token := func(method jwt.SigningMethod, kid string, key any, change func(*claims)) person {
		c := standard()
		c.Issuer, c.Audience, c.Scope, c.Scopes = "https://id.example.org", jwt.ClaimStrings{"fairlead-api"}, "openid", []string{"fairlead:use"}
		change(&c)
		raw := jwt.NewWithClaims(method, c)
		raw.Header["kid"] = kid
		s, err := raw.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return person{h, s}
	}
	same := func(*claims) {}
	for name, c := range map[string]struct {
		p    person
		good bool
	}{
		"RS256":                    {token(jwt.SigningMethodRS256, "r", rsaKey, same), true},
		"ES256":                    {token(jwt.SigningMethodES256, "e", ecKey, same), true},
		"RS384":                    {token(jwt.SigningMethodRS384, "r", rsaKey, same), false},
		"PS256":                    {token(jwt.SigningMethodPS256, "r", rsaKey, same), false},
		"another's key":            {token(jwt.SigningMethodEdDSA, "r", h.key.private, same), false},
		"without the scope":        {token(jwt.SigningMethodRS256, "r", rsaKey, func(c *claims) { c.Scopes = nil }), false},
		"half a minute too late":   {token(jwt.SigningMethodRS256, "r", rsaKey, func(c *claims) { c.ExpiresAt = jwt.NewNumericDate(noon.Add(-30 * time.Second)) }), true},
		"two minutes too late":     {token(jwt.SigningMethodRS256, "r", rsaKey, func(c *claims) { c.ExpiresAt = jwt.NewNumericDate(noon.Add(-2 * time.Minute)) }), false},
		"saying it is development": {token(jwt.SigningMethodRS256, "r", rsaKey, func(c *claims) { c.Issuer, c.Audience, c.Scope = devIssuer, jwt.ClaimStrings{devAudience}, devScope }), false},
	} {
		if r := c.p.get("/v1/policies"); (r.Status != http.StatusUnauthorized) != c.good {
			t.Errorf("%s: %d %s", name, r.Status, r.Body)
		}
	}
}

func TestOIDC_NeedsASafeAddressThatAnswers(t *testing.T) {
	for _, c := range []OIDCConfig{
		{Issuer: "i", Audience: "a", JWKS: "http://id.example.org/keys"},
		{Issuer: "i", Audience: "a", JWKS: "keys.json"},
		{Issuer: "i", JWKS: "https://id.example.org/keys"},
	} {
		if _, err := OIDC(t.Context(), c); err == nil {
			t.Errorf("%+v was accepted", c)
		}
	}
}

func TestMint_TellsWhoActs(t *testing.T) {
	h := newHouse(t)
	a := wire.Actor{User: "ann", Roles: []string{partner}, Partner: "p1"}
	token, err := h.key.Mint(a, noon, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	c, err := (&tokens{issuers: []Issuer{h.key.Issuer()}, clock: h.clock}).verify(token)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.actor(); err != nil || got.User != "ann" || got.Partner != "p1" || !got.Has(partner) {
		t.Errorf("%+v, %v", got, err)
	}
}
