// Command api is the function behind API Gateway that serves the whole API.
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
	app := cloud.Must(cloud.Load(metrics.API, time.Now, os.Stdout, config.LedgerTableVar, config.StateTableVar, config.StateMachineVar))
	core := app.Core()
	door = cloud.Must(app.API(core, app.Machine(core.Payrun), ""))
}

func main() { lambda.Start(door.Handle) }
