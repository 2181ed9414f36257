// Package shares keeps what people share: sealed envelopes, of which the server has no
// key, for as long as each is to be kept. They are on JetStream, in one stream:
//
//	trapped.shares.ID.0, 1, 2...   the pieces
//	trapped.shares.ID.head         the description of the share; written last
//
// A share is there when its head is. Sweep overwrites it when its time is over. Each message
// also expires by itself a while later: that removes, but does not overwrite, shares whose time
// was over while no server ran, and pieces of an upload with which the process ended.
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
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"trappedinart/engine"
)

const (
	streamName = "TRAPPED_SHARES"
	subject    = "trapped.shares."

	// PieceBytes is how much of a share is in memory at once while it comes or goes.
	PieceBytes = 256 << 10
	// maxMessages bounds what small shares take of the memory of JetStream, which knows
	// each message's subject.
	maxMessages = 1 << 18
	// slack is how much longer than a share its messages are there, for Sweep.
	slack      = time.Hour
	sweepEvery = 10 * time.Minute
	patience   = 10 * time.Second // with JetStream, where the request may have ended
)

// Options are the limits of all shares; zeros take the defaults.
type Options struct {
	Bytes    int64 // of disk; 4 GiB
	Replicas int   // on a cluster; 1
}

// Shares are all that there are.
type Shares struct {
	js     jetstream.JetStream
	stream jetstream.Stream
	most   int64

	sweeping sync.Mutex
	expires  map[string]time.Time // by ID, of those that Sweep has seen
}

// Open finds the shares, and makes a place for them where there is none yet.
func Open(ctx context.Context, js jetstream.JetStream, opt Options) (*Shares, error) {
	if opt.Bytes == 0 {
		opt.Bytes = 4 << 30
	}
	stream, err := js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: streamName, Subjects: []string{subject + "*.*"}, Replicas: max(opt.Replicas, 1),
		MaxBytes: opt.Bytes, MaxMsgs: maxMessages, Discard: jetstream.DiscardNew,
		AllowMsgTTL: true, AllowDirect: true,
	})
	if err != nil {
		return nil, fmt.Errorf("shares: %w", err)
	}
	return &Shares{js: js, stream: stream, most: opt.Bytes, expires: map[string]time.Time{}}, nil
}

// A Share describes a share, without its contents.
type Share struct {
	ID      string    `json:"-"`
	Size    int64     `json:"size"` // in bytes
	Pieces  int       `json:"pieces"`
	Token   []byte    `json:"token"` // hash of the token that deletes it
	Expires time.Time `json:"expires"`
}

// ErrRead marks errors in reading the envelope.
var ErrRead = errors.New("the share was not read to its end")

// Put keeps what it reads for so long, and returns the share and the token that deletes
// it. It holds PieceBytes of memory. expected is how much there will be, 0 if that is not
// known. If reading fails, the error wraps ErrRead and the reader's.
func (s *Shares) Put(ctx context.Context, from io.Reader, expected int64, keep time.Duration) (_ *Share, token string, err error) {
	n, bytes, err := s.Usage(ctx)
	if err != nil {
		return nil, "", reached(err)
	}
	if bytes+max(expected, PieceBytes) > s.most || n >= maxMessages {
		return nil, "", errFull()
	}
	token = rand.Text()
	sum := sha256.Sum256([]byte(token))
	share := &Share{ID: rand.Text(), Token: sum[:], Expires: time.Now().Add(keep).UTC().Truncate(time.Second)}
	defer func() {
		if err == nil {
			return
		}
		if failed := s.purge(share); failed != nil {
			err = errors.Join(err, failed)
		}
	}()
	piece := make([]byte, PieceBytes)
	for more := true; more; {
		n, err := fill(piece, from)
		more = err == nil
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, "", fmt.Errorf("%w: %w", ErrRead, err)
		}
		if n == 0 {
			break
		}
		if err := s.keep(ctx, fmt.Sprint(share.ID, ".", share.Pieces), piece[:n], keep+slack); err != nil {
			return nil, "", err
		}
		share.Pieces++
		share.Size += int64(n)
	}
	head, err := json.Marshal(share)
	if err != nil {
		return nil, "", err
	}
	return share, token, s.keep(ctx, share.ID+".head", head, keep+slack)
}

