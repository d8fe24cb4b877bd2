// Command hook is the function behind API Gateway that verifies webhooks and
// puts them into the queue.
package main

import (
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/config"
)

var door *cloud.Door

func init() {
	app := cloud.Must(cloud.Load(metrics.Hook, time.Now, os.Stdout, config.QueueURLVar, config.HookSecretsVar))
	door = app.Hook(app.Secrets(), app.Queue())
}

func main() { lambda.Start(door.Handle) }
