package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/config"
)

// payoutStack closes months and pays runs: a Standard workflow whose executions
// are named by the work, so that starting twice is one.
type payoutStack struct {
	stack   awscdk.Stack
	task    *made
	machine awsstepfunctions.StateMachine
	arn     *string // of the machine, by its name
	name    *string
	retry   awscdk.Duration // before a step that failed is tried again the first time
}

func newPayout(app awscdk.App, s settings, d *data) *payoutStack {
	p := &payoutStack{stack: s.stack(app, "Payout", "Fairlead: closes months and pays runs"), name: s.name("payout"),
		retry: awscdk.Duration_Seconds(jsii.Number(s.RetrySeconds))}
	p.arn = p.statesARN("stateMachine", *p.name)
	p.function(s, d)
	p.stateMachine(s, d)
	p.watch(s, d)
	awscdk.NewCfnOutput(p.stack, jsii.String("StateMachine"), &awscdk.CfnOutputProps{Value: p.arn})
	awscdk.NewCfnOutput(p.stack, jsii.String("PayrunFunction"), &awscdk.CfnOutputProps{Value: p.task.fn.FunctionName()})
	return p
}

// statesARN is the ARN of something of Step Functions by name: what a machine
// may do to itself cannot refer to it.
func (p *payoutStack) statesARN(kind, name string) *string {
	return awscdk.Stack_Of(p.stack).FormatArn(&awscdk.ArnComponents{Service: jsii.String("states"), Resource: jsii.String(kind),
		ResourceName: jsii.String(name), ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME})
}

// function is the one behind every task.
func (p *payoutStack) function(s settings, d *data) {
	env := d.tableNames()
	env[config.StatementBucketVar], env[config.BatchBucketVar] = d.statements.BucketName(), d.batches.BucketName()
	p.task = s.function(p.stack, function{
		name: metrics.Payrun, about: "the steps of close and pay", timeoutSec: payrunSeconds, memoryMB: s.WorkMemoryMB, env: env,
		allowed: append(d.books(), objects(d.batches, "runs/", "s3:GetObject", "s3:PutObject"), objects(d.statements, "statements/", "s3:PutObject")),
	})
}

func (p *payoutStack) stateMachine(s settings, d *data) {
	logs := awslogs.NewLogGroup(p.stack, jsii.String("MachineLogs"), &awslogs.LogGroupProps{
		LogGroupName: jsii.String("/aws/vendedlogs/states/" + *p.name), Retention: retention(s.LogDays), RemovalPolicy: awscdk.RemovalPolicy_DESTROY})
	r := awsiam.NewRole(p.stack, jsii.String("MachineRole"), &awsiam.RoleProps{AssumedBy: awsiam.NewServicePrincipal(jsii.String("states.amazonaws.com"), nil)})
	role := fixed(p.stack, "Machine", r, p.machineMay(d))
	p.machine = awsstepfunctions.NewStateMachine(p.stack, jsii.String("Machine"), &awsstepfunctions.StateMachineProps{
		StateMachineName: p.name, StateMachineType: awsstepfunctions.StateMachineType_STANDARD,
		DefinitionBody: awsstepfunctions.DefinitionBody_FromChainable(p.definition(s, d)),
		Role:           role, Timeout: awscdk.Duration_Hours(jsii.Number(24)), TracingEnabled: jsii.Bool(true),
		Logs: &awsstepfunctions.LogOptions{Destination: logs, Level: awsstepfunctions.LogLevel_ALL, IncludeExecutionData: jsii.Bool(false)},
	})
	p.machine.Node().TryRemoveChild(jsii.String("DistributedMapPolicy")) // CDK's own, with more than is used: see machineMay
	p.machine.Node().AddDependency(p.stack.Node().FindChild(jsii.String("MachinePrivileges")))
}

// machineMay is what the machine itself may do: call the task, read the lists
// of batches, start the maps' children and write its log and traces.
func (p *payoutStack) machineMay(d *data) []awsiam.PolicyStatement {
	return []awsiam.PolicyStatement{
		statement(on(p.task.fn.FunctionArn()), "lambda:InvokeFunction"),
		objects(d.batches, "runs/", "s3:GetObject"),
		statement(on(p.arn), "states:StartExecution"),
		statement(on(p.statesARN("execution", *p.name+"/*")), "states:DescribeExecution", "states:StopExecution"),
		statement(*jsii.Strings("*"), "logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeLogGroups",
			"logs:DescribeResourcePolicies", "logs:GetLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery"),
		statement(*jsii.Strings("*"), "xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments"),
	}
}
