package main

import (
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

// The rules of cdk-nag's AwsSolutions that are not followed, each with the
// reason, and the evidence that what the rule is after is had another way. That
// everything else is followed is a test.

// explain accepts the findings of all stacks.
func explain(in *installation) {
	p, v := in.payout.stack, in.service.stack
	const prefixes = "The wildcard stands for the object's name below one prefix of one bucket: batches and statements, each in theirs, are named by " +
		"month and partner. Evidence: TestWildcardsStandOnlyWhereNothingElseCan lists every wildcard of the templates, TestBatchesAndStatementsAreReachedOnlyInTheirOwnBuckets every object."
	accept(child(p, "PayrunPrivileges"), "AwsSolutions-IAM5", prefixes)
	accept(child(p, "MachinePrivileges"), "AwsSolutions-IAM5", prefixes+" The children of a map have names that Step Functions makes; log delivery "+
		"and X-Ray know no resources (Service Authorization Reference, CloudWatch Logs and X-Ray).")
	accept(child(v, "ApiPrivileges"), "AwsSolutions-IAM5", "States:DescribeExecution is on executions of one state machine, which are named by month and run. "+
		"Evidence: TestWildcardsStandOnlyWhereNothingElseCan.")
	accept(child(v, "StreamPrivileges"), "AwsSolutions-IAM5", "dynamodb:ListStreams knows no resource (Service Authorization Reference, DynamoDB), and the event "+
		"source mapping wants it. Evidence: TestWildcardsStandOnlyWhereNothingElseCan.")
	accept(child(v, "StreamFailures"), "AwsSolutions-SQS3", "This queue is where an event source mapping puts what failed: it is a dead-letter queue that the rule "+
		"cannot see. Evidence: TestWhatKeepsFailingIsKept.")
	accept(child(v, "WebhookSecrets"), "AwsSolutions-SMG4", "The other half of a webhook's secret is with its sender, so no function here can rotate it. Both the old and the "+
		"new one are active while it is rotated. Evidence: docs/operations.md, Rotate a webhook's secret.")
	accept(in.service.rest, "AwsSolutions-APIG2", "Every body is decoded strictly and validated against its JSON Schema in the handler, which answers problem+json with the "+
		"field; the gateway's answer would say neither. Evidence: internal/httpapi, decode_test.go.")
	accept(in.service.rest, "AwsSolutions-APIG3", "A web ACL is a decision and a bill of its own, made for all APIs of an account; this API throttles, takes tokens and signatures only, and "+
		"limits body sizes. Evidence: TestTheGatewayThrottlesAndLogs; internal/httpapi, auth_test.go.")
	for _, rule := range []string{"AwsSolutions-APIG4", "AwsSolutions-COG4"} {
		accept(in.service.rest, rule, "Tokens of any OpenID Connect issuer and signatures of webhooks are verified in the handler, the same on every way in, and the roles of every route "+
			"are one table. Evidence: internal/httpapi, matrix_test.go walks every route and role.")
	}
	accept(child(v, "GatewayLogRole"), "AwsSolutions-IAM4", "API Gateway takes only a role with this managed policy for its log (API Gateway Developer Guide, Set up CloudWatch "+
		"logging). No code of ours has the role. Evidence: TestOnlyTheGatewayHasAManagedPolicy.")
}

func child(scope constructs.Construct, id string) constructs.IConstruct {
	return scope.Node().FindChild(jsii.String(id))
}

func accept(at constructs.IConstruct, rule, reason string) {
	cdknag.NagSuppressions_AddResourceSuppressions(at, &[]*cdknag.NagPackSuppression{{Id: jsii.String(rule), Reason: jsii.String(reason)}}, jsii.Bool(true))
}
