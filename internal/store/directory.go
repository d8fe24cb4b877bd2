package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/seal"
)

// The directory is one document with one id.
const (
	KindDirectory = "directory"
	DirectoryID   = "main"
)

// directoryParts names the parts of a directory: its partners by the first byte
// of SHA-256 of their id, as two hex digits, so that changing one of 100,000
// rewrites one part of 256; and its pods.
type directoryParts struct {
	Partners map[string]string `json:"partners,omitempty"` // two hex digits -> hash
	Pods     string            `json:"pods,omitempty"`
}

func partOf(id channel.PartnerID) string {
	sum := sha256.Sum256([]byte(id))
	return fmt.Sprintf("%02x", sum[0])
}

// PutDirectory stores a directory's parts and the list of them, and returns the
// list's hash, which is the hash of the directory's version. Parts that stand
// already are not written.
func (s *Store) PutDirectory(ctx context.Context, d channel.Directory) (string, error) {
	byPart := map[string][]channel.Partner{}
	for _, p := range d.Partners {
		byPart[partOf(p.ID)] = append(byPart[partOf(p.ID)], p)
	}
	list := directoryParts{Partners: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(byPart)) {
		slices.SortFunc(byPart[name], func(a, b channel.Partner) int { return cmp.Compare(a.ID, b.ID) })
		hash, err := s.putJSON(ctx, byPart[name])
		if err != nil {
			return "", err
		}
		list.Partners[name] = hash
	}
	if len(d.Pods) > 0 {
		pods := slices.SortedFunc(slices.Values(d.Pods), func(a, b channel.Pod) int { return cmp.Compare(a.ID, b.ID) })
		hash, err := s.putJSON(ctx, pods)
		if err != nil {
			return "", err
		}
		list.Pods = hash
	}
	return s.putJSON(ctx, list)
}

func (s *Store) putJSON(ctx context.Context, v any) (string, error) {
	content, err := seal.Canonical(v)
	if err != nil {
		return "", err
	}
	return s.PutContent(ctx, content)
}

// Directory reads a version of the directory, each list sorted by id.
func (s *Store) Directory(ctx context.Context, hash string) (channel.Directory, error) {
	var list directoryParts
	var d channel.Directory
	if err := s.readJSON(ctx, hash, &list); err != nil {
		return d, err
	}
	hashes := slices.Collect(maps.Values(list.Partners))
	parts, err := s.Content(ctx, hashes...)
	if err != nil {
		return d, err
	}
	for _, part := range parts {
		var some []channel.Partner
		if err := json.Unmarshal(part, &some); err != nil {
			return d, fault.New(fault.Internal, "internal", "internal error").Because(err)
		}
		d.Partners = append(d.Partners, some...)
	}
	slices.SortFunc(d.Partners, func(a, b channel.Partner) int { return cmp.Compare(a.ID, b.ID) })
	if list.Pods != "" {
		err = s.readJSON(ctx, list.Pods, &d.Pods)
	}
	return d, err
}

func (s *Store) readJSON(ctx context.Context, hash string, v any) error {
	contents, err := s.Content(ctx, hash)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(contents[0], v); err != nil {
		return fault.New(fault.Internal, "internal", "internal error").Because(err)
	}
	return nil
}
