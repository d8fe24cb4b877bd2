package main

import (
	"path/filepath"
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/config"
)

// function is what one of them needs besides what all have.
type function struct {
	name       string // its folder in functions and dist, and its metrics' dimension
	about      string
	timeoutSec float64
	memoryMB   float64
	env        map[string]*string
	allowed    []awsiam.PolicyStatement
}

// made is a deployed function with what alarms look at.
type made struct {
	fn         awslambda.Function
	name       string
	timeoutSec float64
}

// function deploys one: static binary, own log group, own role.
func (s settings) function(scope awscdk.Stack, f function) *made {
	id := title(f.name)
	logs := awslogs.NewLogGroup(scope, jsii.String(*id+"Logs"), &awslogs.LogGroupProps{
		Retention: retention(s.LogDays), RemovalPolicy: awscdk.RemovalPolicy_DESTROY})
	env := s.environment()
	for k, v := range f.env {
		env[k] = v
	}
	fn := awslambda.NewFunction(scope, id, &awslambda.FunctionProps{
		Description: jsii.String("Fairlead " + s.Stage + ": " + f.about),
		Runtime:     awslambda.Runtime_PROVIDED_AL2023(), Architecture: s.architecture(), Handler: jsii.String("bootstrap"),
		Code:       awslambda.Code_FromAsset(jsii.String(filepath.Join(s.Dist, f.name)), nil),
		MemorySize: jsii.Number(f.memoryMB), Timeout: awscdk.Duration_Seconds(jsii.Number(f.timeoutSec)),
		Environment: &env, LogGroup: logs, LoggingFormat: awslambda.LoggingFormat_TEXT,
		Role: role(scope, *id, logs.LogGroupArn(), f.allowed),
	})
	return &made{fn, f.name, f.timeoutSec}
}

// environment is what every function is told.
func (s settings) environment() map[string]*string {
	return map[string]*string{
		config.StageVar:        jsii.String(s.Stage),
		config.RailVar:         jsii.String(s.Rail),
		config.LeaseSecondsVar: seconds(s.LeaseSec),
		config.WriteSecondsVar: seconds(s.WriteSec),
		config.GraceSecondsVar: seconds(s.GraceS),
	}
}

// tables tells a function its tables.
func (d *data) tableNames() map[string]*string {
	return map[string]*string{config.LedgerTableVar: d.ledger.TableName(), config.StateTableVar: d.state.TableName()}
}

func (s settings) architecture() awslambda.Architecture {
	if s.Arch == "x86_64" {
		return awslambda.Architecture_X86_64()
	}
	return awslambda.Architecture_ARM_64()
}

// The timeouts: of requests a little less than the gateway's 29 s, of a batch
// what a batch of the largest owners takes, five times.
const (
	apiSeconds    = 28
	hookSeconds   = 10
	streamSeconds = 60
	sweepSeconds  = 900 // by night it walks over all customers
	payrunSeconds = 600
)

// workerTimeout is 30 s, and less where messages shall come again earlier.
func workerTimeout(s settings) float64 { return min(30, s.QueueVisibleSeconds) }

func seconds(n float64) *string { return jsii.String(strconv.Itoa(int(n))) }

func title(name string) *string { return jsii.String(strings.ToUpper(name[:1]) + name[1:]) }

func lower(name string) string { return strings.ToLower(name) }

// retention is the shortest that CloudWatch offers and is not shorter than days.
func retention(days float64) awslogs.RetentionDays {
	for _, r := range []struct {
		days float64
		kept awslogs.RetentionDays
	}{
		{7, awslogs.RetentionDays_ONE_WEEK}, {30, awslogs.RetentionDays_ONE_MONTH}, {90, awslogs.RetentionDays_THREE_MONTHS},
		{180, awslogs.RetentionDays_SIX_MONTHS}, {400, awslogs.RetentionDays_THIRTEEN_MONTHS},
	} {
		if days <= r.days {
			return r.kept
		}
	}
	return awslogs.RetentionDays_TWO_YEARS
}

// functionNames are all functions: each has its folder below functions.
var functionNames = []string{metrics.API, metrics.Hook, metrics.Worker, metrics.Payrun, metrics.Sweep, metrics.Stream}
