// Package shares keeps the envelopes that people share, which it cannot open, until they
// expire. It has one stream of JetStream, TRAPPED_SHARES, of which each message expires by
// itself: trapped.shares.ID.head, what is known of a share, is written when all of its
// pieces, trapped.shares.ID.0 and so on, are there, and expires first.
package shares

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"trappedinart/engine"
)

const (
	streamName = "TRAPPED_SHARES"
	subject    = "trapped.shares."
	piece      = 256 << 10 // NATS takes a MiB at most if it is not told otherwise
)

// MaxKeep is how long a share is kept at most.
const MaxKeep = 90 * 24 * time.Hour

// Of what follows the head in time, so that no head is without its pieces.
const grace = time.Minute

// Options are the limits of a Shelf; zeros take the defaults.
type Options struct {
	Bytes    int64 // of disk for all shares; 1 GiB
	Replicas int   // of everything, on a cluster; 1
}

// A Shelf keeps shares.
type Shelf struct {
	js     jetstream.JetStream
	stream jetstream.Stream
	bytes  int64
}

// Created is a new share.
type Created struct {
	ID      string // unguessable
	Token   string // removes it
	Expires time.Time
}

// A Share is what is known of a share.
type Share struct {
	ID      string
	Size    int64
	Expires time.Time
}

// head is a Share on the stream.
type head struct {
	Size    int64     `json:"size"`
	Expires time.Time `json:"expires"`
	Token   []byte    `json:"token"` // its SHA-256
}

// Open makes the stream if there is none yet, with the limits that are given.
func Open(ctx context.Context, js jetstream.JetStream, opt Options) (*Shelf, error) {
	if opt.Bytes == 0 {
		opt.Bytes = 1 << 30
	}
	stream, err := js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: streamName, Subjects: []string{subject + ">"}, Replicas: max(opt.Replicas, 1),
		MaxBytes: opt.Bytes, Discard: jetstream.DiscardNew, MaxMsgsPerSubject: 1, DiscardNewPerSubject: true,
		MaxAge: MaxKeep + 2*grace, AllowMsgTTL: true, AllowDirect: true,
	})
	if err != nil {
		return nil, fmt.Errorf("shares: %w", err)
	}
	return &Shelf{js, stream, opt.Bytes}, nil
}

// ValidID says whether a share could have the id: only such are asked for.
func ValidID(id string) bool {
	return len(id) == 26 && strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// Put keeps an envelope for a while, from a second on. Nothing of it is left if there is
// no room for it.
func (s *Shelf) Put(ctx context.Context, envelope []byte, keep time.Duration) (Created, error) {
	if keep < time.Second || keep > MaxKeep {
		return Created{}, engine.Errorf(engine.InvalidRequest, "A share is kept from a second to %d days.", MaxKeep/(24*time.Hour))
	}
	info, err := s.stream.Info(ctx)
	if err != nil {
		return Created{}, err
	}
	const more = 64 << 10 // for the head, and what the stream has beside each message
	if int64(info.State.Bytes)+int64(len(envelope))+more > s.bytes {
		return Created{}, errFull()
	}
	c := Created{ID: rand.Text(), Token: rand.Text() + rand.Text(), Expires: time.Now().Add(keep).UTC().Truncate(time.Second)}
	if err := s.put(ctx, c, envelope, keep); err != nil {
		s.remove(c.ID)
		if strings.Contains(err.Error(), "maximum bytes exceeded") { // the server has no code for it
			return Created{}, errFull()
		}
		return Created{}, err
	}
	return c, nil
}

func (s *Shelf) put(ctx context.Context, c Created, envelope []byte, keep time.Duration) error {
	for n := 0; n*piece < len(envelope); n++ {
		part := envelope[n*piece : min((n+1)*piece, len(envelope))]
		if _, err := s.js.Publish(ctx, pieceSubject(c.ID, n), part, jetstream.WithMsgTTL(keep+grace)); err != nil {
			return err
		}
	}
	data, err := json.Marshal(head{int64(len(envelope)), c.Expires, hash(c.Token)})
	if err != nil {
		return err
	}
	_, err = s.js.Publish(ctx, headSubject(c.ID), data, jetstream.WithMsgTTL(keep))
	return err
}

// Get returns what is known of a share. Its envelope is read by Copy.
func (s *Shelf) Get(ctx context.Context, id string) (Share, error) {
	h, err := s.head(ctx, id)
	return Share{id, h.Size, h.Expires}, err
}

// Copy writes a share's envelope, piece by piece.
func (s *Shelf) Copy(ctx context.Context, w io.Writer, share Share) error {
	for n := 0; int64(n)*piece < share.Size; n++ {
		m, err := s.stream.GetLastMsgForSubject(ctx, pieceSubject(share.ID, n))
		if err != nil {
			return err // it was removed meanwhile
		}
		if _, err := w.Write(m.Data); err != nil {
			return err
		}
	}
	return nil
}

// Delete removes a share. A wrong token is told nothing but an unknown id is.
func (s *Shelf) Delete(ctx context.Context, id, token string) error {
	h, err := s.head(ctx, id)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(h.Token, hash(token)) != 1 {
		return errNone()
	}
	// The head first: a share is there as long as it has one.
	if err := s.stream.Purge(ctx, jetstream.WithPurgeSubject(headSubject(id))); err != nil {
		return err
	}
	s.remove(id)
	return nil
}

// remove removes all pieces of a share. What cannot be removed expires.
func (s *Shelf) remove(id string) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_ = s.stream.Purge(ctx, jetstream.WithPurgeSubject(subject+id+".>"))
}

