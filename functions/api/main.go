// Command api is the function behind API Gateway that serves the whole API.
package main

import (
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/fairlead/fairlead"
	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/cloud/api"
	"github.com/fairlead/fairlead/internal/cloud/gateway"
	"github.com/fairlead/fairlead/internal/cloud/machine"
	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/cloud/wiring"
	"github.com/fairlead/fairlead/internal/config"
)

var gate *gateway.Door

func init() {
	app := cloud.Must(
		cloud.Load(metrics.API, time.Now, os.Stdout, config.LedgerTableVar, config.StateTableVar, config.StateMachineVar),
	)
	c := wiring.New(app)
	gate = cloud.Must(api.New(app, c, machine.New(app, c.UseCases), fairlead.Version))
}

func main() { lambda.Start(gate) }
