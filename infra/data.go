package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/jsii-runtime-go"

	"github.com/fairlead/fairlead/internal/store"
)

// data is what must outlive every deployment: nothing here is ever deleted by
// one, and a stack that is destroyed leaves it.
type data struct {
	stack         awscdk.Stack
	ledger, state awsdynamodb.ITableV2
	statements    awss3.Bucket
	batches       awss3.Bucket
	accessLogs    awss3.Bucket
	alarms        awssns.Topic
}

func newData(app awscdk.App, s settings) *data {
	d := &data{stack: s.stack(app, "Data", "Fairlead: ledger, state, statements and batches")}
	d.tables(s)
	d.buckets(s)
	d.topic(s)
	d.watch(s)
	return d
}

// tables makes the two tables that the store declares.
func (d *data) tables(s settings) {
	for _, t := range store.Schema() {
		props := &awsdynamodb.TablePropsV2{
			TableName:          s.name(t.Name),
			PartitionKey:       &awsdynamodb.Attribute{Name: jsii.String(t.PartitionKey), Type: awsdynamodb.AttributeType_STRING},
			SortKey:            &awsdynamodb.Attribute{Name: jsii.String(t.SortKey), Type: awsdynamodb.AttributeType_STRING},
			Billing:            awsdynamodb.Billing_OnDemand(nil),
			Encryption:         awsdynamodb.TableEncryptionV2_AwsManagedKey(),
			DeletionProtection: jsii.Bool(true),
			RemovalPolicy:      awscdk.RemovalPolicy_RETAIN,
			PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{
				PointInTimeRecoveryEnabled: jsii.Bool(true), RecoveryPeriodInDays: jsii.Number(35)},
		}
		if t.Stream {
			props.DynamoStream = awsdynamodb.StreamViewType_NEW_IMAGE
		}
		made := awsdynamodb.NewTableV2(d.stack, title(t.Name), props)
		d.stack.ExportValue(made.TableArn(), nil) // stays while others move to a restored table
		if t.Stream {
			d.stack.ExportValue(made.TableStreamArn(), nil)
			d.ledger = restored(d.stack, made, s, "Ledger")
		} else {
			d.state = restored(d.stack, made, s, "State")
		}
	}
}

// restored is the table to use: the one that was made, or the one beside it into
// which an operator restored a point in time, called the same with a suffix
// (docs/operations.md).
func restored(scope awscdk.Stack, made awsdynamodb.TableV2, s settings, id string) awsdynamodb.ITableV2 {
	if s.Restored == "" {
		return made
	}
	props := &awsdynamodb.TableAttributesV2{TableName: jsii.String("fairlead-" + s.Stage + "-" + lower(id) + "-" + s.Restored)}
	if id == "Ledger" {
		props.TableStreamArn = jsii.String(s.RestoredStream)
	}
	return awsdynamodb.TableV2_FromTableAttributes(scope, jsii.String("Restored"+id), props)
}

// batchDays is how long a batch of a close or a pay is kept. An execution takes a
// day at most, and the next one writes its own: the rest is to look at.
const batchDays = 30

// buckets makes the statement bucket, whose objects nobody can delete or replace
// before their time; that of the batches, which name customers and expire; and
// the one that records who read either.
func (d *data) buckets(s settings) {
	d.accessLogs = awss3.NewBucket(d.stack, jsii.String("AccessLogs"), &awss3.BucketProps{
		Encryption: awss3.BucketEncryption_S3_MANAGED, BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(), EnforceSSL: jsii.Bool(true),
		ObjectOwnership: awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED, RemovalPolicy: awscdk.RemovalPolicy_RETAIN,
		LifecycleRules: &[]*awss3.LifecycleRule{{Expiration: awscdk.Duration_Days(jsii.Number(365))}},
	})
	d.statements = awss3.NewBucket(d.stack, jsii.String("Statements"), &awss3.BucketProps{
		Encryption: awss3.BucketEncryption_S3_MANAGED, BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(), EnforceSSL: jsii.Bool(true),
		ObjectOwnership: awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED, RemovalPolicy: awscdk.RemovalPolicy_RETAIN,
		Versioned: jsii.Bool(true), ObjectLockEnabled: jsii.Bool(true),
		ObjectLockDefaultRetention: awss3.ObjectLockRetention_Governance(awscdk.Duration_Days(jsii.Number(365 * s.RetentionYears))),
		ServerAccessLogsBucket:     d.accessLogs, ServerAccessLogsPrefix: jsii.String("statements/"),
	})
	d.batches = awss3.NewBucket(d.stack, jsii.String("Batches"), &awss3.BucketProps{
		Encryption: awss3.BucketEncryption_S3_MANAGED, BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(), EnforceSSL: jsii.Bool(true),
		ObjectOwnership: awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED, RemovalPolicy: awscdk.RemovalPolicy_RETAIN,
		LifecycleRules: &[]*awss3.LifecycleRule{{Expiration: awscdk.Duration_Days(jsii.Number(batchDays)),
			AbortIncompleteMultipartUploadAfter: awscdk.Duration_Days(jsii.Number(1))}},
		ServerAccessLogsBucket: d.accessLogs, ServerAccessLogsPrefix: jsii.String("batches/"),
	})
	awscdk.NewCfnOutput(d.stack, jsii.String("BatchBucket"), &awscdk.CfnOutputProps{Value: d.batches.BucketName()})
	awscdk.NewCfnOutput(d.stack, jsii.String("StatementBucket"), &awscdk.CfnOutputProps{Value: d.statements.BucketName()})
}

// topic makes where alarms go. Its key is our own because CloudWatch cannot use
// the one that AWS manages.
func (d *data) topic(s settings) {
	key := awskms.NewKey(d.stack, jsii.String("AlarmKey"), &awskms.KeyProps{
		EnableKeyRotation: jsii.Bool(true), Description: jsii.String("Fairlead alarms, " + s.Stage)})
	key.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("cloudwatch.amazonaws.com"), nil)},
		Actions:    jsii.Strings("kms:Decrypt", "kms:GenerateDataKey"), Resources: jsii.Strings("*"),
	}), nil)
	d.alarms = awssns.NewTopic(d.stack, jsii.String("Alarms"), &awssns.TopicProps{MasterKey: key, EnforceSSL: jsii.Bool(true)})
	d.alarms.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("cloudwatch.amazonaws.com"), nil)},
		Actions:    jsii.Strings("sns:Publish"), Resources: &[]*string{d.alarms.TopicArn()},
		Conditions: &map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": d.stack.Account()}},
	}))
	if s.AlarmEmail != "" {
		d.alarms.AddSubscription(awssnssubscriptions.NewEmailSubscription(jsii.String(s.AlarmEmail), nil))
	}
}
