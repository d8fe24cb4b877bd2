package wire

import (
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
)

// The roles of a token. Auditor reads everything and changes nothing; pod and
// partner see their own.
const (
	RoleCRM     = "crm"
	RoleManager = "manager"
	RoleFinance = "finance"
	RoleAuditor = "auditor"
	RolePod     = "pod"
	RolePartner = "partner"
)

// Actor is who asks. The door has checked that one of the roles may ask at all;
// what of the answer the actor may see (a partner only itself) is for the rooms.
// Partner and Pod come from the token, never from a path.
type Actor struct {
	User    string
	Roles   []string
	Partner channel.PartnerID // with RolePartner
	Pod     channel.PodID     // with RolePod
}

// Has reports whether the actor carries the role.
func (a Actor) Has(role string) bool { return slices.Contains(a.Roles, role) }

// SeesAll reports whether the actor may see things of every owner.
func (a Actor) SeesAll() bool {
	return a.Has(RoleManager) || a.Has(RoleAuditor) || a.Has(RoleFinance) || a.Has(RoleCRM)
}
