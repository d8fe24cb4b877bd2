package config

import (
	"cmp"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

// The variables that the functions read; the stacks set them.
const (
	StageVar           = "FAIRLEAD_STAGE"             // name of the installation, such as prod; "local" is LocalStack
	LedgerTableVar     = "FAIRLEAD_LEDGER_TABLE"      // name of the ledger table
	StateTableVar      = "FAIRLEAD_STATE_TABLE"       // name of the state table
	QueueURLVar        = "FAIRLEAD_QUEUE_URL"         // where the hook puts webhooks for the worker
	BusNameVar         = "FAIRLEAD_BUS_NAME"          // event bus that is told of decisions, offers and statements
	StatementBucketVar = "FAIRLEAD_STATEMENT_BUCKET"  // rendered statements
	BatchBucketVar     = "FAIRLEAD_BATCH_BUCKET"      // batches of closes and pays, which expire
	HookSecretsVar     = "FAIRLEAD_HOOK_SECRETS"      // name or ARN of the secret with the webhooks' secrets
	IssuerVar          = "FAIRLEAD_ISSUER"            // OpenID Connect issuer whose tokens are believed
	AudienceVar        = "FAIRLEAD_AUDIENCE"          // audience its tokens must have
	ScopeVar           = "FAIRLEAD_SCOPE"             // scope its tokens must have; empty: none
	JWKSURLVar         = "FAIRLEAD_JWKS_URL"          // address of its keys
	DevKeysVar         = "FAIRLEAD_DEV_KEYS"          // JSON Web Key Set of development tokens; believed on the local stage only
	LeaseSecondsVar    = "FAIRLEAD_LEASE_SECONDS"     // L: how long a loaded control block may be used
	WriteSecondsVar    = "FAIRLEAD_WRITE_SECONDS"     // W: how long after its instant a write may be sent
	GraceSecondsVar    = "FAIRLEAD_GRACE_SECONDS"     // G: how long signed requests may be under way after that
	StateMachineVar    = "FAIRLEAD_STATE_MACHINE_ARN" // closes periods and pays runs; the api starts it
	RailVar            = "FAIRLEAD_RAIL"              // how payments leave, see CheckRail; empty: file
)

// LocalStage is the stage that believes development tokens. DevStage is where a
// programme is tried; both may pay by the sandbox.
const (
	LocalStage = "local"
	DevStage   = "dev"
)

// The rails that stages name.
const (
	FileRail    = channel.FileRail
	SandboxRail = channel.SandboxRail
)

// CheckRail refuses a rail that there is not, and one that pays nobody where money
// is meant: on every stage but local and dev.
func CheckRail(stage, rail string) error {
	var names []string
	for _, r := range channel.Rails() {
		names = append(names, r.Name)
	}
	by, known := channel.RailNamed(rail)
	switch {
	case !known:
		return fmt.Errorf("rail %q: want %s", rail, strings.Join(names, " or "))
	case !by.Pays && stage != LocalStage && stage != DevStage:
		return fmt.Errorf("rail %s on stage %q: it pays nobody, and is for the stages %s and %s only",
			rail, stage, LocalStage, DevStage)
	}
	return nil
}

// The constants of the closing protocol on DynamoDB (docs/data-model.md,
// "Closing a period").
const (
	DefaultLease = 30 * time.Second
	DefaultWrite = 10 * time.Second
	DefaultGrace = 16 * time.Minute
)

// Function is how a function finds what it works on. Which fields it needs
// depends on the function: Need says what is missing.
type Function struct {
	Stage                   string
	LedgerTable, StateTable string
	QueueURL                string
	BusName                 string
	StatementBucket         string
	BatchBucket             string
	HookSecrets             string
	StateMachine            string
	Issuer, Audience        string
	Scope, JWKSURL          string
	DevKeys                 string
	Rail                    string // as CheckRail lets it through
	Lease, Write, Grace     time.Duration
}

// ReadFunction reads Function from the environment of this process. It fails
// for a number that is none, for the sandbox where money is meant (CheckRail),
// and for development keys on any stage but the local one: they would let anybody
// in who has the key of some laptop.
func ReadFunction() (Function, error) { return functionFrom(os.Getenv) }

func functionFrom(get func(string) string) (Function, error) {
	f := Function{
		Stage: get(StageVar), LedgerTable: get(LedgerTableVar), StateTable: get(StateTableVar), QueueURL: get(QueueURLVar),
		BusName: get(BusNameVar), StatementBucket: get(StatementBucketVar), BatchBucket: get(BatchBucketVar), HookSecrets: get(HookSecretsVar), StateMachine: get(StateMachineVar),
		Issuer: get(IssuerVar), Audience: get(AudienceVar), Scope: get(ScopeVar), JWKSURL: get(JWKSURLVar), DevKeys: get(DevKeysVar),
		Rail: cmp.Or(get(RailVar), FileRail),
	}
	if f.DevKeys != "" && f.Stage != LocalStage {
		return f, fmt.Errorf("%s is set on stage %q: development keys are believed on stage %q only", DevKeysVar, f.Stage, LocalStage)
	}
	if err := CheckRail(f.Stage, f.Rail); err != nil {
		return f, fmt.Errorf("%s: %w", RailVar, err)
	}
	for _, v := range []struct {
		into    *time.Duration
		name    string
		without time.Duration
	}{{&f.Lease, LeaseSecondsVar, DefaultLease}, {&f.Write, WriteSecondsVar, DefaultWrite}, {&f.Grace, GraceSecondsVar, DefaultGrace}} {
		*v.into = v.without
		if text := get(v.name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 0 || n > 86400 {
				return f, fmt.Errorf("%s is %q: want whole seconds from 0 to 86400", v.name, text)
			}
			*v.into = time.Duration(n) * time.Second
		}
	}
	return f, nil
}

// Need fails if one of the variables is empty, naming all that are.
func Need(names ...string) error { return need(os.Getenv, names) }

func need(get func(string) string, names []string) error {
	var missing []string
	for _, n := range names {
		if get(n) == "" {
			missing = append(missing, n)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("not set in the environment: %s", strings.Join(missing, ", "))
}
