package archtest

// room is one row of the import table: what a package may import of ours and of
// others, and why.
type room struct {
	path    string   // below the module; a row covers this package only, "x/..." also those inside
	pure    bool     // no context, no clock, no chance, no input or output
	imports []string // rooms, or names of groups
	modules []string // path prefixes of other people's packages
	why     string
}

// The groups, left to right: nothing knows anything on its right.
var groups = map[string][]string{
	"nouns":     {"fault", "money", "seal", "channel"},
	"questions": {"history", "ledger", "value", "routing", "incentive", "payout", "statement", "programme", "document", "condition"},
	"state":     {"store"},
	"uses":      {"wire", "documents", "valuing", "views", "assign", "sweep", "intake", "closing", "paying", "usecases", "audit"},
}

const internalDir = "internal/"

var rooms = []room{
	{"internal/fault", true, nil, nil, "the vocabulary of failure stands at the very left"},
	{"internal/money", true, nil, nil, "arithmetic knows nothing of us, std only"},
	{"internal/clv", true, []string{"fault"}, []string{"gonum.org/v1/gonum", "golang.org/x/sync"}, "floats live here and know no room, so that they cannot leak"},
	{"internal/seal", true, []string{"fault"}, []string{"github.com/transparency-dev/merkle", "github.com/go-json-experiment/json"},
		"canonical bytes and proofs are of any content; RFC 6962 and RFC 8785 are the libraries'"},
	{"internal/strictjson", true, nil, []string{"github.com/go-json-experiment/json"}, "strictness knows no caller, and no words for one"},
	{"internal/document", true, []string{"fault", "strictjson"}, []string{"github.com/santhosh-tekuri/jsonschema/v6", "golang.org/x/text"}, "strict reading knows no document"},
	{"internal/condition", true, []string{"fault", "document"}, []string{"github.com/expr-lang/expr"}, "the language of `when` knows no variables"},
	{"internal/channel", true, []string{"fault", "money", "seal"}, []string{"golang.org/x/text"}, "the nouns decide nothing; whether two names are one person's is RFC 8265's to say"},
	{"internal/history", true, []string{"nouns"}, nil, "what was true, not what should be"},
	{"internal/programme", true, []string{"nouns", "document"}, nil, "one document; its value type is a noun"},
	{"internal/ledger", true, []string{"nouns", "history"}, nil, "transfers never know statements"},
	{"internal/value", true, []string{"nouns", "history", "clv"}, nil, "the only bridge from floats"},
	{"internal/routing", true, []string{"nouns", "history", "document", "condition"}, nil, "who serves; it knows no pay"},
	{"internal/incentive", true, []string{"nouns", "history", "document", "condition", "ledger"}, nil, "what is paid; it knows no routing"},
	{"internal/payout", true, []string{"nouns", "history", "ledger"}, nil, "the life of a run; it knows no plan"},
	{"internal/statement", true, []string{"nouns", "history", "ledger", "incentive"}, []string{"golang.org/x/text"}, "the partner's document of a computed month; CSV cells are made safe in one place, here"},
	{"internal/rail", false, []string{"nouns", "payout", "statement"}, []string{"github.com/moov-io/iso20022"}, "the banks' words for a payout's attempts; a call has a context, and may fail"},
	{"internal/cache", false, nil, []string{"golang.org/x/sync"}, "remembers anything under a name; it knows no room"},
	{"internal/sidebyside", false, nil, []string{"golang.org/x/sync"}, "does anything a few at a time; it knows no room"},
	{"internal/table", false, []string{"fault"}, nil, "the storage port knows nothing that is stored"},
	{"internal/table/tabletest", false, []string{"fault", "table"}, []string{"github.com/anishathalye/porcupine", "pgregory.net/rapid", "github.com/google/go-cmp"}, "one suite over every implementation"},
	{"internal/table/faulty", false, []string{"fault", "table"}, nil, "faults over any implementation"},
	{"internal/table/bolt", false, []string{"fault", "table"}, []string{"go.etcd.io/bbolt", "golang.org/x/sys"}, "one implementation"},
	{"internal/table/dynamo", false, []string{"fault", "table"}, []string{"github.com/aws/"}, "one implementation, the only one that knows the cloud"},
	{"internal/store", false, []string{"nouns", "questions", "table"}, []string{"github.com/go-json-experiment/json"}, "the one place where the data model lives"},
	{"internal/wire", true, []string{"nouns", "value"}, nil, "what is asked and answered, once, for servers, clients and the command line"},
	{"internal/documents", false, []string{"nouns", "questions", "clv", "cache", "state", "wire"}, nil, "what is in force; it knows no customer's fate"},
	{"internal/valuing", false, []string{"nouns", "questions", "clv", "sidebyside", "state", "wire", "documents"}, nil, "what customers are worth; it moves nobody"},
	{"internal/views", false, []string{"nouns", "questions", "state", "wire", "documents", "valuing"}, nil, "what people read back; it writes nothing"},
	{"internal/assign", false, []string{"nouns", "questions", "state", "wire", "documents", "valuing", "views"}, nil, "who gets a customer, whoever asks"},
	{"internal/sweep", false, []string{"nouns", "questions", "state", "wire", "documents", "valuing", "assign"}, nil, "what the clock asks for; assign decides"},
	{"internal/intake", false, []string{"nouns", "questions", "state", "wire", "documents", "views", "assign", "sweep"}, nil, "facts come in, and cause what they cause"},
	{"internal/workflow", true, nil, nil, "names that the stacks, the functions and the use cases agree on, std only"},
	{"internal/closing", false, []string{"nouns", "questions", "clv", "cache", "sidebyside", "store", "wire", "workflow"}, nil, "what is owed; it pays nobody, and knows the store by its nouns"},
	{"internal/paying", false, []string{"nouns", "questions", "rail", "sidebyside", "cache", "store", "wire", "workflow", "closing"}, nil, "moves what closing says is owed"},
	{"internal/usecases", false, []string{"nouns", "rail", "state", "uses"}, nil, "wires the rooms on a store, in the order in which they know each other"},
	{"internal/moneytest", false, []string{"nouns", "questions", "rail", "state", "table", "table/faulty", "uses"}, nil, "an installation for the tests of closing and paying; nothing that ships"},
	{"internal/audit", false, []string{"nouns", "questions", "clv", "state"}, nil, "re-derives everything without the code that wrote it"},
	{"internal/announce", false, []string{"nouns", "routing", "state"}, nil, "what an insert means to others; who hears it is for the callers"},
	{"internal/source", true, []string{"nouns", "document", "clv", "value"}, []string{"github.com/standard-webhooks"}, "the outside's formats become facts here and nowhere else"},
	{"events", true, nil, nil, "samples and schemas, embedded"},
	{".", true, nil, nil, "the version, embedded, for the programs"},
	{"internal/httpapi", false, []string{"nouns", "questions", "store", "uses", "source", "events", "config", "strictjson"},
		[]string{"github.com/golang-jwt/jwt/v5", "github.com/MicahParks/", "github.com/go-json-experiment/json", "github.com/go-playground/validator/v10", "golang.org/x/time"}, "the doors; they never meet a table"},
	{"client", false, []string{"fault", "channel", "value", "statement", "wire"}, nil, "what callers import: the words of wire by names they can reach, and std only"},
	{"internal/inprocess", false, nil, nil, "a transport, std only"},
	{"internal/config", false, []string{"fault", "channel"}, nil, "the only reader of the environment; which rails a stage may name stands with the nouns"},
	{"internal/sample", false, []string{"nouns", "document"}, nil, "people and steps, fed through the doors"},
	{"e2e", false, nil, nil, "stories told through the command line alone"},
	{"localstack", false, nil, nil, "tests of its scripts"},
	{"internal/cdnow", false, nil, nil, "tests and benchmarks of everything at once, on real orders; nothing that ships"},
	{"internal/archtest", false, nil, nil, "reads source only"},
	{"internal/cloud", false, []string{"fault", "config", "cloud/metrics"}, []string{"github.com/aws/aws-lambda-go", "github.com/aws/aws-sdk-go-v2/aws", "github.com/aws/aws-sdk-go-v2/config", "github.com/aws/smithy-go"}, "what every function has; a client here would be linked into all of them"},
	{"internal/cloud/wiring", false, []string{"state", "uses", "rail", "cloud", "table", "table/dynamo"}, nil, "the use cases on DynamoDB"},
	{"internal/cloud/gateway", false, []string{"cloud", "cloud/metrics", "lambdahttp"}, []string{"github.com/aws/aws-lambda-go"}, "what the gateway sends, whoever answers"},
	{"internal/cloud/api", false, []string{"state", "uses", "httpapi", "cloud", "cloud/wiring", "cloud/gateway"}, nil, "the whole API; it needs no client of its own"},
	{"internal/cloud/hook", false, []string{"fault", "source", "httpapi", "cloud", "cloud/gateway"}, []string{"github.com/aws/aws-sdk-go-v2/aws", "github.com/aws/aws-sdk-go-v2/service/sqs", "github.com/aws/aws-sdk-go-v2/service/secretsmanager"}, "queue and secrets are its alone; it has no table"},
	{"internal/cloud/worker", false, []string{"nouns", "uses", "source", "cloud", "cloud/wiring", "cloud/metrics"}, []string{"github.com/aws/aws-lambda-go"}, "the queue calls it; it has no client of the queue"},
	{"internal/cloud/task", false, []string{"nouns", "questions", "state", "uses", "workflow", "cloud", "cloud/wiring", "cloud/metrics"}, []string{"github.com/aws/aws-lambda-go", "github.com/aws/aws-sdk-go-v2/aws", "github.com/aws/aws-sdk-go-v2/service/s3"}, "the bucket is its alone"},
	{"internal/cloud/sweep", false, []string{"nouns", "uses", "cloud", "cloud/wiring", "cloud/metrics"}, nil, "who says what is running is for the function"},
	{"internal/cloud/stream", false, []string{"nouns", "store", "uses", "announce", "cloud", "cloud/wiring", "cloud/metrics"}, []string{"github.com/aws/aws-lambda-go", "github.com/aws/aws-sdk-go-v2/aws", "github.com/aws/aws-sdk-go-v2/service/eventbridge"}, "the bus is its alone"},
	{"internal/cloud/machine", false, []string{"uses", "workflow", "cloud"}, []string{"github.com/aws/aws-sdk-go-v2/aws", "github.com/aws/aws-sdk-go-v2/service/sfn"}, "the state machine, for those that start it and those that watch it"},
	{"internal/cloud/metrics", false, nil, nil, "names that stacks read too, std only"},
	{"internal/lambdahttp", false, nil, []string{"github.com/aws/", "github.com/akrylysov/algnhsa"}, "an adapter and only what it lacks"},
	{"cmd/...", false, []string{"*"}, []string{"github.com/alecthomas/kong", "github.com/spf13/", "github.com/schollz/progressbar/v3", "golang.org/x/term", "golang.org/x/text"}, "wires everything"},
	{"functions/...", false, []string{"*"}, []string{"github.com/aws/"}, "wires everything, one trigger each"},
	{"infra/...", false, []string{"store", "config", "workflow", "cloud/metrics"}, []string{"github.com/aws/", "github.com/cdklabs/"}, "stacks know the schema, the workflow and names of variables and metrics, nothing else"},
}

