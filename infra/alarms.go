package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/fairlead/fairlead/internal/cloud/metrics"
)

// limit is when a metric of ours is worth a person: Above, or with Below under,
// in each of Periods windows of Minutes.
type limit struct {
	metric    metrics.Name
	statistic string // Sum, p99, Minimum or Maximum
	value     float64
	below     bool // the other way round, and silence counts too
	minutes   float64
	periods   float64
	means     string // shown with the alarm; docs/operations.md says what to do
}

// limits is a row for every metric. What has several functions gets an alarm
// for each; the value of Latency is of the function's own timeout.
var limits = []limit{
	{metric: metrics.Decisions, statistic: "Sum", value: 100_000, minutes: 5, periods: 1, means: "more decisions than any import makes: something routes in a loop"},
	{metric: metrics.Waiting, statistic: "Sum", value: 500, minutes: 60, periods: 1, means: "many customers found no owner: partners are full, or a policy is too narrow"},
	{metric: metrics.Latency, statistic: "p99", minutes: 5, periods: 3, means: "one invocation in a hundred takes most of its time limit"},
	{metric: metrics.Incentives, statistic: "Sum", value: 400_000, minutes: 60, periods: 1, means: "far more statements than there are partners: a close is being repeated"},
	{metric: metrics.Payouts, statistic: "Sum", value: 400_000, minutes: 60, periods: 1, means: "far more lines paid than there are partners"},
	{metric: metrics.PayoutsStuck, statistic: "Sum", value: 0, minutes: 5, periods: 1, means: "a run ended with lines that are neither paid nor carried"},
	{metric: metrics.Failures, statistic: "Sum", value: 0, minutes: 5, periods: 1, means: "something failed for a reason of ours"},
	{metric: metrics.Refused, statistic: "Sum", value: 50, minutes: 5, periods: 3, means: "webhooks are refused: a secret was rotated on one side only, or somebody tries"},
	{metric: metrics.Facts, statistic: "Sum", value: 1, below: true, minutes: 24 * 60, periods: 1, means: "no fact arrived by webhook for a day"},
	{metric: metrics.Rejected, statistic: "Sum", value: 100, minutes: 60, periods: 1, means: "a source sends facts that are rejected or contradict earlier ones"},
	{metric: metrics.Strays, statistic: "Sum", value: 0, minutes: 5, periods: 1, means: "an entry was booked in a month that is not open"},
	{metric: metrics.Expired, statistic: "Sum", value: 1000, minutes: 60, periods: 1, means: "partners do not answer their offers"},
	{metric: metrics.SweepFailures, statistic: "Sum", value: 0, minutes: 15, periods: 1, means: "customers that a sweep could not decide"},
	{metric: metrics.Nights, statistic: "Sum", value: 1, below: true, minutes: 24 * 60, periods: 1, means: "no nightly sweep came to its end for a day: values and census are old"},
	{metric: metrics.Halted, statistic: "Minimum", value: 0, minutes: 60, periods: 1, means: "for an hour a month has been half closed, or a run half paid, and nobody goes on with it"},
	{metric: metrics.WorkAge, statistic: "Maximum", value: 2 * 3600, minutes: 5, periods: 1, means: "a close or a pay has been running for more than two hours and still is"},
}

// watcher makes alarms in a stack, all to one topic.
type watcher struct {
	stack awscdk.Stack
	s     settings
	d     *data
}

// alarm is one alarm: what it is called, what it looks at, and when it rings.
type alarm struct {
	name    string
	metric  awscloudwatch.IMetric
	above   float64
	below   bool
	periods float64
	means   string
}

func (w watcher) add(a alarm) {
	comparison, missing := awscloudwatch.ComparisonOperator_GREATER_THAN_THRESHOLD, awscloudwatch.TreatMissingData_NOT_BREACHING
	if a.below {
		comparison, missing = awscloudwatch.ComparisonOperator_LESS_THAN_THRESHOLD, awscloudwatch.TreatMissingData_BREACHING
	}
	made := awscloudwatch.NewAlarm(w.stack, jsii.String(a.name+"Alarm"), &awscloudwatch.AlarmProps{
		AlarmName: w.s.name(a.name), AlarmDescription: jsii.String(a.means + ". See docs/operations.md, " + a.name + "."),
		Metric: a.metric, Threshold: jsii.Number(a.above), EvaluationPeriods: jsii.Number(max(1, a.periods)), ComparisonOperator: comparison, TreatMissingData: missing,
	})
	made.AddAlarmAction(awscloudwatchactions.NewSnsAction(w.d.alarms))
}

// function watches a function: its errors and throttles as Lambda counts them,
// and every metric that it emits.
func (w watcher) function(f *made) {
	opts := &awscloudwatch.MetricOptions{Statistic: jsii.String("Sum"), Period: minutes(5)}
	w.add(alarm{name: f.name + "-Errors", metric: f.fn.MetricErrors(opts), means: "invocations failed or timed out"})
	w.add(alarm{name: f.name + "-Throttles", metric: f.fn.MetricThrottles(opts), means: "the account's or the function's concurrency is used up"})
	for _, name := range metrics.Of(f.name) {
		l := limitOf(name)
		if name == metrics.Latency {
			l.value = 0.8 * 1000 * f.timeoutSec
		}
		w.add(alarm{name: f.name + "-" + string(name), metric: ours(w.s, f.name, l), above: l.value, below: l.below, periods: l.periods, means: l.means})
	}
}

