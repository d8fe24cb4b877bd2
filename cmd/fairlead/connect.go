package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fairlead/fairlead/client"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/httpapi"
	"github.com/fairlead/fairlead/internal/inprocess"
	"github.com/fairlead/fairlead/internal/table/bolt"
	"github.com/fairlead/fairlead/internal/wire"
)

const (
	defaultData = ".fairlead"
	// ownTTL is how long a command's own token is valid: it is made anew before
	// every request.
	ownTTL = 10 * time.Minute
)

// connection is the service a command talks to.
type connection struct {
	client *client.Client
	now    func() time.Time // the clock of the commands, and of the service where it is fixed
	fixed  bool
	close  func() error
}

// connect finds the service: the one named by --server, the one that serves the
// data folder right now, or one of our own in this process.
func (s *session) connect() (*connection, error) {
	if s.host != nil {
		return s.inProcess(s.host, nil)
	}
	if s.remote() {
		return s.connectServer()
	}
	now, err := s.fixedNow()
	if err != nil {
		return nil, err
	}
	if _, err := s.partner(); err != nil {
		return nil, err
	}
	dir := s.dataDir()
	if holder, ok := bolt.HeldBy(dir); ok && holder.Serve != "" {
		return s.connectLocal(dir, holder)
	}
	clock := s.clock
	if !now.IsZero() {
		clock = func() time.Time { return now }
	}
	h, err := s.openFolder(dir, clock)
	if err != nil {
		return nil, err
	}
	h.fixed = !now.IsZero()
	return s.inProcess(h, h.Close)
}

// openFolder opens the data folder as the command uses it. Only a command that
// writes makes one where there is none.
func (s *session) openFolder(dir string, clock func() time.Time) (*host, error) {
	switch {
	case s.folder == makesFolder || holdsData(dir):
		return openHost(dir, clock, s.failures())
	case s.folder == anyFolder:
		return emptyHost(clock, s.failures())
	}
	return nil, noData(dir)
}

// remote reports whether --server is meant. A data folder named on the command
// line goes before an address that only the environment names.
func (s *session) remote() bool {
	return s.Server != "" && (s.Data == "" || slices.ContainsFunc(s.args, func(a string) bool {
		return a == "--server" || strings.HasPrefix(a, "--server=")
	}))
}

func (s *session) dataDir() string {
	if s.Data == "" {
		return defaultData
	}
	return s.Data
}

// fixedNow is --now, zero if it was not given.
func (s *session) fixedNow() (time.Time, error) {
	if s.Now == "" {
		return time.Time{}, nil
	}
	t, err := channel.Calendar{}.ParseTime("--now", s.Now)
	if err != nil {
		return time.Time{}, usage("--now %q: want RFC 3339 (2026-03-02T10:00:00Z) or a day (2026-03-02)", s.Now)
	}
	return t, nil
}

// connectServer talks to the service named by --server with the token given:
// the token says who we are and the service has its own clock.
func (s *session) connectServer() (*connection, error) {
	for flag, value := range map[string]string{"--data": s.Data, "--now": s.Now, "--user": s.User, "--partner": s.Partner} {
		if value != "" {
			return nil, usage("%s cannot be used with --server: there the token says who acts, and the service has its own data and clock", flag)
		}
	}
	u, err := url.Parse(s.Server)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, usage("--server %q is not an address such as https://fairlead.example.org", s.Server)
	}
	token := s.Token
	return &connection{now: s.clock, client: &client.Client{
		Base: strings.TrimSuffix(s.Server, "/"), HTTP: &http.Client{}, Token: func() (string, error) { return token, nil },
	}}, nil
}

// connectLocal talks to the process that serves this data folder.
func (s *session) connectLocal(dir string, holder bolt.Holder) (*connection, error) {
	fixed, err := time.Parse(time.RFC3339, holder.Now)
	if holder.Now != "" && err != nil {
		return nil, fmt.Errorf("the LOCK file of %s cannot be read: %w", dir, err)
	}
	asked, err := s.fixedNow()
	if err != nil {
		return nil, err
	}
	switch {
	case !asked.IsZero() && holder.Now == "":
		return nil, fmt.Errorf("%s is served on %s (pid %d) by the machine's clock: --now is possible only while nobody serves it", dir, holder.Serve, holder.PID)
	case !asked.IsZero() && !asked.Equal(fixed):
		return nil, fmt.Errorf("%s is served on %s (pid %d) with its clock fixed at %s: another --now is possible only while nobody serves it", dir, holder.Serve, holder.PID, holder.Now)
	}
	key, err := httpapi.OpenDevKey(dir)
	if err != nil {
		return nil, err
	}
	clock := s.clock
	if holder.Now != "" {
		clock = func() time.Time { return fixed }
	}
	token, err := s.minter(key, clock)
	return &connection{now: clock, fixed: holder.Now != "", client: &client.Client{
		Base: "http://" + reachable(holder.Serve), HTTP: &http.Client{}, Token: token,
	}}, err
}

// reachable turns an address that listens everywhere into one to call.
func reachable(addr string) string {
	for _, everywhere := range []string{"0.0.0.0:", "[::]:", ":"} {
		if port, ok := strings.CutPrefix(addr, everywhere); ok {
			return "127.0.0.1:" + port
		}
	}
	return addr
}

// inProcess talks to a handler in this process.
func (s *session) inProcess(h *host, end func() error) (*connection, error) {
	token, err := s.minter(h.key, h.clock)
	if err != nil {
		if end != nil {
			_ = end()
		}
		return nil, err
	}
	return &connection{now: h.clock, fixed: h.fixed, close: end, client: &client.Client{
		Base: "http://in.process", HTTP: &http.Client{Transport: inprocess.Transport{Handler: h.handler}}, Token: token,
	}}, nil
}

// minter makes the token of a local command: the local administrator, or, with
// --partner, that partner.
func (s *session) minter(key *httpapi.DevKey, clock func() time.Time) (func() (string, error), error) {
	who, err := s.who()
	if err != nil {
		return nil, err
	}
	a := wire.Actor{User: who, Roles: []string{wire.RoleCRM, wire.RoleManager, wire.RoleFinance, wire.RoleAuditor}}
	if s.Partner != "" {
		id, err := s.partner()
		if err != nil {
			return nil, err
		}
		a.Roles, a.Partner = []string{wire.RolePartner}, id
	}
	return func() (string, error) { return key.Mint(a, clock(), ownTTL) }, nil
}

// partner is who --partner names, "" without it.
func (s *session) partner() (channel.PartnerID, error) {
	if s.Partner == "" {
		return "", nil
	}
	id, err := channel.ParseID[channel.PartnerID]("--partner", s.Partner)
	if err != nil {
		return "", &exit{code: exitUsage, err: err}
	}
	return id, nil
}

// who is the user that acts.
func (s *session) who() (string, error) {
	field, name := "--user", s.User
	if name == "" {
		field, name = "the login name (say another with --user)", "local"
		if u, err := user.Current(); err == nil && u.Username != "" {
			name = filepath.Base(strings.ReplaceAll(u.Username, `\`, "/"))
		}
	}
	if _, err := channel.ParsePerson(field, name); err != nil {
		return "", &exit{code: exitUsage, err: err}
	}
	return name, nil
}
