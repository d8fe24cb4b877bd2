package dynamo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/table"
)

var (
	errForeign     = errors.New("dynamo: an item without the attributes of ours")
	errUnprocessed = errors.New("dynamo: the service left keys unprocessed again and again")
)

// attempts follows one Transact through the SDK's retries.
type attempts struct {
	notAfter time.Time
	sent     int
	lost     int // of those sent, whose answer does not say that nothing was written
}

type attemptsKey struct{}

// errLate stops an attempt whose deadline has passed. It is not retryable.
var errLate = errors.New("dynamo: the deadline passed before this attempt")

// afterEachSignature puts the deadline behind the retry loop and right after the
// signature, so that it is asked again for every attempt. A machine that froze
// before the signature is found out here; one that freezes after this holds a
// signature from before the deadline, which the service refuses in time. Asked
// before the signature, a freeze between the two would let a fresh one through.
func afterEachSignature(clock func() time.Time) func(*middleware.Stack) error {
	return func(s *middleware.Stack) error {
		return s.Finalize.Insert(middleware.FinalizeMiddlewareFunc("FairleadDeadline",
			func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
				if a, ok := ctx.Value(attemptsKey{}).(*attempts); ok {
					if !a.notAfter.IsZero() && clock().Round(0).After(a.notAfter) {
						return middleware.FinalizeOutput{}, middleware.Metadata{}, errLate
					}
					a.sent++
					out, md, err := next.HandleFinalize(ctx, in)
					if err != nil && !notNow(err) {
						a.lost++
					}
					return out, md, err
				}
				return next.HandleFinalize(ctx, in)
			}), "Signing", middleware.After)
	}
}

// retryer waits with full jitter. The SDK's own pauses are whole seconds; cut
// to less than one, they would all be MaxBackoff exactly, and who was throttled
// together would come again together.
func retryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = Attempts
		o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return rand.N(MaxBackoff), nil })
	})
}

// classify is the one place that knows what the service's answers to a write
// mean. The order matters: a certain "no" first, then "not yet", then "perhaps".
func (t *Table) classify(ctx context.Context, ops []table.Op, a *attempts, err error) error {
	var single *types.ConditionalCheckFailedException
	var cancelled *types.TransactionCanceledException
	switch {
	case errors.As(err, &cancelled):
		return t.cancelled(ops, cancelled)
	case errors.As(err, &single) && a.lost > 1: // this one and an earlier
		return ambiguous(err) // it may be our own first attempt that stands there
	case errors.As(err, &single):
		return t.refused(ops, []types.CancellationReason{{Code: aws.String("ConditionalCheckFailed"), Item: single.Item}})
	case errors.Is(err, errLate) && a.sent == 0:
		return table.ErrExpired
	case a.sent == 0 && ctx.Err() != nil:
		return ctx.Err()
	}
	switch code(err) {
	case "TransactionConflictException", "TransactionInProgressException":
		return wrap(table.ErrConflict, a, err)
	case "ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded", "ThrottledException":
		return wrap(table.ErrThrottled, a, err)
	case "ResourceNotFoundException":
		return missing(err)
	case "ValidationException", "AccessDeniedException", "UnrecognizedClientException", "InvalidSignatureException",
		"ExpiredTokenException", "ItemCollectionSizeLimitExceededException", "IdempotentParameterMismatchException":
		return fault.New(fault.Internal, "table_refused", "internal error").Because(err)
	}
	if ctx.Err() != nil {
		return errors.Join(ctx.Err(), ambiguous(err))
	}
	return ambiguous(err)
}

// notNow reports whether an answer says that this attempt wrote nothing, because
// the service or another transaction had no room for it.
func notNow(err error) bool {
	switch code(err) {
	case "TransactionConflictException", "ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded", "ThrottledException":
		return true
	}
	return false
}

// wrap answers a clear "not now", unless an attempt may have landed.
func wrap(kind error, a *attempts, err error) error {
	if a.lost > 0 {
		return ambiguous(err)
	}
	return fmt.Errorf("%w: %w", kind, err)
}

func ambiguous(err error) error { return fmt.Errorf("%w: %w", table.ErrAmbiguous, err) }

func missing(err error) error {
	return fault.New(fault.Unavailable, "table_missing", "a table of the service is not there: deploy the data stack, or restore it").Because(err)
}

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// cancelled reads the reasons of a cancelled transaction: one per op, in order.
// Another writer in the way hides what the other conditions would have said,
// so the whole is a conflict then.
func (t *Table) cancelled(ops []table.Op, c *types.TransactionCanceledException) error {
	failed := false
	for _, r := range c.CancellationReasons {
		switch aws.ToString(r.Code) {
		case "TransactionConflict":
			return fmt.Errorf("%w: %w", table.ErrConflict, c)
		case "ThrottlingError", "ProvisionedThroughputExceeded":
			return fmt.Errorf("%w: %w", table.ErrThrottled, c)
		case "ConditionalCheckFailed":
			failed = true
		}
	}
	if !failed {
		return fault.New(fault.Internal, "table_refused", "internal error").Because(c)
	}
	return t.refused(ops, c.CancellationReasons)
}

func (t *Table) refused(ops []table.Op, reasons []types.CancellationReason) error {
	out := &table.Refused{Units: table.TxUnits(ops)}
	for i, r := range reasons {
		if aws.ToString(r.Code) != "ConditionalCheckFailed" || i >= len(ops) {
			continue
		}
		standing := table.Item{}
		if len(r.Item) > 0 {
			var err error
			if standing, err = decode(ops[i].Key.Table, r.Item); err != nil {
				return err
			}
		}
		if ops[i].Kind == table.Add && ops[i].If.Holds(standing) { // then it was noOverflow that failed
			return fault.New(fault.Internal, "number_overflow", "the number of %s %s would overflow", ops[i].Key.PK, ops[i].Key.SK)
		}
		if standing.Version == 0 {
			standing.Key = ops[i].Key
		}
		out.Refusals = append(out.Refusals, table.Refusal{Op: i, Standing: standing})
	}
	return out
}

// readFailed is what a failed read says: the caller may simply ask again.
func readFailed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	switch code(err) {
	case "ResourceNotFoundException":
		return missing(err)
	case "ValidationException", "AccessDeniedException", "UnrecognizedClientException", "InvalidSignatureException", "ExpiredTokenException":
		return fault.New(fault.Internal, "table_refused", "internal error").Because(err)
	}
	return fault.New(fault.Unavailable, "table_unavailable", "the store does not answer, try again").Because(err)
}