// limitOf is the row of a metric; that there is one is a test.
func limitOf(name metrics.Name) limit {
	for _, l := range limits {
		if l.metric == name {
			return l
		}
	}
	panic("there is no limit for metric " + string(name))
}

// ours is a metric in our namespace, as the functions write it.
func ours(s settings, function string, l limit) awscloudwatch.Metric {
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace: jsii.String(metrics.Namespace), MetricName: jsii.String(string(l.metric)), Statistic: jsii.String(l.statistic), Period: minutes(l.minutes),
		DimensionsMap: &map[string]*string{metrics.DimensionStage: jsii.String(s.Stage), metrics.DimensionFunction: jsii.String(function)},
	})
}

func minutes(n float64) awscdk.Duration { return awscdk.Duration_Minutes(jsii.Number(n)) }

// of is a metric that AWS counts.
func of(namespace, name, statistic string, dimensions map[string]*string) awscloudwatch.Metric {
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{Namespace: jsii.String(namespace), MetricName: jsii.String(name),
		Statistic: jsii.String(statistic), Period: minutes(5), DimensionsMap: &dimensions})
}

// watch of the data: requests that a table refused or could not serve.
func (d *data) watch(s settings) {
	w := watcher{d.stack, s, d}
	for name, table := range map[string]*string{"ledger": d.ledger.TableName(), "state": d.state.TableName()} {
		dims := map[string]*string{"TableName": table}
		w.add(alarm{name: name + "-ReadThrottles", metric: of("AWS/DynamoDB", "ReadThrottleEvents", "Sum", dims), above: 10, periods: 2, means: "reads of the table are throttled"})
		w.add(alarm{name: name + "-WriteThrottles", metric: of("AWS/DynamoDB", "WriteThrottleEvents", "Sum", dims), above: 10, periods: 2, means: "writes to the table are throttled"})
	}
}

// watch of the payouts: the task function, and executions that fail or stick.
func (p *payoutStack) watch(s settings, d *data) {
	w := watcher{p.stack, s, d}
	w.function(p.task)
	dims := map[string]*string{"StateMachineArn": p.arn}
	w.add(alarm{name: "payout-Failed", metric: of("AWS/States", "ExecutionsFailed", "Sum", dims), means: "a close or a pay ended before it was done"})
	w.add(alarm{name: "payout-TimedOut", metric: of("AWS/States", "ExecutionsTimedOut", "Sum", dims), means: "a close or a pay was not done after a day"})
	w.add(alarm{name: "payout-Aborted", metric: of("AWS/States", "ExecutionsAborted", "Sum", dims), means: "somebody stopped a close or a pay"})
	w.add(alarm{name: "payout-Slow", metric: of("AWS/States", "ExecutionTime", "Maximum", dims), above: 2 * 3600 * 1000, means: "a close or a pay took more than two hours"}) // while it runs: WorkAge
}

// watch of the service: its functions, the queues and the gateway.
func (v *serviceStack) watch(s settings, d *data) {
	w := watcher{v.stack, s, d}
	for _, f := range []*made{v.api, v.hook, v.worker, v.sweep, v.stream} {
		w.function(f)
	}
	opts := &awscloudwatch.MetricOptions{Statistic: jsii.String("Maximum"), Period: minutes(5)}
	waiting := func(q awssqs.Queue) awscloudwatch.IMetric { return q.MetricApproximateNumberOfMessagesVisible(opts) }
	w.add(alarm{name: "queue-DeadLetters", metric: waiting(v.deadLetters), means: "webhooks that could not be applied wait for a person"})
	w.add(alarm{name: "queue-StreamFailures", metric: waiting(v.streamFailures), means: "ledger inserts that could not be followed up wait for a person"})
	w.add(alarm{name: "queue-Age", metric: v.queue.MetricApproximateAgeOfOldestMessage(opts), above: 900, means: "a webhook has waited for a quarter of an hour"})
	w.add(alarm{name: "stream-Age", metric: of("AWS/Lambda", "IteratorAge", "Maximum", map[string]*string{"FunctionName": v.stream.fn.FunctionName()}), above: 900_000,
		means: "the ledger's stream is a quarter of an hour behind"})
	w.add(alarm{name: "gateway-5xx", metric: v.rest.MetricServerError(&awscloudwatch.MetricOptions{Statistic: jsii.String("Sum"), Period: minutes(5)}), above: 5,
		means: "callers see failures of ours"})
	w.add(alarm{name: "sweep-Missed", metric: v.sweep.fn.MetricInvocations(&awscloudwatch.MetricOptions{Statistic: jsii.String("Sum"), Period: minutes(60)}), above: 1, below: true,
		means: "the schedule has not run for an hour"})
}