// Who may do what the rest may not; every entry is a room or a folder.
var (
	cloudRooms  = []string{"internal/table/dynamo", "internal/cloud", "internal/lambdahttp", "infra", "functions"}
	clockRooms  = []string{"cmd", "functions", "internal/table/dynamo"}
	statusRooms = []string{"internal/httpapi", "internal/lambdahttp", "client", "internal/inprocess"} // a client reads them, it does not choose them
	environs    = []string{"internal/config"}
	tableRooms  = []string{"internal/table", "internal/store", "internal/cloud/wiring", "cmd", "functions", "internal/moneytest"} // the port, who speaks to it, and who chooses one
	keyRooms    = []string{"internal/store", "internal/moneytest"}
	floatRooms  = []string{"infra",
		"internal/clv", "internal/value", "internal/condition", // values and comparing
		"internal/valuing/fit.go", "internal/views/value.go", "internal/views/balance.go", "internal/wire/models.go", "internal/wire/values.go", "internal/source/rfm.go", // what people are shown of a model
		"internal/routing/rules.go", "internal/routing/alternatives_value.go", "internal/incentive/match.go", // the variables that conditions compare
		"internal/store/store.go", "internal/table/bolt", // jitter of a pause, fill of a page: no amounts
		"internal/sample", "cmd",
	}
)

// impure are the standard packages that a pure room cannot be pure with.
var impure = []string{"context", "net", "net/http", "os", "os/exec", "os/signal", "os/user", "syscall", "log", "log/slog", "math/rand", "math/rand/v2", "crypto/rand", "database/sql", "testing", "unsafe", "runtime/debug"}

// vague are names that say nothing about what a package owns.
var vague = []string{"types", "models", "model", "utils", "util", "common", "domain", "repository", "adapters", "helpers", "misc", "base", "shared"}
