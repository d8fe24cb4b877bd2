package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

// Every privilege that anything of Fairlead has is made by a function of this
// file. There is no wildcard among the actions; nothing may scan, and nothing
// may change or delete what is in the ledger: the code issues no such request,
// and a request that it should never issue would be refused.

// statement allows actions on resources.
func statement(resources []*string, actions ...string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{Actions: jsii.Strings(actions...), Resources: &resources})
}

func on(arns ...*string) []*string { return arns }

// readTables is all reading there is: by key, and by range within one key.
func (d *data) readTables() awsiam.PolicyStatement {
	return statement(on(d.ledger.TableArn(), d.state.TableArn()), "dynamodb:BatchGetItem", "dynamodb:Query")
}

// putLedger puts items into the ledger, and only as part of a transaction: no
// entry stands there without its claim.
func (d *data) putLedger() awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions: jsii.Strings("dynamodb:PutItem"), Resources: &[]*string{d.ledger.TableArn()},
		Conditions: &map[string]any{"StringEquals": map[string]any{"dynamodb:EnclosingOperation": "TransactWriteItems"}},
	})
}

// writeState changes the state table, in transactions and item by item.
func (d *data) writeState() awsiam.PolicyStatement {
	return statement(on(d.state.TableArn()), "dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
}

// books is what every use case needs: also the stream's, which books a stray
// anew, and the sweep's, which by night writes heads, model and census.
func (d *data) books() []awsiam.PolicyStatement {
	return []awsiam.PolicyStatement{d.readTables(), d.putLedger(), d.writeState()}
}

// readStream follows the ledger's inserts. Listing streams knows no resource.
func (d *data) readStream() []awsiam.PolicyStatement {
	return []awsiam.PolicyStatement{
		statement(on(d.ledger.TableStreamArn()), "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
		statement(*jsii.Strings("*"), "dynamodb:ListStreams"),
	}
}

// objects of a bucket below a prefix, which ends in a slash.
func objects(bucket awss3.IBucket, prefix string, actions ...string) awsiam.PolicyStatement {
	return statement(on(bucket.ArnForObjects(jsii.String(prefix+"*"))), actions...)
}

// role is what a function runs as: its own log group, and what is listed. CDK's
// constructs cannot add to it.
func role(scope awscdk.Stack, name string, logs *string, allowed []awsiam.PolicyStatement) awsiam.IRole {
	r := awsiam.NewRole(scope, jsii.String(name+"Role"), &awsiam.RoleProps{AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil)})
	all := append([]awsiam.PolicyStatement{statement(on(logs), "logs:CreateLogStream", "logs:PutLogEvents")}, allowed...)
	return fixed(scope, name, r, all)
}

// fixed gives a role its privileges and closes it.
func fixed(scope awscdk.Stack, name string, r awsiam.Role, allowed []awsiam.PolicyStatement) awsiam.IRole {
	awsiam.NewPolicy(scope, jsii.String(name+"Privileges"), &awsiam.PolicyProps{Roles: &[]awsiam.IRole{r}, Statements: &allowed})
	return r.WithoutPolicyUpdates(nil)
}
