package main

import (
	"fmt"
	"regexp"
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/fairlead/fairlead/internal/config"
)

// settings is what may differ between installations: everything comes from the
// context (`-c name=value`, cdk.json), with a default here. Sizes are of the
// unit that their name ends in.
type settings struct {
	Stage string // prod, dev and so on; "local" is LocalStack
	Arch  string // arm64 or x86_64
	Dist  string // folder with one folder per function, each with its bootstrap

	Issuer, Audience, Scope, JWKSURL string // whose tokens the API believes
	DevKeys                          string // key set of development tokens; local stage only
	HookSecrets                      string // first content of the webhooks' secret; local stage only
	Rail                             string // how payments leave: file, or sandbox on the stages local and dev
	AlarmEmail                       string // subscribed to alarms; empty: nobody yet
	Restored, RestoredStream         string // suffix of restored tables to use instead, and the ARN of the ledger's stream

	APIMemoryMB, WorkMemoryMB  float64 // of the api; of all others
	RateLimit, BurstLimit      float64 // requests a second of the API
	QueueVisibleSeconds        float64 // after which a message that was not handled comes again; at least the worker's timeout
	QueueTries                 float64 // before a message goes to the dead-letter queue
	BatchConcurrency           float64 // batches of a close or a pay at a time
	RetrySeconds               float64 // before a step that failed is tried again the first time; each further time twice as long
	RetentionYears             float64 // how long statements cannot be deleted
	LogDays                    float64 // how long logs are kept
	SweepMinutes               float64 // between two sweeps
	NightHour                  float64 // of the day, in UTC, at which values, census and model are made anew
	LeaseSec, WriteSec, GraceS float64 // constants of the closing protocol
}

var stageName = regexp.MustCompile(`^[a-z][a-z0-9]{0,15}$`)

// readSettings reads the context. It fails for what would deploy something else
// than was meant.
func readSettings(node constructs.Node) (settings, error) {
	c := contextOf(node)
	s := settings{
		Stage: c.text("stage", "dev"), Arch: c.text("arch", "arm64"), Dist: c.text("dist", "dist"),
		Issuer: c.text("issuer", ""), Audience: c.text("audience", "fairlead"), Scope: c.text("scope", ""), JWKSURL: c.text("jwksUrl", ""),
		DevKeys: c.text("devKeys", ""), HookSecrets: c.text("hookSecrets", ""), AlarmEmail: c.text("alarmEmail", ""),
		Rail:     c.text("rail", config.FileRail),
		Restored: c.text("restored", ""), RestoredStream: c.text("restoredStream", ""),
	}
	local := s.Stage == config.LocalStage
	s.APIMemoryMB, s.WorkMemoryMB = c.number("apiMemoryMB", 1024), c.number("workMemoryMB", 1024)
	s.RateLimit, s.BurstLimit = c.number("rateLimit", 200), c.number("burstLimit", 400)
	s.QueueVisibleSeconds, s.QueueTries = c.number("queueVisibleSeconds", or(local, 5, 180)), c.number("queueTries", or(local, 2, 5))
	s.BatchConcurrency, s.RetrySeconds = c.number("batchConcurrency", or(local, 2, 40)), c.number("retrySeconds", or(local, 1, 2))
	s.RetentionYears, s.LogDays, s.SweepMinutes = c.number("retentionYears", 10), c.number("logDays", 90), c.number("sweepMinutes", 1)
	s.NightHour = c.number("nightHour", 2)
	s.LeaseSec = c.number("leaseSeconds", or(local, 0, config.DefaultLease.Seconds()))
	s.WriteSec = c.number("writeSeconds", or(local, 0, config.DefaultWrite.Seconds()))
	s.GraceS = c.number("graceSeconds", or(local, 0, config.DefaultGrace.Seconds()))
	if c.err != nil {
		return s, c.err
	}
	return s, s.check(local)
}

func (s settings) check(local bool) error {
	switch {
	case !stageName.MatchString(s.Stage):
		return fmt.Errorf("stage %q: want 1 to 16 lower-case letters and digits, a letter first", s.Stage)
	case s.Arch != "arm64" && s.Arch != "x86_64":
		return fmt.Errorf("arch %q: want arm64 or x86_64", s.Arch)
	case !local && (s.DevKeys != "" || s.HookSecrets != ""):
		return fmt.Errorf("devKeys and hookSecrets are for stage %q only: secrets do not belong in a template", config.LocalStage)
	case (s.Restored == "") != (s.RestoredStream == ""):
		return fmt.Errorf("restored and restoredStream go together")
	case (s.Issuer == "") != (s.JWKSURL == ""):
		return fmt.Errorf("issuer and jwksUrl go together")
	case !local && (s.LeaseSec < 1 || s.WriteSec < 1 || s.GraceS < 960):
		return fmt.Errorf("lease and write want at least 1 s, grace 960 s: a signed request may be under way for 15 minutes, on clocks right to a minute")
	case s.RetrySeconds < 1:
		return fmt.Errorf("retrySeconds %g: want at least 1", s.RetrySeconds)
	case s.NightHour > 23 || s.NightHour != float64(int(s.NightHour)):
		return fmt.Errorf("nightHour %g: want a whole hour from 0 to 23, in UTC", s.NightHour)
	case s.QueueVisibleSeconds < 1:
		return fmt.Errorf("queueVisibleSeconds %g: want at least 1; the worker has as long", s.QueueVisibleSeconds)
	}
	return config.CheckRail(s.Stage, s.Rail)
}

func or(yes bool, a, b float64) float64 {
	if yes {
		return a
	}
	return b
}

// contextReader reads the context and remembers the first problem.
type contextReader struct {
	node constructs.Node
	err  error
}

func contextOf(node constructs.Node) *contextReader { return &contextReader{node: node} }

func (c *contextReader) text(name, without string) string {
	switch v := c.node.TryGetContext(jsii.String(name)).(type) {
	case nil:
		return without
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

func (c *contextReader) number(name string, without float64) float64 {
	text := c.text(name, "")
	if text == "" {
		return without
	}
	v, err := strconv.ParseFloat(text, 64)
	if (err != nil || v < 0) && c.err == nil {
		c.err = fmt.Errorf("context %s is %q: want a number", name, text)
	}
	return v
}

// stackName is what a stack is called: fairlead-dev-data.
func (s settings) name(part string) *string { return jsii.String("fairlead-" + s.Stage + "-" + part) }

func (s settings) stack(scope constructs.Construct, part, description string) awscdk.Stack {
	return awscdk.NewStack(scope, jsii.String("Fairlead-"+s.Stage+"-"+part), &awscdk.StackProps{
		Description: jsii.String(description), TerminationProtection: jsii.Bool(part == "Data"),
	})
}
