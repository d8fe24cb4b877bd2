package history

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
)

// Apply is the profile after one more change: an absent field stays as it was,
// a null one is erased. It does not register SourcedBy, because that depends
// on who owned the customer. p itself is not changed.
func (p Profile) Apply(u *channel.Upsert) Profile {
	patch(&p.Region, u.Region)
	patch(&p.Segment, u.Segment)
	patch(&p.Currency, u.Currency)
	patchFigure(&p.DeclaredValue, u.DeclaredValue, p.Currency)
	patchFigure(&p.Need, u.Need, p.Currency)
	patchFigure(&p.ReferralValue, u.ReferralValue, p.Currency)
	patch(&p.SourcedBy, u.SourcedBy)
	patch(&p.ReferredBy, u.ReferredBy)
	if u.EraseAll {
		p.Attributes = nil
	}
	if len(u.Attributes) > 0 {
		merged := make(map[string]string, len(p.Attributes)+len(u.Attributes))
		maps.Copy(merged, p.Attributes)
		for k, v := range u.Attributes {
			if v == nil {
				delete(merged, k)
				continue
			}
			merged[k] = *v
		}
		p.Attributes = merged
	}
	return p
}

func patch[T any](field *T, p channel.Patch[T]) {
	if p.Set {
		*field = p.Value
	}
}

// patchFigure stamps a figure without currency with the one the customer has.
func patchFigure(field *channel.Figure, p channel.Patch[channel.Figure], currency string) {
	if !p.Set {
		return
	}
	*field = p.Value
	if field.Currency == "" && field.Decimal != "" {
		field.Currency = currency
	}
}

// Worth is a figure of the profile as an amount: in its own currency, else the
// customer's present one, else the policy's (fallback). The zero figure is
// zero. Fails as channel.ParseAmount does, naming field, when the text has more
// decimals than the currency that turned out to be meant.
func (p *Profile) Worth(field string, f channel.Figure, fallback string) (money.Amount, error) {
	currency := cmp.Or(f.Currency, p.Currency, fallback)
	if f.IsZero() {
		return money.Of(0, currency), nil
	}
	return channel.ParseAmount(field, f.Decimal, currency)
}

// profiles folds the profile changes in the order in which they occurred; those
// of one instant by Tie.
func (f *folder) profiles() []profileAt {
	out := make([]profileAt, 0, len(f.profile))
	var p Profile
	for _, r := range f.profile {
		e := &f.entries[r.i]
		p = p.Apply(e.Profile)
		if s := e.Profile.SourcedBy; s.Set {
			switch {
			case s.Value == "":
				p.Registered, p.RegisteredAt = "", time.Time{}
			case p.Registered == "" && f.h.OwnerAt(e.Occurred) == channel.Nobody:
				p.Registered, p.RegisteredAt = s.Value, e.Occurred
			}
		}
		if n := len(out); n > 0 && out[n-1].at.Equal(e.Occurred) {
			out[n-1].profile = p
			continue
		}
		out = append(out, profileAt{e.Occurred, p})
	}
	return out
}

// ProfileAt is what was true of the customer at t; the zero Profile before the
// first change.
func (h *History) ProfileAt(t time.Time) Profile {
	n, _ := slices.BinarySearchFunc(h.profiles, t, func(p profileAt, t time.Time) int {
		if p.at.After(t) {
			return 1
		}
		return -1
	})
	if n == 0 {
		return Profile{}
	}
	return h.profiles[n-1].profile
}

// Profile is the newest profile.
func (h *History) Profile() Profile {
	if n := len(h.profiles); n > 0 {
		return h.profiles[n-1].profile
	}
	return Profile{}
}
