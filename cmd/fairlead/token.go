package main

import (
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/fairlead/fairlead"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/httpapi"
	"github.com/fairlead/fairlead/internal/table/bolt"
	"github.com/fairlead/fairlead/internal/wire"
)

type tokenCmd struct {
	Role []string      `required:"" enum:"crm,manager,finance,auditor,pod,partner" help:"What the bearer may do: ${enum}; may be given more than once."`
	Pod  string        `help:"With --role pod: which one." placeholder:"ID"`
	TTL  time.Duration `name:"ttl" default:"1h" help:"How long it is valid."`
}

// Run signs a token with the key of the data folder. It opens no store, so it
// works while the folder is served.
func (c *tokenCmd) Run(s *session) error {
	a, err := c.actor(s)
	if err != nil {
		return err
	}
	if c.TTL <= 0 || c.TTL > 365*24*time.Hour {
		return usage("--ttl %s: want more than nothing and at most a year (8760h)", c.TTL)
	}
	now, err := s.fixedNow()
	if err != nil {
		return err
	}
	dir := s.dataDir()
	if holder, ok := bolt.HeldBy(dir); ok && now.IsZero() && holder.Now != "" {
		now, _ = time.Parse(time.RFC3339, holder.Now) // the service's clock stands there
	}
	if now.IsZero() {
		now = s.clock()
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	key, err := httpapi.OpenDevKey(dir)
	if err != nil {
		return err
	}
	token, err := key.Mint(a, now, c.TTL)
	if err != nil {
		return err
	}
	if s.Output == "json" {
		return s.json(map[string]any{"token": token, "expiresAt": now.Add(c.TTL).UTC().Truncate(time.Second)})
	}
	s.printf("%s\n", token)
	return nil
}

func (c *tokenCmd) actor(s *session) (wire.Actor, error) {
	who, err := s.who()
	a := wire.Actor{User: who, Roles: c.Role}
	if err != nil {
		return a, err
	}
	if s.remote() {
		return a, usage("token signs with the key of a data folder; a service elsewhere has tokens of its own")
	}
	if a.Has(wire.RolePartner) != (s.Partner != "") {
		return a, usage("--role partner and --partner ID go together")
	}
	if a.Has(wire.RolePod) != (c.Pod != "") {
		return a, usage("--role pod and --pod ID go together")
	}
	if s.Partner != "" {
		a.Partner, err = channel.ParseID[channel.PartnerID]("--partner", s.Partner)
	}
	if c.Pod != "" && err == nil {
		a.Pod, err = channel.ParseID[channel.PodID]("--pod", c.Pod)
	}
	if err != nil {
		return a, &exit{code: exitUsage, err: err}
	}
	return a, nil
}

type versionCmd struct{}

func (c *versionCmd) Run(s *session) error {
	if s.Output == "json" {
		return s.json(map[string]string{"version": version()})
	}
	s.printf("fairlead %s\n", version())
	return nil
}

// version is that of the source. Between releases the commit follows it, where
// the build recorded one.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || !strings.HasSuffix(fairlead.Version, "-dev") {
		return fairlead.Version
	}
	revision, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			revision = "+" + s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = ".changed"
		}
	}
	if revision == "" {
		return fairlead.Version
	}
	return fairlead.Version + revision + changed
}
