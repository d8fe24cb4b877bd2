// Command payrun is the function of the state machine's tasks: closing and paying.
package main

import (
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/cloud/task"
	"github.com/fairlead/fairlead/internal/cloud/wiring"
	"github.com/fairlead/fairlead/internal/config"
)

var work *task.Payrun

func init() {
	app := cloud.Must(cloud.Load(metrics.Payrun, time.Now, os.Stdout, config.LedgerTableVar, config.StateTableVar,
		config.StatementBucketVar, config.BatchBucketVar))
	work = task.New(app, wiring.New(app), task.NewFiles(app))
}

func main() { lambda.Start(work.Handle) }
