package main

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"

	"github.com/fairlead/fairlead/internal/workflow"
)

// definition is the whole workflow (workflow.Closing, workflow.Paying). Every
// step may be repeated, so an execution that failed is gone on with by a further
// one that starts at the plan again.
func (p *payoutStack) definition(s settings, d *data) awsstepfunctions.IChainable {
	sf, done := jsii.String, workflow.PathPlan+"."+workflow.FieldDone
	nothing := awsstepfunctions.NewSucceed(p.stack, sf("Nothing left"), nil)
	statements := p.each(s, d, workflow.Statements)
	toClose := p.once(workflow.PlanClose)
	toClose.Next(awsstepfunctions.NewChoice(p.stack, sf("Closed already?"), nil).
		When(isTrue(done), statements, nil).
		Otherwise(awsstepfunctions.NewWait(p.stack, sf("Wait for writes under way"), &awsstepfunctions.WaitProps{
			Time: awsstepfunctions.WaitTime_SecondsPath(sf(workflow.PathPlan + "." + workflow.FieldWait))}).
			Next(p.each(s, d, workflow.CloseBatch)).
			Next(p.each(s, d, workflow.WalkBatch)).
			Next(p.each(s, d, workflow.VerifyBatch)).
			Next(p.once(workflow.FinishClose)).
			Next(statements)))
	toPay := p.once(workflow.PlanPay)
	toPay.Next(awsstepfunctions.NewChoice(p.stack, sf("Settled already?"), nil).
		When(isTrue(done), nothing, nil).
		Otherwise(p.each(s, d, workflow.PayBatch).
			Next(p.once(workflow.Settle))))
	work := sf("$." + workflow.FieldWork)
	return awsstepfunctions.NewChoice(p.stack, sf("Which work?"), nil).
		When(awsstepfunctions.Condition_StringEquals(work, sf(workflow.Close)), toClose, nil).
		When(awsstepfunctions.Condition_StringEquals(work, sf(workflow.Pay)), toPay, nil).
		Otherwise(awsstepfunctions.NewFail(p.stack, sf("Unknown work"), &awsstepfunctions.FailProps{
			Error: sf(workflow.ErrFinal), Cause: sf("work is neither close nor pay")}))
}

func isTrue(path string) awsstepfunctions.Condition {
	return awsstepfunctions.Condition_BooleanEquals(jsii.String(path), jsii.Bool(true))
}

// once calls the function for one step of the work as a whole; of the input it
// passes on the fields that the step names.
func (p *payoutStack) once(step workflow.Step) awsstepfunctionstasks.LambdaInvoke {
	payload := map[string]any{workflow.FieldStep: step.Name}
	for _, f := range step.Passes {
		payload[f] = awsstepfunctions.JsonPath_StringAt(jsii.String("$." + f))
	}
	return p.invoke(step, &awsstepfunctionstasks.LambdaInvokeProps{
		Payload: awsstepfunctions.TaskInput_FromObject(&payload), ResultPath: jsii.String(step.Result)})
}

// each is a map over a list of batches that the plan wrote: its items are the
// inputs of the tasks. What the tasks answer is not kept, because all answers of
// a large run are more than a state may hold.
//
// The children are Standard: an Express one ends after five minutes, where a
// batch may take ten (payrunSeconds), and may run twice by itself.
func (p *payoutStack) each(s settings, d *data, step workflow.Step) awsstepfunctions.DistributedMap {
	m := awsstepfunctions.NewDistributedMap(p.stack, jsii.String("Each "+step.Name), &awsstepfunctions.DistributedMapProps{
		Label: jsii.String(strings.ReplaceAll(step.Name, "-", "")), MaxConcurrency: jsii.Number(s.BatchConcurrency),
		MapExecutionType: awsstepfunctions.StateMachineType_STANDARD,
		ItemReader: awsstepfunctions.NewS3JsonItemReader(&awsstepfunctions.S3FileItemReaderProps{
			Bucket: d.batches, Key: awsstepfunctions.JsonPath_StringAt(jsii.String(workflow.PathPlan + "." + step.List))}),
		ResultPath: awsstepfunctions.JsonPath_DISCARD(),
	})
	return m.ItemProcessor(p.invoke(step, &awsstepfunctionstasks.LambdaInvokeProps{
		ResultSelector: &map[string]any{"n": awsstepfunctions.JsonPath_NumberAt(jsii.String("$." + workflow.FieldCount))}}), nil)
}

// invoke is a task with its retries: none for what is final, a few for all else.
func (p *payoutStack) invoke(step workflow.Step, props *awsstepfunctionstasks.LambdaInvokeProps) awsstepfunctionstasks.LambdaInvoke {
	props.LambdaFunction, props.PayloadResponseOnly, props.RetryOnServiceExceptions = p.task.fn, jsii.Bool(true), jsii.Bool(false)
	t := awsstepfunctionstasks.NewLambdaInvoke(p.stack, jsii.String(step.Name), props)
	t.AddRetry(&awsstepfunctions.RetryProps{Errors: jsii.Strings(workflow.ErrFinal), MaxAttempts: jsii.Number(0)})
	t.AddRetry(&awsstepfunctions.RetryProps{Errors: jsii.Strings("States.ALL"), MaxAttempts: jsii.Number(4), BackoffRate: jsii.Number(2),
		Interval: p.retry, JitterStrategy: awsstepfunctions.JitterType_FULL})
	return t
}
