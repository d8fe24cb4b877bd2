package cloud_test

import (
	"io"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/config"
)

// TestLoad_FindsTheAccountWhereLambdaAndToolsPutIt: region and credentials are in
// the environment of a function, and so is another endpoint, such as LocalStack's.
func TestLoad_FindsTheAccountWhereLambdaAndToolsPutIt(t *testing.T) {
	for name, value := range map[string]string{"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t",
		"AWS_ENDPOINT_URL": "http://localhost:4566", "AWS_CONFIG_FILE": t.TempDir() + "/none", "AWS_PROFILE": "", config.StageVar: "test"} {
		t.Setenv(name, value)
	}
	app, err := cloud.Load("test", time.Now, io.Discard, config.StageVar)
	if err != nil {
		t.Fatal(err)
	}
	found, err := app.AWS.Credentials.Retrieve(t.Context())
	if err != nil || app.AWS.Region != "eu-central-1" || aws.ToString(app.AWS.BaseEndpoint) != "http://localhost:4566" ||
		found.AccessKeyID != "k" || found.SecretAccessKey != "s" || found.SessionToken != "t" {
		t.Errorf("%+v, %+v, %v", app.AWS, found, err)
	}
}
