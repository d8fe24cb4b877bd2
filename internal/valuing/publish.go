package valuing

import (
	"context"
	"errors"
	"slices"

	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/store"
)

// PublishFitted publishes a document that was computed, as from a day. The same
// content as that day's newest is that version.
func (s *Valuing) PublishFitted(ctx context.Context, m *documents.Current, v store.Version, content []byte) (out store.Version, unchanged bool, err error) {
	v.Published, v.Hash = m.Now, seal.Hash(content)
	if _, err := s.store.PutContent(ctx, content); err != nil {
		return v, false, err
	}
	_, err = s.store.UpdateControl(ctx, m.Now, func(c store.Control, b *store.Batch) (store.Control, error) {
		versions, err := s.store.Versions(ctx, &c, v.Kind, v.ID)
		if err != nil {
			return c, err
		}
		for _, old := range slices.Backward(versions) {
			if old.EffectiveFrom == v.EffectiveFrom { // the one of its day that holds
				if old.Hash == v.Hash {
					out = old
					return c, errUnchanged
				}
				break
			}
		}
		out, v.N = v, len(versions)+1
		out.N = v.N
		return b.PutVersion(c, v), nil
	})
	if errors.Is(err, errUnchanged) {
		return out, true, nil
	}
	return out, false, err
}

// errUnchanged says that nothing need be written.
var errUnchanged = errors.New("service: the same version stands")
