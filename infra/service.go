package main

import (
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambdaeventsources"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/config"
)

// serviceStack is the doors, and what works behind them.
type serviceStack struct {
	stack                              awscdk.Stack
	bus                                awsevents.EventBus
	queue, deadLetters, streamFailures awssqs.Queue
	secret                             awssecretsmanager.Secret
	api, hook, worker, sweep, stream   *made
	rest                               awsapigateway.RestApi
}

func newService(app awscdk.App, s settings, d *data, p *payoutStack) *serviceStack {
	v := &serviceStack{stack: s.stack(app, "Service", "Fairlead: API, webhooks, schedule and events")}
	v.bus = awsevents.NewEventBus(v.stack, jsii.String("Bus"), &awsevents.EventBusProps{EventBusName: s.name("events"),
		Description: jsii.String("Fairlead tells decisions, offers and statements here")})
	v.queues(s)
	v.webhookSecret(s)
	v.doors(s, d, p)
	v.followers(s, d)
	v.schedules(s, d, p)
	v.gateway(s)
	v.watch(s, d)
	v.dashboard(s, d, p)
	return v
}

// queues makes where webhooks wait, and where what keeps failing ends up.
func (v *serviceStack) queues(s settings) {
	queue := func(id string, props *awssqs.QueueProps) awssqs.Queue {
		props.EnforceSSL, props.Encryption = jsii.Bool(true), awssqs.QueueEncryption_SQS_MANAGED
		props.RetentionPeriod = awscdk.Duration_Days(jsii.Number(14))
		return awssqs.NewQueue(v.stack, jsii.String(id), props)
	}
	v.deadLetters = queue("DeadLetters", &awssqs.QueueProps{})
	v.streamFailures = queue("StreamFailures", &awssqs.QueueProps{})
	v.queue = queue("Webhooks", &awssqs.QueueProps{
		VisibilityTimeout: awscdk.Duration_Seconds(jsii.Number(s.QueueVisibleSeconds)),
		DeadLetterQueue:   &awssqs.DeadLetterQueue{Queue: v.deadLetters, MaxReceiveCount: jsii.Number(s.QueueTries)},
	})
	awscdk.NewCfnOutput(v.stack, jsii.String("WebhookQueue"), &awscdk.CfnOutputProps{Value: v.queue.QueueUrl()})
	awscdk.NewCfnOutput(v.stack, jsii.String("DeadLetterQueue"), &awscdk.CfnOutputProps{Value: v.deadLetters.QueueUrl()})
}

// webhookSecret keeps the secrets of webhooks. It is made without any, so that
// nothing is believed until an operator puts one in.
func (v *serviceStack) webhookSecret(s settings) {
	first := `{"standard":[]}`
	if s.HookSecrets != "" {
		first = s.HookSecrets
	}
	v.secret = awssecretsmanager.NewSecret(v.stack, jsii.String("WebhookSecrets"), &awssecretsmanager.SecretProps{
		SecretName: s.name("webhooks"), Description: jsii.String("Active secrets of webhooks by source, newest first"),
		SecretStringValue: awscdk.SecretValue_UnsafePlainText(jsii.String(first)), RemovalPolicy: awscdk.RemovalPolicy_RETAIN,
	})
}

// doors makes the two functions behind the gateway.
func (v *serviceStack) doors(s settings, d *data, p *payoutStack) {
	env := d.tableNames()
	for name, value := range map[string]string{config.IssuerVar: s.Issuer, config.AudienceVar: s.Audience, config.ScopeVar: s.Scope,
		config.JWKSURLVar: s.JWKSURL, config.DevKeysVar: s.DevKeys} {
		if value != "" {
			env[name] = jsii.String(value)
		}
	}
	env[config.StateMachineVar] = p.arn
	v.api = s.function(v.stack, function{
		name: metrics.API, about: "the HTTP API", timeoutSec: apiSeconds, memoryMB: s.APIMemoryMB, env: env,
		allowed: append(d.books(), statement(on(p.arn), "states:StartExecution"),
			statement(on(p.statesARN("execution", *p.name+":*")), "states:DescribeExecution")),
	})
	v.hook = s.function(v.stack, function{
		name: metrics.Hook, about: "webhooks, verified and queued", timeoutSec: hookSeconds, memoryMB: s.WorkMemoryMB,
		env: map[string]*string{config.QueueURLVar: v.queue.QueueUrl(), config.HookSecretsVar: v.secret.SecretArn()},
		allowed: []awsiam.PolicyStatement{statement(on(v.queue.QueueArn()), "sqs:SendMessage"),
			statement(on(v.secret.SecretArn()), "secretsmanager:GetSecretValue")},
	})
}

