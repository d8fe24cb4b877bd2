package main

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"
)

// finalError is the name under which the task function fails for what will not
// go better another time (cloud.ErrFinal): it is not tried again.
const finalError = "FairleadFinal"

// definition is the whole workflow. Every step may be repeated, so an execution
// that failed is gone on with by a further one that starts at the plan again.
//
//	close: plan-close, wait, close-batch*, walk-batch*, verify-batch*, finish-close, statement-batch*
//	pay:   plan-pay, pay-batch*, settle
func (p *payoutStack) definition(s settings, d *data) awsstepfunctions.IChainable {
	sf := jsii.String
	done := awsstepfunctions.NewSucceed(p.stack, sf("Nothing left"), nil)
	statements := p.each(s, d, "statements", "statement-batch")
	toClose := p.step("plan-close", "$.plan", "period", "user")
	toClose.Next(awsstepfunctions.NewChoice(p.stack, sf("Closed already?"), nil).
		When(isTrue("$.plan.done"), statements, nil).
		Otherwise(awsstepfunctions.NewWait(p.stack, sf("Wait for writes under way"), &awsstepfunctions.WaitProps{
			Time: awsstepfunctions.WaitTime_SecondsPath(sf("$.plan.wait"))}).
			Next(p.each(s, d, "close", "close-batch")).
			Next(p.each(s, d, "walk", "walk-batch")).
			Next(p.each(s, d, "verify", "verify-batch")).
			Next(p.step("finish-close", "$.finished", "period", "user")).
			Next(statements)))
	toPay := p.step("plan-pay", "$.plan", "run", "user")
	toPay.Next(awsstepfunctions.NewChoice(p.stack, sf("Settled already?"), nil).
		When(isTrue("$.plan.done"), done, nil).
		Otherwise(p.each(s, d, "lines", "pay-batch").
			Next(p.step("settle", "$.finished", "run", "user"))))
	return awsstepfunctions.NewChoice(p.stack, sf("Which work?"), nil).
		When(awsstepfunctions.Condition_StringEquals(sf("$.work"), sf("close")), toClose, nil).
		When(awsstepfunctions.Condition_StringEquals(sf("$.work"), sf("pay")), toPay, nil).
		Otherwise(awsstepfunctions.NewFail(p.stack, sf("Unknown work"), &awsstepfunctions.FailProps{
			Error: sf(finalError), Cause: sf("work is neither close nor pay")}))
}

func isTrue(path string) awsstepfunctions.Condition {
	return awsstepfunctions.Condition_BooleanEquals(jsii.String(path), jsii.Bool(true))
}

// step calls the function for one step of the work as a whole; of the input it
// passes on the name of the work and the fields named.
func (p *payoutStack) step(step, resultPath string, fields ...string) awsstepfunctionstasks.LambdaInvoke {
	payload := map[string]any{"step": step}
	for _, f := range append(fields, "name") {
		payload[f] = awsstepfunctions.JsonPath_StringAt(jsii.String("$." + f))
	}
	return p.invoke(step, &awsstepfunctionstasks.LambdaInvokeProps{
		Payload: awsstepfunctions.TaskInput_FromObject(&payload), ResultPath: jsii.String(resultPath)})
}

// each is a map over a list of batches that the plan wrote: its items are the
// inputs of the tasks. What the tasks answer is not kept, because all answers of
// a large run are more than a state may hold.
//
// The children are Standard: an Express one ends after five minutes, where a
// batch may take ten (payrunSeconds), and may run twice by itself.
func (p *payoutStack) each(s settings, d *data, list, step string) awsstepfunctions.DistributedMap {
	m := awsstepfunctions.NewDistributedMap(p.stack, jsii.String("Each "+step), &awsstepfunctions.DistributedMapProps{
		Label: jsii.String(strings.ReplaceAll(step, "-", "")), MaxConcurrency: jsii.Number(s.BatchConcurrency),
		MapExecutionType: awsstepfunctions.StateMachineType_STANDARD,
		ItemReader: awsstepfunctions.NewS3JsonItemReader(&awsstepfunctions.S3FileItemReaderProps{
			Bucket: d.batches, Key: awsstepfunctions.JsonPath_StringAt(jsii.String("$.plan." + list))}),
		ResultPath: awsstepfunctions.JsonPath_DISCARD(),
	})
	return m.ItemProcessor(p.invoke(step, &awsstepfunctionstasks.LambdaInvokeProps{
		ResultSelector: &map[string]any{"n": awsstepfunctions.JsonPath_NumberAt(jsii.String("$.count"))}}), nil)
}

// invoke is a task with its retries: none for what is final, a few for all else.
func (p *payoutStack) invoke(step string, props *awsstepfunctionstasks.LambdaInvokeProps) awsstepfunctionstasks.LambdaInvoke {
	props.LambdaFunction, props.PayloadResponseOnly, props.RetryOnServiceExceptions = p.task.fn, jsii.Bool(true), jsii.Bool(false)
	t := awsstepfunctionstasks.NewLambdaInvoke(p.stack, jsii.String(step), props)
	t.AddRetry(&awsstepfunctions.RetryProps{Errors: jsii.Strings(finalError), MaxAttempts: jsii.Number(0)})
	t.AddRetry(&awsstepfunctions.RetryProps{Errors: jsii.Strings("States.ALL"), MaxAttempts: jsii.Number(4), BackoffRate: jsii.Number(2),
		Interval: p.retry, JitterStrategy: awsstepfunctions.JitterType_FULL})
	return t
}
