package main

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

func TestSettings_ThatWouldDeploySomethingElseAreRefused(t *testing.T) {
	for wrong, settings := range map[string]map[string]any{
		"stage":        {"stage": "Prod!"},
		"arch":         {"arch": "amd64"},
		"devKeys":      {"stage": "prod", "devKeys": `{"keys":[]}`},
		"jwksUrl":      {"issuer": "https://id.example"},
		"960":          {"stage": "prod", "graceSeconds": "30"},
		"number":       {"rateLimit": "many"},
		"restored":     {"restored": "r1"},
		"nightHour":    {"nightHour": "24"},
		"retrySeconds": {"retrySeconds": "0"},
		"queueVisible": {"queueVisibleSeconds": "0"},
		"pays nobody":  {"stage": "prod", "rail": "sandbox"},
		"want file":    {"rail": "bank"},
	} {
		app := awscdk.NewApp(&awscdk.AppProps{Context: &settings})
		if _, err := readSettings(app.Node()); err == nil || !strings.Contains(err.Error(), wrong) {
			t.Errorf("%v: %v does not say %s", settings, err, wrong)
		}
	}
}

func TestLocalStage_HasNoFenceAndHandsMessagesBackSoon(t *testing.T) {
	app := awscdk.NewApp(&awscdk.AppProps{Context: &map[string]any{"stage": "local", "arch": "x86_64"}})
	s, err := readSettings(app.Node())
	if err != nil || s.Rail != "file" || s.LeaseSec != 0 || s.WriteSec != 0 || s.GraceS != 0 || s.QueueTries != 2 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestSandbox_IsTakenWhereItIsNamedAndMayBe(t *testing.T) {
	for _, stage := range []string{"local", "dev"} {
		app := awscdk.NewApp(&awscdk.AppProps{Context: &map[string]any{"stage": stage, "rail": "sandbox"}})
		if s, err := readSettings(app.Node()); err != nil || s.Rail != "sandbox" {
			t.Errorf("%s: %q, %v", stage, s.Rail, err)
		}
	}
}