// fill reads until piece is full or reading fails. Unlike io.ReadFull it tells the end
// from one that came too early.
func fill(piece []byte, from io.Reader) (n int, err error) {
	for n < len(piece) && err == nil {
		var more int
		more, err = from.Read(piece[n:])
		n += more
	}
	return n, err
}

func (s *Shares) keep(ctx context.Context, name string, data []byte, keep time.Duration) error {
	_, err := s.js.Publish(ctx, subject+name, data, jetstream.WithMsgTTL(keep))
	if err != nil && (strings.Contains(err.Error(), "maximum bytes exceeded") || strings.Contains(err.Error(), "maximum messages exceeded")) {
		return errFull()
	}
	return reached(err)
}

// reached says of an error whether it is only that JetStream is away, which passes.
func reached(err error) error {
	for _, away := range []error{nats.ErrConnectionClosed, nats.ErrDisconnected, nats.ErrNoResponders, nats.ErrReconnectBufExceeded, nats.ErrTimeout, context.DeadlineExceeded, jetstream.ErrJetStreamNotEnabled} {
		if errors.Is(err, away) {
			return &engine.Error{Code: engine.Unavailable, Message: "Shares cannot be reached at the moment. Please try again in a minute.", Err: err}
		}
	}
	return err
}

func errFull() error {
	return engine.Errorf(engine.Busy, "This server has no room for another share now. Try again later, or save the picture as a file.")
}

func errGone() error {
	return engine.Errorf(engine.NotFound, "There is no such share: it has expired, was removed, or the link is incomplete.")
}

// isID says whether it is what rand.Text returns; all else could be a wildcard.
func isID(id string) bool {
	if len(id) != 26 {
		return false
	}
	for _, c := range []byte(id) {
		if (c < 'A' || c > 'Z') && (c < '2' || c > '7') {
			return false
		}
	}
	return true
}

// Get returns a share.
func (s *Shares) Get(ctx context.Context, id string) (*Share, error) {
	if !isID(id) {
		return nil, errGone()
	}
	share, err := s.head(ctx, id)
	if err == nil && !time.Now().Before(share.Expires) {
		return nil, errGone()
	}
	return share, err
}

// head returns a share, also one whose time is over.
func (s *Shares) head(ctx context.Context, id string) (*Share, error) {
	head, err := s.message(ctx, id+".head")
	if err != nil {
		return nil, err
	}
	share := &Share{ID: id}
	if err := json.Unmarshal(head, share); err != nil {
		return nil, fmt.Errorf("share %s: %w", id, err)
	}
	return share, nil
}

func (s *Shares) message(ctx context.Context, name string) ([]byte, error) {
	m, err := s.stream.GetLastMsgForSubject(ctx, subject+name)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, errGone()
	}
	if err != nil {
		return nil, reached(err)
	}
	return m.Data, nil
}

// Write sends the envelope, piece by piece.
func (s *Shares) Write(ctx context.Context, to io.Writer, share *Share) error {
	for i := range share.Pieces {
		piece, err := s.message(ctx, fmt.Sprint(share.ID, ".", i))
		if err != nil {
			return err
		}
		if _, err := to.Write(piece); err != nil {
			return err
		}
	}
	return nil
}

// Delete removes a share for a caller with its token.
func (s *Shares) Delete(ctx context.Context, id, token string) error {
	share, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(token))
	if subtle.ConstantTimeCompare(sum[:], share.Token) != 1 {
		return engine.Errorf(engine.Unauthorized, "This token does not delete this share.")
	}
	return s.purge(share)
}

// purge removes all that there is of a share: the head first, so that nobody begins to
// read it; and from the disk, where JetStream would leave it until it needs the place.
func (s *Shares) purge(share *Share) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	names := []string{share.ID + ".head"}
	for i := range share.Pieces + 1 { // of one that broke off, perhaps one that was not confirmed
		names = append(names, fmt.Sprint(share.ID, ".", i))
	}
	for _, name := range names {
		m, err := s.stream.GetLastMsgForSubject(ctx, subject+name)
		if err == nil {
			err = s.stream.SecureDeleteMsg(ctx, m.Sequence)
		}
		if err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
			return err
		}
	}
	return nil
}

// Usage returns how many messages shares are in, and how many bytes they take.
func (s *Shares) Usage(ctx context.Context) (messages, bytes int64, err error) {
	info, err := s.stream.Info(ctx)
	if err != nil {
		return 0, 0, err
	}
	return int64(info.State.Msgs), int64(info.State.Bytes), nil
}
