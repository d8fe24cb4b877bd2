package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "fairlead-infra")
	must(err)
	prodDir = dir
	code := m.Run()
	jsii.Close()
	must(os.RemoveAll(dir))
	os.Exit(code)
}

// made is the synthesised stacks of a stage.
type synthesised struct {
	dir       string
	resources map[string]resource // by stack and logical id: Data/Ledger1234
}

// resource is one of a template.
type resource struct {
	Type                string
	Properties          map[string]any
	DeletionPolicy      string
	UpdateReplacePolicy string
}

// prodDir is where prod is synthesised to.
var prodDir string

// prod is synthesised once, with cdk-nag's rules on.
var prod = sync.OnceValue(func() *synthesised {
	return synthesise(prodDir, map[string]any{"stage": "prod", "issuer": "https://id.example", "jwksUrl": "https://id.example/keys"})
})

// synthesise makes the templates with cdk.json's context and these settings, and
// functions that are empty.
func synthesise(dir string, settings map[string]any) *synthesised {
	var project struct{ Context map[string]any }
	must(json.Unmarshal(mustRead("../cdk.json"), &project))
	for k, v := range settings {
		project.Context[k] = v
	}
	dist := filepath.Join(dir, "dist")
	for _, f := range functionNames {
		must(os.MkdirAll(filepath.Join(dist, f), 0o700))
		must(os.WriteFile(filepath.Join(dist, f, "bootstrap"), []byte("#!/bin/sh\n"), 0o700)) // #nosec G306 -- it is to be run
	}
	project.Context["dist"] = dist
	out := filepath.Join(dir, "out")
	app := awscdk.NewApp(&awscdk.AppProps{Context: &project.Context, Outdir: jsii.String(out)})
	must(build(app))
	awscdk.Aspects_Of(app).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{
		Verbose: jsii.Bool(true), Reports: jsii.Bool(true), ReportFormats: &[]cdknag.NagReportFormat{cdknag.NagReportFormat_JSON}}), nil)
	app.Synth(nil)
	return read(out)
}

func read(out string) *synthesised {
	s := &synthesised{dir: out, resources: map[string]resource{}}
	names, err := filepath.Glob(filepath.Join(out, "*.template.json"))
	must(err)
	for _, name := range names {
		var template struct{ Resources map[string]resource }
		must(json.Unmarshal(mustRead(name), &template))
		stack := strings.Split(filepath.Base(name), "-")[2]
		for id, r := range template.Resources {
			s.resources[strings.TrimSuffix(stack, ".template.json")+"/"+id] = r
		}
	}
	return s
}

// of is all resources of a type.
func (s *synthesised) of(kind string) map[string]resource {
	out := map[string]resource{}
	for id, r := range s.resources {
		if r.Type == kind {
			out[id] = r
		}
	}
	return out
}

// text is a resource's properties as JSON.
func (r resource) text() string {
	b, err := json.Marshal(r.Properties)
	must(err)
	return string(b)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func mustRead(name string) []byte {
	b, err := os.ReadFile(name)
	must(err)
	return b
}
