package cloud_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const services = "github.com/aws/aws-sdk-go-v2/service/"

// common are the clients that the SDK links to find credentials.
var common = []string{"signin", "sso", "ssooidc", "sts"}

// clients are those of AWS that each function needs beside them.
var clients = map[string][]string{
	"api": {"dynamodb", "sfn"}, "hook": {"secretsmanager", "sqs"}, "worker": {"dynamodb"},
	"payrun": {"dynamodb", "s3"}, "sweep": {"dynamodb", "sfn"}, "stream": {"dynamodb", "eventbridge"},
}

// TestFunctions_LinkTheirOwnClientsAlone: what a client does before main is done
// at every cold start of every function that links it, whether a request needs it
// or not. What that comes to is measured by make coldstart.
func TestFunctions_LinkTheirOwnClientsAlone(t *testing.T) {
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
			if ok && !strings.Contains(service, "/") && !slices.Contains(common, service) {
				linked = append(linked, service)
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
