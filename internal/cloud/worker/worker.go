// Package worker is the function that applies the webhooks of the queue. It
// writes no keys.
package worker

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/cloud/wiring"
	"github.com/fairlead/fairlead/internal/intake"
	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/usecases"
)

// Worker applies the webhooks of the queue. What becomes of a fact, rejected
// and in conflict included, is an outcome: the message is done. Only what may
// go better another time is given back to the queue, and after its last try the
// queue puts it with the dead letters.
type Worker struct {
	app     *cloud.App
	senders source.Senders
	uses    *usecases.UseCases
}

// New wires the function for the webhooks of some senders.
func New(a *cloud.App, senders source.Senders, c wiring.Rooms) *Worker {
	return &Worker{a, senders, c.UseCases}
}

// Handle takes a batch of messages, each on its own.
func (w *Worker) Handle(ctx context.Context, e events.SQSEvent) (out events.SQSEventResponse, err error) {
	err = w.app.Measured(ctx, func(counts metrics.Counts) error {
		for i := range e.Records {
			m := &e.Records[i]
			if err := w.apply(ctx, m.Body, counts); err != nil {
				w.app.Failed(ctx, "a message goes back to the queue", err, "message", m.MessageId)
				counts[metrics.Failures]++
				out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
			}
		}
		return nil
	})
	return out, err
}

// errPoisoned is a message that the hook did not write: nobody here can read
// it, and a person should see it.
var errPoisoned = errors.New("the message is not a webhook")

func (w *Worker) apply(ctx context.Context, body string, counts metrics.Counts) error {
	var hook source.Webhook
	d := json.NewDecoder(strings.NewReader(body))
	d.DisallowUnknownFields()
	// What is wrong with it is not said: such errors quote the message, which may
	// name anybody.
	if err := d.Decode(&hook); err != nil || hook.Source == "" || hook.Body == "" {
		return errPoisoned
	}
	items, err := w.senders.Items(hook)
	if err != nil { // the hook refuses such a body, unless a newer version of it sent this one
		return errPoisoned
	}
	inputs := make([]intake.FactInput, len(items))
	for i, it := range items {
		inputs[i] = intake.FactInput{Fact: it.Fact, ID: it.ID, Source: it.Source, Err: it.Err}
	}
	outcomes, err := w.uses.Intake.ApplyWebhook(ctx, hook.Source, inputs)
	if err != nil {
		return err
	}
	for _, o := range outcomes {
		switch o.Outcome {
		case channel.Rejected, channel.Conflict:
			counts[metrics.Rejected]++
			w.app.Log.WarnContext(ctx, "a fact is not taken",
				"source", o.Source, "event", o.ID, "type", o.Type, "outcome", o.Outcome, "field", o.Field)
		default:
			counts[metrics.Facts]++
		}
	}
	return nil
}
