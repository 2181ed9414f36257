package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"trappedinart/engine"
)

// Names on JetStream.
const (
	streamName      = "TRAPPED_JOBS"
	consumerName    = "workers"
	jobSubject      = "trapped.jobs."     // and the id
	progressSubject = "trapped.progress." // and the id
	stateBucket     = "trapped_jobs"
	statesName      = "KV_" + stateBucket // of its stream
	uploadBucket    = "trapped_uploads"
	paintingBucket  = "trapped_paintings"
	recipeBucket    = "trapped_recipes"
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
	uploads   *bucket
	paintings *bucket
	recipes   jetstream.KeyValue // that jobs are steered by, as JSON
}

// create makes what there is not yet, with the limits that everything has.
func create(ctx context.Context, js jetstream.JetStream, opt Options) (*buckets, error) {
	b := &buckets{js: js}
	var err error
	if b.states, err = createStates(ctx, js, opt); err != nil {
		return nil, err
	}
	if b.recipes, err = js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{
		Bucket: recipeBucket, TTL: opt.Keep, Replicas: opt.Replicas, MaxValueSize: maxRecipe,
	}); err != nil {
		return nil, err
	}
	for name, to := range map[string]**bucket{uploadBucket: &b.uploads, paintingBucket: &b.paintings} {
		objects, err := js.CreateOrUpdateObjectStore(ctx, jetstream.ObjectStoreConfig{
			Bucket: name, TTL: opt.Keep + slack, MaxBytes: opt.Bytes / 2, Replicas: opt.Replicas,
		})
		if err != nil {
			return nil, err
		}
		if *to, err = openBucket(ctx, js, name, objects); err != nil {
			return nil, err
		}
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

// createStates makes the bucket of states as ADR-8 of NATS has it, but so that single
// messages can be deleted: eraseState does. One of a version that did not stays as it is,
// as JetStream lets nobody change that.
func createStates(ctx context.Context, js jetstream.JetStream, opt Options) (jetstream.KeyValue, error) {
	keep := opt.Keep + slack
	config := jetstream.StreamConfig{
		Name: statesName, Subjects: []string{"$KV." + stateBucket + ".>"}, Replicas: opt.Replicas,
		MaxMsgsPerSubject: 2, // eraseState deletes the older of two
		MaxAge:            keep, Duplicates: min(2*time.Minute, keep),
		MaxMsgs: -1, MaxBytes: -1, MaxMsgSize: -1, MaxConsumers: -1,
		AllowRollup: true, AllowDirect: true, AllowMsgTTL: true, Discard: jetstream.DiscardNew,
		SubjectDeleteMarkerTTL: time.Minute, // watchers hear that a job has expired
	}
	if old, err := js.Stream(ctx, statesName); err == nil {
		config.DenyDelete = old.CachedInfo().Config.DenyDelete
	}
	if _, err := js.CreateOrUpdateStream(ctx, config); err != nil {
		return nil, err
	}
	return js.KeyValue(ctx, stateBucket)
}

// bind finds what a queue has made.
func bind(ctx context.Context, js jetstream.JetStream) (*buckets, error) {
	b := &buckets{js: js}
	var err error
	if b.states, err = js.KeyValue(ctx, stateBucket); err != nil {
		return nil, err
	}
	if b.recipes, err = js.KeyValue(ctx, recipeBucket); err != nil {
		return nil, err
	}
	for name, to := range map[string]**bucket{uploadBucket: &b.uploads, paintingBucket: &b.paintings} {
		objects, err := js.ObjectStore(ctx, name)
		if err != nil {
			return nil, err
		}
		if *to, err = openBucket(ctx, js, name, objects); err != nil {
			return nil, err
		}
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
	var told *engine.Error
	if errors.As(err, &told) {
		return told.Code == engine.Busy
	}
	return err != nil && (strings.Contains(err.Error(), "maximum messages exceeded") || strings.Contains(err.Error(), "maximum bytes exceeded"))
}

// checkpoints are the names that a job's checkpoints have among the paintings.
func checkpoints(id string) []string { return []string{id + ".a", id + ".b"} }

// resultName is the name of the result of a lease: two leases after each other have
// results of their own, and the state says which counts.
func resultName(id, lease string) string { return id + "." + lease }

// drop removes paintings.
func (b *buckets) drop(names ...string) {
	for _, name := range names {
		b.paintings.remove(name)
	}
}

// clean removes what nobody needs of a job that has ended.
func (b *buckets) clean(id string) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_ = b.recipes.Purge(ctx, id) // or it expires
	b.uploads.remove(id)
	b.drop(checkpoints(id)...)
}

// cleanEnded removes what a worker that was only slow has kept of a job that had ended. If
// it ends later, its worker does.
func (b *buckets) cleanEnded(id string) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	e, err := b.states.Get(ctx, id)
	var now state
	if errors.Is(err, jetstream.ErrKeyNotFound) || err == nil && json.Unmarshal(e.Value(), &now) == nil && final(now.State) {
		b.clean(id)
	}
}

// forget removes what there is of a job but its state.
func (b *buckets) forget(id string, st *state) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	// Not by purging the subject, which confuses the consumer about what else it has given
	// out ("bad pending entry", nats-server 2.15.2).
	if m, err := b.queue.GetLastMsgForSubject(ctx, jobSubject+id); err == nil {
		_ = b.queue.DeleteMsg(ctx, m.Sequence)
	}
	b.clean(id)
	b.drop(resultName(id, st.Lease))
}
