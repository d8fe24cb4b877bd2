// Command worker is the function that applies the webhooks of the queue.
package main

import (
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/cloud/wiring"
	"github.com/fairlead/fairlead/internal/cloud/worker"
	"github.com/fairlead/fairlead/internal/config"
	"github.com/fairlead/fairlead/internal/source"
)

var work *worker.Worker

func init() {
	app := cloud.Must(cloud.Load(metrics.Worker, time.Now, os.Stdout, config.LedgerTableVar, config.StateTableVar))
	work = worker.New(app, source.KnownSenders(), wiring.New(app))
}

func main() { lambda.Start(work.Handle) }
