// Command sweep is the function that the schedule calls: offers, waiting and orphaned customers.
package main

import (
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/config"
)

var work *cloud.Sweep

func init() {
	app := cloud.Must(cloud.Load(metrics.Sweep, time.Now, os.Stdout, config.LedgerTableVar, config.StateTableVar))
	work = app.Sweep(app.Core())
}

func main() { lambda.Start(work.Handle) }
