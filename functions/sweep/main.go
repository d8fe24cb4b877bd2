// Command sweep is the function that the schedules call: offers, waiting and
// orphaned customers, and by night the values.
package main

import (
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/cloud/machine"
	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/cloud/sweep"
	"github.com/fairlead/fairlead/internal/cloud/wiring"
	"github.com/fairlead/fairlead/internal/config"
)

var work *sweep.Sweep

func init() {
	app := cloud.Must(
		cloud.Load(metrics.Sweep, time.Now, os.Stdout, config.LedgerTableVar, config.StateTableVar, config.StateMachineVar),
	)
	c := wiring.New(app)
	work = sweep.New(app, c, machine.New(app, c.UseCases))
}

func main() { lambda.Start(work.Handle) }
