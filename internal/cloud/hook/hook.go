// Package hook is the function that verifies webhooks and puts them into the
// queue. It writes no keys.
package hook

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/cloud/gateway"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/httpapi"
	"github.com/fairlead/fairlead/internal/source"
)

// New verifies webhooks of some senders and queues them.
func New(a *cloud.App, senders source.Senders, secrets *Secrets, queue *Queue) *gateway.Door {
	hooks := &httpapi.Hooks{Senders: senders, Secrets: secrets.Get, Queue: queue.Send}
	return gateway.Counting(a, httpapi.NewHook(httpapi.Config{Clock: a.Clock, Log: a.Log, Hooks: hooks}))
}

// Queue is where verified webhooks wait.
type Queue struct {
	api *sqs.Client
	url string
}

// NewQueue makes the client of the queue.
func NewQueue(a *cloud.App) *Queue { return &Queue{sqs.NewFromConfig(a.AWS), a.Config.QueueURL} }

// Send keeps a webhook: when it returns nil the queue has it.
func (q *Queue) Send(ctx context.Context, w source.Webhook) error {
	body, err := json.Marshal(w)
	if err != nil {
		return err
	}
	message := &sqs.SendMessageInput{QueueUrl: aws.String(q.url), MessageBody: aws.String(string(body))}
	if _, err := q.api.SendMessage(ctx, message); err != nil {
		return cloud.Unavailable("the queue", err)
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

// NewSecrets makes the client of the secrets.
func NewSecrets(a *cloud.App) *Secrets {
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
		return nil, cloud.Unavailable("the store of secrets", err)
	}
	found, err := source.ParseSecrets([]byte(aws.ToString(out.SecretString)))
	if err != nil {
		return nil, fault.New(fault.Internal, "internal", "internal error").Because(err)
	}
	s.found, s.loaded = found, now
	return found, nil
}
