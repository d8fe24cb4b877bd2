package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"

	"github.com/fairlead/fairlead/internal/cloud/metrics"
)

// dashboard shows the day: what was decided and paid first, then what it took,
// then what waits.
func (v *serviceStack) dashboard(s settings, d *data, p *payoutStack) {
	board := awscloudwatch.NewDashboard(v.stack, jsii.String("Day"), &awscloudwatch.DashboardProps{
		DashboardName: s.name("day"), DefaultInterval: awscdk.Duration_Hours(jsii.Number(24))})
	byMetric := map[metrics.Name][]awscloudwatch.IMetric{}
	for _, f := range functionNames {
		for _, name := range metrics.Of(f) {
			byMetric[name] = append(byMetric[name], ours(s, f, limitOf(name)))
		}
	}
	var row []awscloudwatch.IWidget
	for _, name := range metrics.All() {
		row = append(row, graph(string(name), byMetric[name]))
		if len(row) == 3 {
			board.AddWidgets(row...)
			row = nil
		}
	}
	board.AddWidgets(append(row, graph("Waiting messages", []awscloudwatch.IMetric{
		v.queue.MetricApproximateNumberOfMessagesVisible(nil), v.deadLetters.MetricApproximateNumberOfMessagesVisible(nil),
		v.streamFailures.MetricApproximateNumberOfMessagesVisible(nil)}))...)
	board.AddWidgets(
		graph("Requests", []awscloudwatch.IMetric{v.rest.MetricCount(nil), v.rest.MetricClientError(nil), v.rest.MetricServerError(nil)}),
		graph("Write units", []awscloudwatch.IMetric{consumed(d.ledger.TableName(), "Write"), consumed(d.state.TableName(), "Write")}),
		graph("Executions", []awscloudwatch.IMetric{p.machine.MetricStarted(nil), p.machine.MetricSucceeded(nil), p.machine.MetricFailed(nil)}))
}

func consumed(table *string, what string) awscloudwatch.IMetric {
	return of("AWS/DynamoDB", "Consumed"+what+"CapacityUnits", "Sum", map[string]*string{"TableName": table})
}

func graph(title string, shown []awscloudwatch.IMetric) awscloudwatch.IWidget {
	return awscloudwatch.NewGraphWidget(&awscloudwatch.GraphWidgetProps{Title: jsii.String(title), Left: &shown, Width: jsii.Number(8), Height: jsii.Number(5)})
}
