package jobs

import (
	"context"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Names on JetStream.
const (
	streamName      = "TRAPPED_JOBS"
	consumerName    = "workers"
	jobSubject      = "trapped.jobs."     // and the id
	progressSubject = "trapped.progress." // and the id
	stateBucket     = "trapped_jobs"
	uploadBucket    = "trapped_uploads"
	paintingBucket  = "trapped_paintings"
)

// maxDeliveries bounds how often a job is given to workers. Those that get nowhere end
// earlier, by maxAttempts.
const maxDeliveries = 100

// buckets are where jobs are.
type buckets struct {
	js        jetstream.JetStream
	queue     jetstream.Stream
	consumer  jetstream.Consumer
	states    jetstream.KeyValue
	uploads   jetstream.ObjectStore
	paintings jetstream.ObjectStore
}

// create makes what there is not yet, with the limits that everything has.
func create(ctx context.Context, js jetstream.JetStream, opt Options) (*buckets, error) {
	b := &buckets{js: js}
	var err error
	if b.states, err = js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{
		Bucket: stateBucket, TTL: opt.Keep, Replicas: opt.Replicas,
		LimitMarkerTTL: time.Minute, // who watches is told that a job has expired
	}); err != nil {
		return nil, err
	}
	if b.uploads, err = js.CreateOrUpdateObjectStore(ctx, jetstream.ObjectStoreConfig{
		Bucket: uploadBucket, TTL: opt.Keep, MaxBytes: opt.Bytes / 2, Replicas: opt.Replicas,
	}); err != nil {
		return nil, err
	}
	if b.paintings, err = js.CreateOrUpdateObjectStore(ctx, jetstream.ObjectStoreConfig{
		Bucket: paintingBucket, TTL: opt.Keep, MaxBytes: opt.Bytes / 2, Replicas: opt.Replicas,
	}); err != nil {
		return nil, err
	}
	if b.queue, err = js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: streamName, Subjects: []string{jobSubject + "*"}, Retention: jetstream.WorkQueuePolicy,
		MaxMsgs: int64(opt.Jobs), Discard: jetstream.DiscardNew, MaxAge: opt.Keep, Replicas: opt.Replicas,
	}); err != nil {
		return nil, err
	}
	b.consumer, err = b.queue.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: consumerName, AckPolicy: jetstream.AckExplicitPolicy, AckWait: opt.Silence,
		MaxDeliver: maxDeliveries, MaxAckPending: -1,
	})
	return b, err
}

// bind finds what a queue has made.
func bind(ctx context.Context, js jetstream.JetStream) (*buckets, error) {
	b := &buckets{js: js}
	var err error
	if b.states, err = js.KeyValue(ctx, stateBucket); err != nil {
		return nil, err
	}
	if b.uploads, err = js.ObjectStore(ctx, uploadBucket); err != nil {
		return nil, err
	}
	if b.paintings, err = js.ObjectStore(ctx, paintingBucket); err != nil {
		return nil, err
	}
	if b.queue, err = js.Stream(ctx, streamName); err != nil {
		return nil, err
	}
	b.consumer, err = b.queue.Consumer(ctx, consumerName)
	return b, err
}

// isFull says whether something was not kept because its stream has no room. The server
// has one code for that and all else that a store can refuse.
func isFull(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "maximum messages exceeded") || strings.Contains(err.Error(), "maximum bytes exceeded"))
}
