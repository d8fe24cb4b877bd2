package cloud

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/source"
)

// unavailable is what a caller is told when a service of AWS does not answer:
// everything of ours may be asked for again.
func unavailable(what string, err error) error {
	return fault.New(fault.Unavailable, "unavailable", "%s does not answer; try the same request again, that is safe", what).Because(err)
}

// code is the error code of an AWS service, "" for any other error: the one
// place besides table/dynamo that looks into errors of the SDK.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// Queue is where verified webhooks wait.
type Queue struct {
	api *sqs.Client
	url string
}

// Queue makes the client of the queue.
func (a *App) Queue() *Queue { return &Queue{sqs.NewFromConfig(a.AWS), a.Config.QueueURL} }

// Send keeps a webhook: when it returns nil the queue has it.
func (q *Queue) Send(ctx context.Context, w source.Webhook) error {
	body, err := json.Marshal(w)
	if err != nil {
		return err
	}
	if _, err := q.api.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: aws.String(q.url), MessageBody: aws.String(string(body))}); err != nil {
		return unavailable("the queue", err)
	}
	return nil
}

// secretsFresh is how long secrets are used before they are asked for again:
// how long a replaced one may still be believed.
const secretsFresh = 5 * time.Minute

// Secrets are the secrets of webhooks, from Secrets Manager.
type Secrets struct {
	api   *secretsmanager.Client
	name  string
	clock func() time.Time

	mu     sync.Mutex
	found  source.Secrets
	loaded time.Time
}

// Secrets makes the client of the secrets.
func (a *App) Secrets() *Secrets {
	return &Secrets{api: secretsmanager.NewFromConfig(a.AWS), name: a.Config.HookSecrets, clock: a.Clock}
}

// Get is the active secrets. While they cannot be loaded again the known ones
// hold: a webhook that is refused is lost, one more minute of a secret is not.
func (s *Secrets) Get(ctx context.Context) (source.Secrets, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	if s.found != nil && now.Sub(s.loaded) < secretsFresh && !now.Before(s.loaded) {
		return s.found, nil
	}
	out, err := s.api.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(s.name)})
	if err != nil {
		if s.found != nil {
			return s.found, nil
		}
		return nil, unavailable("the store of secrets", err)
	}
	found, err := source.ParseSecrets([]byte(aws.ToString(out.SecretString)))
	if err != nil {
		return nil, fault.New(fault.Internal, "internal", "internal error").Because(err)
	}
	s.found, s.loaded = found, now
	return found, nil
}

// Bucket is the statement bucket.
type Bucket struct {
	api  *s3.Client
	name string
}

// Bucket makes the client of the bucket.
func (a *App) Bucket() *Bucket {
	return &Bucket{s3.NewFromConfig(a.AWS, func(o *s3.Options) { o.UsePathStyle = a.AWS.BaseEndpoint != nil }), a.Config.StatementBucket}
}

// Object is something to be put.
type Object struct {
	Key, Media string
	Body       []byte
}

// Put writes an object, whatever stood there.
func (b *Bucket) Put(ctx context.Context, o Object) error { return b.put(ctx, o, nil) }

// Keep writes an object where none stands: what stands is as it should be, and
// a further version of the same bytes would only say that somebody asked again.
func (b *Bucket) Keep(ctx context.Context, o Object) error {
	err := b.put(ctx, o, aws.String("*"))
	if c := code(err); c == "PreconditionFailed" || c == "ConditionalRequestConflict" {
		return nil
	}
	return err
}

func (b *Bucket) put(ctx context.Context, o Object, ifNoneMatch *string) error {
	_, err := b.api.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(b.name), Key: aws.String(o.Key), ContentType: aws.String(o.Media),
		Body: bytes.NewReader(o.Body), IfNoneMatch: ifNoneMatch})
	if err != nil {
		return unavailable("the bucket", err)
	}
	return nil
}

// PutJSON writes a value.
func (b *Bucket) PutJSON(ctx context.Context, key string, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return b.Put(ctx, Object{key, "application/json", body})
}

// GetJSON reads a value.
func (b *Bucket) GetJSON(ctx context.Context, key string, into any) error {
	out, err := b.api.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(b.name), Key: aws.String(key)})
	if err != nil {
		return unavailable("the bucket", err)
	}
	data, err := io.ReadAll(out.Body)
	if err = errors.Join(err, out.Body.Close()); err != nil {
		return unavailable("the bucket", err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fault.New(fault.Internal, "internal", "internal error").Because(fmt.Errorf("object %s: %w", key, err))
	}
	return nil
}

// Bus is the event bus.
type Bus struct {
	api  *eventbridge.Client
	name string
}

// Bus makes the client of the bus.
func (a *App) Bus() *Bus { return &Bus{eventbridge.NewFromConfig(a.AWS), a.Config.BusName} }

// Event is something that happened, told to whoever wants to know. Detail is
// JSON and names the event by an id that is the same each time it is told.
type Event struct {
	Type   string // decision.made and so on
	Detail []byte
	At     time.Time
}

// busBatch is how many events one call takes.
const busBatch = 10

// Announce tells events, and returns for each whether the bus took it.
func (b *Bus) Announce(ctx context.Context, events []Event) ([]bool, error) {
	took := make([]bool, len(events))
	for from := 0; from < len(events); from += busBatch {
		some := events[from:min(from+busBatch, len(events))]
		in := &eventbridge.PutEventsInput{}
		for _, e := range some {
			in.Entries = append(in.Entries, eventtypes.PutEventsRequestEntry{EventBusName: aws.String(b.name), Source: aws.String("fairlead"),
				DetailType: aws.String(e.Type), Detail: aws.String(string(e.Detail)), Time: aws.Time(e.At)})
		}
		out, err := b.api.PutEvents(ctx, in)
		if err != nil {
			return took, unavailable("the event bus", err)
		}
		for i, r := range out.Entries {
			took[from+i] = r.ErrorCode == nil
		}
	}
	return took, nil
}