// followers makes the functions that follow the queue and the ledger.
func (v *serviceStack) followers(s settings, d *data) {
	v.worker = s.function(v.stack, function{
		name: metrics.Worker, about: "applies webhooks", timeoutSec: workerTimeout(s), memoryMB: s.WorkMemoryMB, env: d.tableNames(),
		allowed: append(d.books(), statement(on(v.queue.QueueArn()), "sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")),
	})
	v.worker.fn.AddEventSource(awslambdaeventsources.NewSqsEventSource(v.queue, &awslambdaeventsources.SqsEventSourceProps{
		BatchSize: jsii.Number(10), ReportBatchItemFailures: jsii.Bool(true), MaxConcurrency: jsii.Number(50)}))

	awscdk.NewCfnOutput(v.stack, jsii.String("WorkerFunction"), &awscdk.CfnOutputProps{Value: v.worker.fn.FunctionName()})

	env := d.tableNames()
	env[config.BusNameVar] = v.bus.EventBusName()
	v.stream = s.function(v.stack, function{
		name: metrics.Stream, about: "announces what was decided, revalues, finds strays", timeoutSec: streamSeconds, memoryMB: s.WorkMemoryMB, env: env,
		allowed: append(append(d.books(), d.readStream()...), statement(on(v.bus.EventBusArn()), "events:PutEvents"),
			statement(on(v.streamFailures.QueueArn()), "sqs:SendMessage")),
	})
	v.stream.fn.AddEventSource(awslambdaeventsources.NewDynamoEventSource(d.ledger, &awslambdaeventsources.DynamoEventSourceProps{
		StartingPosition: awslambda.StartingPosition_TRIM_HORIZON, BatchSize: jsii.Number(100), ReportBatchItemFailures: jsii.Bool(true),
		BisectBatchOnError: jsii.Bool(true), RetryAttempts: jsii.Number(10), ParallelizationFactor: jsii.Number(4),
		OnFailure: awslambdaeventsources.NewSqsDlq(v.streamFailures)}))
}

// schedules makes the function that sweeps, and when: every minute what has a
// time limit, every night what walks over all customers. Both are rules: a
// schedule of EventBridge Scheduler never fires on LocalStack.
func (v *serviceStack) schedules(s settings, d *data, p *payoutStack) {
	env := d.tableNames()
	env[config.StateMachineVar] = p.arn
	v.sweep = s.function(v.stack, function{
		name: metrics.Sweep, about: "expires offers, routes who waits, revalues by night", timeoutSec: sweepSeconds, memoryMB: s.WorkMemoryMB, env: env,
		allowed: append(d.books(), statement(on(p.arn), "states:ListExecutions")),
	})
	awscdk.NewCfnOutput(v.stack, jsii.String("SweepFunction"), &awscdk.CfnOutputProps{Value: v.sweep.fn.FunctionName()})
	rule := func(id string, when awsevents.Schedule, props awseventstargets.LambdaFunctionProps) {
		awsevents.NewRule(v.stack, jsii.String(id), &awsevents.RuleProps{
			Schedule: when, Targets: &[]awsevents.IRuleTarget{awseventstargets.NewLambdaFunction(v.sweep.fn, &props)}})
	}
	rule("SweepRule", awsevents.Schedule_Rate(awscdk.Duration_Minutes(jsii.Number(s.SweepMinutes))),
		awseventstargets.LambdaFunctionProps{RetryAttempts: jsii.Number(0)}) // the next sweep does what this one did not
	rule("NightRule", awsevents.Schedule_Cron(&awsevents.CronOptions{Minute: jsii.String("15"), Hour: jsii.String(strconv.Itoa(int(s.NightHour)))}),
		awseventstargets.LambdaFunctionProps{RetryAttempts: jsii.Number(3), MaxEventAge: awscdk.Duration_Hours(jsii.Number(2)),
			Event: awsevents.RuleTargetInput_FromObject(map[string]any{"nightly": true})})
}

