package httpapi

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"

	"github.com/fairlead/fairlead/internal/wire"
)

// What development tokens say of themselves.
const (
	devIssuer   = "fairlead-development"
	devAudience = "fairlead"
	devScope    = "fairlead"
	devKeyFile  = "token.key"
)

// DevKey signs and checks the development tokens of one data folder (EdDSA).
// Whoever can read the key file can act as anybody on that folder: it is for a
// laptop. A shared installation uses an OIDC issuer instead.
type DevKey struct {
	private ed25519.PrivateKey
	id      string
}

// OpenDevKey reads the key of a data folder, making it (0600) the first time.
// A key file that others can read is refused.
func OpenDevKey(dir string) (*DevKey, error) {
	path := filepath.Join(dir, devKeyFile)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeDevKey(path)
	}
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s can be read by others (mode %04o): run chmod 600 on it", path, info.Mode().Perm())
	}
	return parseDevKey(path, data)
}

func parseDevKey(path string, data []byte) (*DevKey, error) {
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, fmt.Errorf("%s is not a PEM file; remove it and a new key is made (tokens signed so far are void then)", path)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, ok := key.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, fmt.Errorf("%s holds no Ed25519 key; remove it and a new key is made (tokens signed so far are void then)", path)
	}
	return newDevKey(private), nil
}

func newDevKey(private ed25519.PrivateKey) *DevKey {
	sum := sha256.Sum256(private.Public().(ed25519.PublicKey))
	return &DevKey{private: private, id: hex.EncodeToString(sum[:8])}
}

// makeDevKey writes a new key under a name of its own and links it into place,
// so that of two processes that start together one key wins.
func makeDevKey(path string) (*DevKey, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), devKeyFile+".*") // 0600 by CreateTemp
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.Write(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return OpenDevKey(filepath.Dir(path))
}

// Mint signs a token for an actor, valid from now for ttl.
func (k *DevKey) Mint(a wire.Actor, now time.Time, ttl time.Duration) (string, error) {
	c := claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: devIssuer, Subject: a.User, Audience: jwt.ClaimStrings{devAudience},
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(ttl)),
		},
		Roles: a.Roles, Partner: string(a.Partner), Pod: string(a.Pod), Scope: devScope,
	}
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, c)
	token.Header["kid"] = k.id
	return token.SignedString(k.private)
}

// Issuer is the trust in this key's tokens.
func (k *DevKey) Issuer() Issuer {
	return Issuer{Name: devIssuer, Audience: devAudience, Scope: devScope, Keys: func(t *jwt.Token) (any, error) {
		if t.Method != jwt.SigningMethodEdDSA {
			return nil, fmt.Errorf("development tokens are EdDSA, not %s", t.Method.Alg())
		}
		return k.private.Public(), nil
	}}
}

// PublicSet is the key set (RFC 7517) that checks this key's tokens, for a
// service elsewhere that is told to believe them: DevIssuer.
func (k *DevKey) PublicSet() []byte {
	x := base64.RawURLEncoding.EncodeToString(k.private.Public().(ed25519.PublicKey))
	return fmt.Appendf(nil, `{"keys":[{"alg":"EdDSA","crv":"Ed25519","kid":%q,"kty":"OKP","use":"sig","x":%q}]}`, k.id, x)
}

// DevIssuer is the trust in the development tokens of somebody's key set.
func DevIssuer(set []byte) (Issuer, error) {
	keys, err := keyfunc.NewJWKSetJSON(set)
	if err != nil {
		return Issuer{}, fmt.Errorf("the development keys are not a JSON Web Key Set: %w", err)
	}
	return Issuer{Name: devIssuer, Audience: devAudience, Scope: devScope, Leeway: oidcLeeway, Keys: keys.Keyfunc}, nil
}
