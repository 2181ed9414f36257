// Package store opens NATS JetStream, where everything is that must outlive the process:
// jobs, their pictures, shares. It is either a server inside this process, with its files
// under the data directory, or one elsewhere; who uses it cannot tell which.
package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"trappedinart/engine"
	"trappedinart/internal/filelock"
)

// Options say where JetStream is.
type Options struct {
	// Dir is the data directory, below which a server in this process keeps its files.
	Dir string
	// Listen is where that server is open to workers elsewhere, host:port; "" opens no
	// port.
	Listen string
	// URL is that of a server elsewhere, nats://host:port or several with commas between
	// them; there is none in this process then, and Dir and Listen are not used.
	URL string
	// Credentials is a file with what a server elsewhere knows us by, or "".
	Credentials string
	Log         *slog.Logger
}

// A Store is a connection to JetStream, and the server behind it if that is ours.
type Store struct {
	js     jetstream.JetStream
	server *server.Server
	lock   *os.File
}

const (
	startTimeout = 30 * time.Second // a large data directory is read when it opens
	patience     = time.Minute      // with a server elsewhere that starts together with us
)

// Open connects to the server elsewhere, or starts one. It fails if it cannot within ctx,
// or within a minute.
func Open(ctx context.Context, opt Options) (*Store, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	s := &Store{}
	options := []nats.Option{
		nats.Name("trapped"), nats.MaxReconnects(-1), nats.ReconnectWait(time.Second),
		// Work waits for the connection to come back and must not be said to be done
		// because it lies in a buffer.
		nats.ReconnectBufSize(-1),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				opt.Log.Warn("the connection to NATS broke; trying again", "err", err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { opt.Log.Info("connected to NATS again") }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			if !errors.Is(err, nats.ErrSlowConsumer) { // previews may be dropped
				opt.Log.Warn("NATS", "err", err)
			}
		}),
	}
	url := opt.URL
	if url == "" {
		if err := s.start(opt); err != nil {
			s.Close()
			return nil, err
		}
		url = s.server.ClientURL()
		options = append(options, nats.InProcessServer(s.server))
	} else if opt.Credentials != "" {
		options = append(options, nats.UserCredentials(opt.Credentials))
	}
	connection, err := connect(ctx, url, options)
	if err != nil {
		s.Close()
		return nil, &engine.Error{Code: engine.Unavailable, Message: fmt.Sprintf("NATS cannot be reached (%v). Check --nats.", err), Err: err}
	}
	if s.js, err = jetstream.New(connection); err != nil {
		connection.Close()
		s.Close()
		return nil, err
	}
	if _, err := s.js.AccountInfo(ctx); err != nil {
		s.Close()
		return nil, &engine.Error{Code: engine.Unavailable, Message: fmt.Sprintf("NATS has no JetStream (%v). Start it with -js.", err), Err: err}
	}
	return s, nil
}

// connect tries until ctx ends, as who starts together may be ready one after the other.
func connect(ctx context.Context, url string, options []nats.Option) (*nats.Conn, error) {
	for {
		connection, err := nats.Connect(url, options...)
		if err == nil || !errors.Is(err, nats.ErrNoServers) {
			return connection, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(time.Second / 4):
		}
	}
}

// start runs a server in this process.
func (s *Store) start(opt Options) error {
	dir := filepath.Join(opt.Dir, "nats")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return &engine.Error{Code: engine.Unwritable, Message: fmt.Sprintf("The data directory %s cannot be written: %v.", dir, err), Err: err}
	}
	var err error
	if s.lock, err = filelock.Lock(filepath.Join(dir, "lock")); err != nil {
		return &engine.Error{Code: engine.Unavailable, Message: fmt.Sprintf("The data directory %s is in use by another trapped. Stop that one, or choose another directory with --data.", opt.Dir), Err: err}
	}
	o := &server.Options{
		ServerName: "trapped", DontListen: opt.Listen == "", NoSigs: true,
		JetStream: true, StoreDir: dir, SyncAlways: true,
		// Each stream has limits of its own.
		JetStreamMaxStore: math.MaxInt64 / 2, JetStreamMaxMemory: 64 << 20,
	}
	if opt.Listen != "" {
		host, port, err := net.SplitHostPort(opt.Listen)
		if err == nil {
			o.Host = host
			o.Port, err = strconv.Atoi(port)
		}
		if err != nil || o.Port < 0 || o.Port > math.MaxUint16 {
			return engine.Errorf(engine.Unavailable, "--nats-listen must be an address such as 127.0.0.1:4222, not %q.", opt.Listen)
		}
		if o.Port == 0 {
			o.Port = server.RANDOM_PORT
		}
	}
	if s.server, err = server.NewServer(o); err != nil {
		return err
	}
	s.server.SetLoggerV2(logger{opt.Log}, false, false, false)
	s.server.Start()
	if !s.server.ReadyForConnections(startTimeout) {
		return &engine.Error{Code: engine.Unavailable, Message: fmt.Sprintf("The data directory %s cannot be opened, or the address of NATS is taken. The log says why.", dir)}
	}
	return nil
}

// JetStream returns the connection.
func (s *Store) JetStream() jetstream.JetStream { return s.js }

// URL returns where the server in this process listens.
func (s *Store) URL() string { return s.server.ClientURL() }

// Close ends the connection, and the server if it is ours, once its files are whole.
func (s *Store) Close() error {
	if s.js != nil {
		s.js.Conn().Close()
	}
	if s.server != nil {
		s.server.Shutdown()
		s.server.WaitForShutdown()
	}
	if s.lock != nil {
		return s.lock.Close()
	}
	return nil
}

// logger has the server's log go where ours goes.
type logger struct{ to *slog.Logger }

func (l logger) Noticef(format string, v ...any) { l.to.Debug("nats: " + fmt.Sprintf(format, v...)) }
func (l logger) Warnf(format string, v ...any)   { l.to.Warn("nats: " + fmt.Sprintf(format, v...)) }
func (l logger) Errorf(format string, v ...any)  { l.to.Error("nats: " + fmt.Sprintf(format, v...)) }
func (l logger) Fatalf(format string, v ...any)  { l.to.Error("nats: " + fmt.Sprintf(format, v...)) }
func (l logger) Debugf(string, ...any)           {}
func (l logger) Tracef(string, ...any)           {}