// gateway is the REST API: everything to the api, webhooks to the hook. Bodies
// pass as bytes, because signatures are over bytes.
func (v *serviceStack) gateway(s settings) {
	logs := awslogs.NewLogGroup(v.stack, jsii.String("AccessLogs"), &awslogs.LogGroupProps{
		Retention: retention(s.LogDays), RemovalPolicy: awscdk.RemovalPolicy_DESTROY})
	v.rest = awsapigateway.NewRestApi(v.stack, jsii.String("Gateway"), &awsapigateway.RestApiProps{
		RestApiName: s.name("api"), Description: jsii.String("Fairlead " + s.Stage), CloudWatchRole: jsii.Bool(false),
		BinaryMediaTypes: jsii.Strings("*/*"), EndpointTypes: &[]awsapigateway.EndpointType{awsapigateway.EndpointType_REGIONAL},
		DeployOptions: &awsapigateway.StageOptions{
			StageName: jsii.String(s.Stage), ThrottlingRateLimit: jsii.Number(s.RateLimit), ThrottlingBurstLimit: jsii.Number(s.BurstLimit),
			MetricsEnabled: jsii.Bool(true), LoggingLevel: awsapigateway.MethodLoggingLevel_ERROR, DataTraceEnabled: jsii.Bool(false),
			AccessLogDestination: awsapigateway.NewLogGroupLogDestination(logs), AccessLogFormat: accessLog(),
		},
	})
	v.gatewayLogRole()
	to := func(f *made) awsapigateway.Integration {
		return awsapigateway.NewLambdaIntegration(f.fn, &awsapigateway.LambdaIntegrationOptions{AllowTestInvoke: jsii.Bool(false)})
	}
	api, root := to(v.api), v.rest.Root()
	root.AddMethod(jsii.String("ANY"), api, nil)
	root.AddResource(jsii.String("{proxy+}"), nil).AddMethod(jsii.String("ANY"), api, nil)
	v1 := root.AddResource(jsii.String("v1"), nil)
	v1.AddResource(jsii.String("{proxy+}"), nil).AddMethod(jsii.String("ANY"), api, nil)
	v1.AddResource(jsii.String("hooks"), nil).AddResource(jsii.String("{source}"), nil).AddMethod(jsii.String("POST"), to(v.hook), nil)
	awscdk.NewCfnOutput(v.stack, jsii.String("RestApi"), &awscdk.CfnOutputProps{Value: v.rest.RestApiId()})
}

// gatewayLogRole lets API Gateway write its own log: one setting of the whole
// account and region, the same for every stage.
func (v *serviceStack) gatewayLogRole() {
	r := awsiam.NewRole(v.stack, jsii.String("GatewayLogRole"), &awsiam.RoleProps{
		AssumedBy:       awsiam.NewServicePrincipal(jsii.String("apigateway.amazonaws.com"), nil),
		ManagedPolicies: &[]awsiam.IManagedPolicy{awsiam.ManagedPolicy_FromAwsManagedPolicyName(jsii.String("service-role/AmazonAPIGatewayPushToCloudWatchLogs"))},
	})
	account := awsapigateway.NewCfnAccount(v.stack, jsii.String("GatewayAccount"), &awsapigateway.CfnAccountProps{CloudWatchRoleArn: r.RoleArn()})
	v.rest.DeploymentStage().Node().AddDependency(account)
}

// accessLog is a line per request, without the query, the body or who asked.
func accessLog() awsapigateway.AccessLogFormat {
	return awsapigateway.AccessLogFormat_Custom(jsii.String(`{"requestId":"$context.requestId","time":"$context.requestTime","method":"$context.httpMethod",` +
		`"resource":"$context.resourcePath","status":"$context.status","bytes":"$context.responseLength","ms":"$context.responseLatency"}`))
}
