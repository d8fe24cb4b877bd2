// Command hello is the smallest Lambda there is: what the cold start of ours is
// measured against (coldstart_test.go).
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	lambda.Start(func(context.Context) (string, error) { return "hello", nil })
}
