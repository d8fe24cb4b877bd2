package store

import (
	"context"
	"encoding/json"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/table"
)

// Version is one published version of a document. Its content stands apart,
// under its hash.
type Version struct {
	By            string    `json:"by"`
	EffectiveFrom string    `json:"effectiveFrom,omitempty"` // a day of the programme's zone; "": from its publication
	Hash          string    `json:"hash"`                    // of the canonical content
	Published     time.Time `json:"published"`
	Seq           int       `json:"seq"` // orders publications of all documents

	Kind string `json:"-"`
	ID   string `json:"-"`
	N    int    `json:"-"` // from 1
}

// versionCache remembers the versions of each document. It is no cache.Cache: a
// list grows by what was published since, and only that is read.
type versionCache struct {
	mu  sync.Mutex
	all map[string][]Version // kind#id -> versions 1..n
}

// Versions are all versions of a document that the control block knows, oldest
// first. The answer is shared: do not change it.
func (s *Store) Versions(ctx context.Context, c *Control, kind, id string) ([]Version, error) {
	s.versions.mu.Lock()
	defer s.versions.mu.Unlock()
	name, newest := kind+"#"+id, c.Newest(kind, id)
	have := s.versions.all[name]
	if len(have) >= newest {
		return have[:newest:newest], nil
	}
	r := table.Range{Table: table.Ledger, PK: VersionKey(kind, id, 1).PK, From: VersionKey(kind, id, len(have)+1).SK}
	for it, err := range s.Items(ctx, r) {
		if err != nil {
			return nil, err
		}
		v := Version{Kind: kind, ID: id, N: len(have) + 1}
		if err := Decode(it, &v); err != nil {
			return nil, err
		}
		have = append(have, v)
	}
	if len(have) < newest {
		return nil, fault.New(fault.Internal, "internal", "internal error")
	}
	if s.versions.all == nil {
		s.versions.all = map[string][]Version{}
	}
	s.versions.all[name] = have
	return have[:newest:newest], nil
}

// AllVersions are all versions of all documents of a kind.
func (s *Store) AllVersions(ctx context.Context, c *Control, kind string) ([]Version, error) {
	var out []Version
	for id := range c.Documents[kind] {
		versions, err := s.Versions(ctx, c, kind, id)
		if err != nil {
			return nil, err
		}
		out = append(out, versions...)
	}
	return out, nil
}

// PutVersion adds a version to a batch and to the control block that the same
// batch writes.
func (b *Batch) PutVersion(c Control, v Version) Control {
	v.N = c.Newest(v.Kind, v.ID) + 1
	c.Published++
	v.Seq = c.Published
	b.New(VersionKey(v.Kind, v.ID, v.N), v)
	return c.with(v.Kind, v.ID, v.N)
}

// maxPart is how many bytes a part of a document has as it is stored: an item
// has room for more, but a transaction is charged by what it holds.
const maxPart = 300 << 10

// manifest lists the parts of large content, 74 bytes each: it would be too
// large itself beyond a gigabyte.
type manifest struct {
	Parts []string `json:"parts"`
}

// PutContent stores canonical JSON under its hash, in parts where it is large,
// and returns the hash. What is stored already is not stored again. It is
// stored before whatever names it; content that nothing names is harmless.
func (s *Store) PutContent(ctx context.Context, content []byte) (string, error) {
	hash := seal.Hash(content)
	if _, ok := s.parts.Load(hash); ok {
		return hash, nil
	}
	if len(content) <= maxPart {
		return hash, s.putPart(ctx, hash, content, 0)
	}
	stands, err := s.Get(ctx, PartKey(hash)) // perhaps in other parts: of another version, cut elsewhere
	if err != nil {
		return "", err
	}
	if stands[0].Version != 0 {
		s.parts.Store(hash, struct{}{})
		return hash, nil
	}
	return hash, s.putParts(ctx, hash, content)
}

// putParts stores the parts of large content, and then the list of them.
func (s *Store) putParts(ctx context.Context, hash string, content []byte) error {
	var m manifest
	for rest := content; len(rest) > 0; {
		n := partLen(rest)
		part, err := seal.Canonical(string(rest[:n]))
		rest = rest[n:]
		if err != nil {
			return err
		}
		h := seal.Hash(part)
		if err := s.putPart(ctx, h, part, 0); err != nil {
			return err
		}
		m.Parts = append(m.Parts, h)
	}
	list, err := seal.Canonical(m)
	if err != nil {
		return err
	}
	return s.putPart(ctx, hash, list, int64(len(m.Parts)))
}

// partLen is how many bytes of content, whole runes, fill a part. A part is kept
// as JSON text, and content is full of quotes, which take two bytes there.
func partLen(content []byte) int {
	n := 0
	for room := maxPart - len(`""`); n < len(content); n++ {
		if room -= textLen(content[n]); room < 0 {
			break
		}
	}
	for n < len(content) && !utf8.RuneStart(content[n]) {
		n--
	}
	return n
}

// textLen is how many bytes a byte of text takes in canonical JSON.
func textLen(c byte) int {
	switch c {
	case '"', '\\', '\b', '\f', '\n', '\r', '\t':
		return 2
	}
	if c < ' ' {
		return len(`\u0000`)
	}
	return 1
}

func (s *Store) putPart(ctx context.Context, hash string, body []byte, parts int64) error {
	b := &Batch{}
	b.add(table.Op{Kind: table.Put, Key: PartKey(hash), Body: body, N: parts, If: table.Cond{Kind: table.Absent}})
	err := s.keep(ctx, b)
	if err == nil {
		s.parts.Store(hash, struct{}{})
	}
	return err
}

// Content reads what was stored under hashes, in their order.
func (s *Store) Content(ctx context.Context, hashes ...string) ([][]byte, error) {
	out := make([][]byte, 0, len(hashes))
	for from := 0; from < len(hashes); from += table.MaxGet {
		var keys []table.Key
		for _, h := range hashes[from:min(from+table.MaxGet, len(hashes))] {
			keys = append(keys, PartKey(h))
		}
		items, err := s.Get(ctx, keys...)
		if err != nil {
			return nil, err
		}
		for _, it := range items {
			content, err := s.whole(ctx, it)
			if err != nil {
				return nil, err
			}
			out = append(out, content)
		}
	}
	return out, nil
}

func (s *Store) whole(ctx context.Context, it table.Item) ([]byte, error) {
	switch {
	case it.Version == 0:
		return nil, fault.New(fault.Internal, "internal", "internal error").Because(errNoContent(it.PK))
	case it.N == 0:
		return it.Body, nil
	}
	var m manifest
	if err := Decode(it, &m); err != nil {
		return nil, err
	}
	parts, err := s.Content(ctx, m.Parts...)
	if err != nil {
		return nil, err
	}
	var all []byte
	for _, p := range parts {
		var text string
		if err := json.Unmarshal(p, &text); err != nil {
			return nil, damaged(it)
		}
		all = append(all, text...)
	}
	return all, nil
}

type errNoContent string

func (e errNoContent) Error() string { return "content " + string(e) + " is missing" }
