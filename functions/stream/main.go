// Command stream is the function of the ledger's stream: what is told to the bus, and strays.
package main

import (
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/cloud/stream"
	"github.com/fairlead/fairlead/internal/cloud/wiring"
	"github.com/fairlead/fairlead/internal/config"
)

var work *stream.Stream

func init() {
	app := cloud.Must(
		cloud.Load(metrics.Stream, time.Now, os.Stdout, config.LedgerTableVar, config.StateTableVar, config.BusNameVar),
	)
	work = stream.New(app, wiring.New(app), stream.NewBus(app))
}

func main() { lambda.Start(work.Handle) }
