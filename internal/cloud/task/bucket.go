package task

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/fault"
)

// Files are the objects of closes and pays: statements in a bucket where nobody
// can delete or replace them for years, and batches in one where they expire. A
// batch is of use for as long as an execution runs, a day at most: the next one
// writes its own anew.
type Files struct {
	api                 *s3.Client
	statements, batches string // names of the buckets
}

// NewFiles makes the client of both buckets.
func NewFiles(a *cloud.App) *Files {
	return &Files{s3.NewFromConfig(a.AWS, func(o *s3.Options) { o.UsePathStyle = a.AWS.BaseEndpoint != nil }), a.Config.StatementBucket, a.Config.BatchBucket}
}

// Object is something to be put.
type Object struct {
	Key, Media string
	Body       []byte
}

// Keep writes a statement where none stands: what stands is as it should be, and
// a further version of the same bytes would only say that somebody asked again.
func (f *Files) Keep(ctx context.Context, o Object) error {
	err := f.put(ctx, f.statements, o, aws.String("*"))
	if c := cloud.Code(err); c == "PreconditionFailed" || c == "ConditionalRequestConflict" {
		return nil
	}
	return err
}

// put sends an object with the checksum of its bytes: S3 refuses one without in a
// bucket that locks objects by default, as that of the statements does. The
// batches have no lock and need none, but what breaks on its way is refused there
// too. It is a plain header, since the bytes are here: a trailer would need
// chunks, which not every stand-in of S3 reads, and a setting of the account's
// config that a hand-made config leaves out.
func (f *Files) put(ctx context.Context, bucket string, o Object, ifNoneMatch *string) error {
	sum := sha256.Sum256(o.Body)
	_, err := f.api.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String(o.Key), ContentType: aws.String(o.Media),
		Body: bytes.NewReader(o.Body), ChecksumSHA256: aws.String(base64.StdEncoding.EncodeToString(sum[:])), IfNoneMatch: ifNoneMatch})
	if err != nil {
		return cloud.Unavailable("the bucket", err)
	}
	return nil
}

// PutJSON writes a batch, whatever stood there.
func (f *Files) PutJSON(ctx context.Context, key string, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return f.put(ctx, f.batches, Object{key, "application/json", body}, nil)
}

// GetJSON reads a batch.
func (f *Files) GetJSON(ctx context.Context, key string, into any) error {
	out, err := f.api.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(f.batches), Key: aws.String(key)})
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