func (s *Shelf) head(ctx context.Context, id string) (head, error) {
	var h head
	if !ValidID(id) {
		return h, errNone()
	}
	m, err := s.stream.GetLastMsgForSubject(ctx, headSubject(id))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return h, errNone()
	}
	if err != nil {
		return h, unreachable(err)
	}
	if err := json.Unmarshal(m.Data, &h); err != nil {
		return h, err
	}
	if !time.Now().Before(h.Expires) {
		return h, errNone()
	}
	return h, nil
}

// unreachable says that it is not the program's fault if NATS is away for a while.
func unreachable(err error) error {
	if errors.Is(err, nats.ErrNoResponders) || errors.Is(err, nats.ErrTimeout) || errors.Is(err, nats.ErrConnectionClosed) || errors.Is(err, context.DeadlineExceeded) {
		return &engine.Error{Code: engine.Unavailable, Message: "What is shared cannot be reached at the moment; please try again in a minute.", Err: err}
	}
	return err
}

func headSubject(id string) string { return subject + id + ".head" }

func pieceSubject(id string, n int) string { return fmt.Sprintf("%s%s.%d", subject, id, n) }

func hash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func errNone() error {
	return engine.Errorf(engine.NotFound, "There is no such shared picture: it has expired, or was removed, or the link is wrong.")
}

func errFull() error {
	return engine.Errorf(engine.Busy, "This server has no room for more shared pictures at the moment; try again later, or share a recipe only.")
}

var (
	bytesNow  = prometheus.NewDesc("trapped_shares_bytes", "Disk that shares take now.", nil, nil)
	bytesMost = prometheus.NewDesc("trapped_shares_bytes_limit", "Disk that shares may take.", nil, nil)
)

var _ prometheus.Collector = (*Shelf)(nil)

// Describe and Collect make a Shelf a collector of Prometheus.
func (s *Shelf) Describe(to chan<- *prometheus.Desc) {
	to <- bytesNow
	to <- bytesMost
}

// Collect sends the metrics; without what is there now while the stream cannot be asked.
func (s *Shelf) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	to <- prometheus.MustNewConstMetric(bytesMost, prometheus.GaugeValue, float64(s.bytes))
	if info, err := s.stream.Info(ctx); err == nil {
		to <- prometheus.MustNewConstMetric(bytesNow, prometheus.GaugeValue, float64(info.State.Bytes))
	}
}
