package cloud_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const services = "github.com/aws/aws-sdk-go-v2/service/"

// clients are those of AWS that each function needs.
var clients = map[string][]string{
	"api": {"dynamodb", "sfn"}, "hook": {"secretsmanager", "sqs"}, "worker": {"dynamodb"},
	"payrun": {"dynamodb", "s3"}, "sweep": {"dynamodb", "sfn"}, "stream": {"dynamodb", "eventbridge"},
}

// slow are packages that take long before main, used or not.
var slow = map[string]string{
	"github.com/santhosh-tekuri/jsonschema": "compiles the meta-schemas of five drafts",
	"github.com/go-playground/":             "makes tables of countries, currencies and languages",
	"github.com/gabriel-vasile/mimetype":    "makes a tree of file types",
	"github.com/getkin/kin-openapi":         "compiles patterns of formats",
	"github.com/aws/aws-sdk-go-v2/config":   "links clients of sign-on and tokens",
}

// TestFunctions_LinkTheirOwnClientsAndNothingThatIsSlowBeforeMain: what a package
// does before main is done at every cold start of every function that links it,
// whether a request needs it or not. The bound itself is measured by make coldstart.
func TestFunctions_LinkTheirOwnClientsAndNothingThatIsSlowBeforeMain(t *testing.T) {
	out, err := exec.Command("go", "list", "-tags", "lambda.norpc", "-f", `{{.Name}} {{.ImportPath}} {{join .Deps " "}}`, "../../functions/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		name := fields[1][strings.LastIndexByte(fields[1], '/')+1:]
		seen++
		var linked []string
		for _, pkg := range fields[2:] {
			service, ok := strings.CutPrefix(pkg, services)
			if ok && !strings.Contains(service, "/") {
				linked = append(linked, service)
			}
			if ok && strings.HasSuffix(service, "/schemas") {
				t.Errorf("%s links %s: tables of every operation, made before main; see docs/adr/0009", name, pkg)
			}
			for prefix, why := range slow {
				if strings.HasPrefix(pkg, prefix) {
					t.Errorf("%s links %s, which %s before main", name, pkg, why)
				}
			}
		}
		if slices.Sort(linked); !slices.Equal(linked, clients[name]) {
			t.Errorf("%s links the clients %v, want %v", name, linked, clients[name])
		}
	}
	if seen != len(clients) {
		t.Errorf("%d functions, want %d", seen, len(clients))
	}
}
