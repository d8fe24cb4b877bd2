// Command infra declares Fairlead on AWS with the CDK: one file per stack, one
// function per family of resources. The CDK's command line runs it from the top
// of the repository, as cdk.json there says.
//
//	data.go      the two tables, the buckets of statements and batches, the topic of alarms
//	payout.go    the state machine that closes and pays, with its task function
//	service.go   API, queue, event bus, schedules and their functions
//
// Privileges are enumerated in privileges.go: there are no grant helpers, so what
// a function may do is what is written there. Alarms are a table in alarms.go,
// which docs/operations.md explains one by one.
package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

func main() {
	app := awscdk.NewApp(nil)
	err := build(app)
	if err == nil {
		app.Synth(nil)
	}
	jsii.Close()
	if err != nil {
		fmt.Fprintln(os.Stderr, "infra:", err)
		os.Exit(1)
	}
}

// installation is the stacks of one stage.
type installation struct {
	data    *data
	payout  *payoutStack
	service *serviceStack
}

// build makes the stacks of the stage that the context names.
func build(app awscdk.App) error {
	s, err := readSettings(app.Node())
	if err != nil {
		return err
	}
	in := &installation{}
	in.data = newData(app, s)
	in.payout = newPayout(app, s, in.data)
	in.service = newService(app, s, in.data, in.payout)
	for _, stack := range []awscdk.Stack{in.data.stack, in.payout.stack, in.service.stack} {
		awscdk.Tags_Of(stack).Add(jsii.String("application"), jsii.String("fairlead"), nil)
		awscdk.Tags_Of(stack).Add(jsii.String("stage"), jsii.String(s.Stage), nil)
	}
	explain(in)
	return nil
}
