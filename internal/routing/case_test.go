package routing

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
)

// Each file of testdata is one paragraph of what routing promises: a policy, a
// directory, and cases that somebody who never read the code can check. A case
// is a list of what is known ("key: value"), then "=>" and what came out.
// go test -run Cases -update writes what comes out.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { runCases(t, file) })
	}
}

func runCases(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	a := txtar.Parse(text)
	c := caseWorld{t: t}
	changed := false
	for i := range a.Files {
		f := &a.Files[i]
		switch f.Name {
		case "policy":
			c.policy = mustParse(t, string(f.Data))
			if _, err := c.policy.Check(); err != nil {
				t.Fatal(err)
			}
			continue
		case "directory":
			c.directory(string(f.Data))
			continue
		}
		given, want, ok := strings.Cut(string(f.Data), "=>\n")
		got := c.decide(f.Name, given)
		if ok && got == want {
			continue
		}
		if !*update {
			t.Errorf("%s: %s\n%s\ncame out\n%s", file, f.Name, want, got)
			continue
		}
		f.Data, changed = []byte(given+"=>\n"+got), true
	}
	if changed {
		if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// caseWorld is the policy and directory of a file.
type caseWorld struct {
	t      *testing.T
	policy *Policy
	dir    *Directory
	in     Input
	value  string
}

// directory reads lines such as "partner p1 regions DE,FR weight 2 capacity 10".
func (c *caseWorld) directory(text string) {
	var d channel.Directory
	for _, line := range lines(text) {
		words := strings.Fields(line)
		p := channel.Partner{ID: channel.PartnerID(words[1]), WeightMicros: weightUnit, Capacity: channel.Unlimited}
		kind := ""
		for i := 2; i+1 < len(words); i += 2 {
			list := strings.Split(words[i+1], ",")
			switch words[i] {
			case "regions":
				p.Regions = list
			case "segments":
				p.Segments = list
			case "certified":
				p.Certifications = list
			case "status":
				p.Status = channel.Status(words[i+1])
			case "kind":
				kind = words[i+1]
			case "capacity":
				p.Capacity = int64(c.number(words[i+1]))
			case "weight":
				w, err := money.ParseRate(words[i+1])
				c.must(err)
				p.WeightMicros = int64(w)
			default:
				c.t.Fatalf("directory: %q is not known", words[i])
			}
		}
		if words[0] == "pod" {
			d.Pods = append(d.Pods, channel.Pod{ID: channel.PodID(p.ID), Regions: p.Regions, Capacity: p.Capacity, Kind: kind, Status: p.Status})
			continue
		}
		d.Partners = append(d.Partners, p)
	}
	var err error
	c.dir, err = NewDirectory(d)
	c.must(err)
}

// decide reads a case and prints what came out.
func (c *caseWorld) decide(name, given string) string {
	c.in = Input{Policy: c.policy, Directory: c.dir, Cause: ByCall, At: time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC)}
	c.in.Customer = Customer{ID: "c1", DaysSinceLastOrder: -1, Attributes: map[string]string{}}
	c.value = ""
	for _, line := range lines(given) {
		key, value, ok := strings.Cut(line, ": ")
		if !ok {
			c.t.Fatalf("%s: %q is not \"key: value\"", name, line)
		}
		if !c.customer(key, value) && !c.state(key, value) {
			c.t.Fatalf("%s: %q is not known", name, key)
		}
	}
	c.worth()
	d, err := Decide(c.in)
	if err != nil {
		return "refused: " + err.Error() + "\n"
	}
	r, err := Replay(d.Bytes, c.policy, c.dir)
	c.must(err)
	if !r.Agrees {
		c.t.Errorf("%s: the replay differs in %v", name, r.Difference)
	}
	return c.print(&d)
}

// worth sets the value: declared, unless the case says otherwise.
func (c *caseWorld) worth() {
	currency := c.policy.Currency(c.in.Customer.Region)
	v := Value{Currency: currency, AlivePPM: int64(money.One), Basis: Prior, Amount: c.policy.terms(c.in.Customer.Region).value.priorOf(c.in.Customer.Segment)}
	if c.value != "" {
		n, err := money.ParseMinor(c.value, currency)
		c.must(err)
		v.Amount, v.Declared, v.Basis = n, &n, Declared
	}
	c.in.Value = v
}

func (c *caseWorld) customer(key, value string) bool {
	u := &c.in.Customer
	switch key {
	case "customer":
		u.ID = channel.CustomerID(value)
	case "region":
		u.Region = value
	case "segment":
		u.Segment = value
	case "value":
		c.value = value
	case "orders":
		u.Orders = int64(c.number(value))
	case "amounts", "discounts", "last year", "need", "revenue":
		n, err := money.ParseMinor(value, c.policy.Currency(u.Region))
		c.must(err)
		*map[string]*int64{"amounts": &u.Gross, "discounts": &u.Discount, "last year": &u.LastYear, "need": &u.Need, "revenue": &u.Revenue}[key] = n
	case "attribute":
		k, v, _ := strings.Cut(value, "=")
		u.Attributes[k] = v
	default:
		return false
	}
	return true
}

func (c *caseWorld) state(key, value string) bool {
	s := &c.in.State
	first, rest, _ := strings.Cut(value, " ")
	switch key {
	case "on":
		c.in.At = c.time(value)
	case "as of the past":
		c.in.At, c.in.AtOnce = c.time(value), true
	case "owner":
		s.Owner = channel.Owner(first)
		if p, ok := s.Owner.Partner(); ok {
			s.Former = p
		}
	case "tier":
		s.Tier = value
	case "moved":
		s.LastMove = &LastMove{At: c.time(first), ByRule: strings.Contains(rest, "by a rule"), First: strings.Contains(rest, "first")}
	case "former partner":
		s.Former = channel.PartnerID(value)
	case "refused":
		s.Refused = ids(value)
	case "expired in this round":
		s.Round.Expired = ids(value)
	case "offers in this round":
		s.Round.Offers = c.number(value)
	case "registered":
		s.Protection = &Protection{Partner: channel.PartnerID(first), At: c.time(strings.TrimPrefix(rest, "on "))}
	case "full":
		for _, id := range strings.Split(value, ", ") {
			c.in.Full = append(c.in.Full, channel.Owner(id))
		}
	case "stable share":
		share, err := money.ParseShare(value)
		c.must(err)
		ppm := int64(share)
		c.in.Census = Census{Version: "2026-05-31", StablePPM: &ppm}
	case "cause":
		c.in.Cause = Cause(value)
	case "by hand":
		who, why, _ := strings.Cut(rest, ": ")
		c.in.Cause, c.in.Hand = ByHand, &Hand{Owner: channel.Owner(first), By: who, Reason: why}
	default:
		return false
	}
	return true
}

func ids(value string) (out []channel.PartnerID) {
	for _, id := range strings.Split(value, ", ") {
		out = append(out, channel.PartnerID(id))
	}
	return out
}

// print is what came out, for people.
func (c *caseWorld) print(d *Decision) string {
	var b bytes.Buffer
	owner := "nobody"
	if d.Record.Owner != nil {
		owner = string(*d.Record.Owner)
	}
	fmt.Fprintf(&b, "%s, %s; owner: %s; tier: %s\n", d.Record.Outcome, d.Commit.State, owner, d.Record.Tier)
	v, err := d.Show(c.policy, c.dir)
	c.must(err)
	for _, r := range v.Rules {
		if r.Matched {
			fmt.Fprintf(&b, "rule %q matches %s\n", r.Name, r.PassedOver)
		}
	}
	for _, x := range v.Candidates {
		passed := string(x.PassedOver)
		if passed == "" {
			passed = "chosen"
		}
		fmt.Fprintf(&b, "candidate %s, weight %s, score %s: %s\n", x.ID, x.Weight, x.Score, passed)
	}
	fmt.Fprintf(&b, "reasons: %s\n", strings.Trim(fmt.Sprint(d.Record.Reasons), "[]"))
	for _, line := range v.Text {
		fmt.Fprintf(&b, "| %s\n", line)
	}
	alternatives, err := d.Alternatives(c.policy, c.dir)
	c.must(err)
	for _, a := range alternatives {
		if a.Change != "rule" {
			fmt.Fprintf(&b, "%s: %s %s\n", a.Change, a.Text, a.Result)
		}
	}
	return strings.ReplaceAll(b.String(), " \n", "\n")
}

func lines(text string) (out []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			out = append(out, line)
		}
	}
	return out
}

func (c *caseWorld) time(s string) time.Time {
	t, err := channel.Calendar{}.ParseTime("", s)
	c.must(err)
	return t
}

func (c *caseWorld) number(s string) int {
	n, err := strconv.Atoi(s)
	c.must(err)
	return n
}

func (c *caseWorld) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}
