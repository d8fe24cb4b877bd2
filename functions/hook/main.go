// Command hook is the function behind API Gateway that verifies webhooks and
// puts them into the queue.
package main

import (
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/cloud/gateway"
	"github.com/fairlead/fairlead/internal/cloud/hook"
	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/config"
	"github.com/fairlead/fairlead/internal/source"
)

var gate *gateway.Door

func init() {
	app := cloud.Must(cloud.Load(metrics.Hook, time.Now, os.Stdout, config.QueueURLVar, config.HookSecretsVar))
	gate = hook.New(app, source.KnownSenders(), hook.NewSecrets(app), hook.NewQueue(app))
}

func main() { lambda.Start(gate) }
