package task

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/fault"
)

// Bucket is the statement bucket.
type Bucket struct {
	api  *s3.Client
	name string
}

// NewBucket makes the client of the bucket.
func NewBucket(a *cloud.App) *Bucket {
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
	if c := cloud.Code(err); c == "PreconditionFailed" || c == "ConditionalRequestConflict" {
		return nil
	}
	return err
}

func (b *Bucket) put(ctx context.Context, o Object, ifNoneMatch *string) error {
	_, err := b.api.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(b.name), Key: aws.String(o.Key), ContentType: aws.String(o.Media),
		Body: bytes.NewReader(o.Body), IfNoneMatch: ifNoneMatch})
	if err != nil {
		return cloud.Unavailable("the bucket", err)
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
		return cloud.Unavailable("the bucket", err)
	}
	data, err := io.ReadAll(out.Body)
	if err = errors.Join(err, out.Body.Close()); err != nil {
		return cloud.Unavailable("the bucket", err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fault.New(fault.Internal, "internal", "internal error").Because(fmt.Errorf("object %s: %w", key, err))
	}
	return nil
}
