package service

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"golang.org/x/net/netutil"

	"trappedinart/engine"
	"trappedinart/server/handler"
)

// Listen says where a Service listens.
type Listen struct {
	Addr        string        // host:port; a port of 0 takes one that is free
	Path        string        // of the host, such as /art, that the page is at, or ""
	Cert, Key   string        // PEM files that make it speak https, or ""
	Connections int           // at once; those above wait
	Grace       time.Duration // how long requests under way have to end when it closes
}

// A listener serves HTTP or https.
type listener struct {
	Listen
	log    *slog.Logger
	server *http.Server
	addr   net.Addr
	failed chan error // has room for why it ended by itself
}

func listen(l Listen, log *slog.Logger, h http.Handler) (*listener, error) {
	s := &listener{Listen: l, log: log, server: newServer(log, handler.Under(l.Path, h)), failed: make(chan error, 1)}
	if l.Cert != "" {
		c := &certificate{cert: l.Cert, key: l.Key}
		if _, err := c.get(nil); err != nil {
			return nil, &engine.Error{Code: engine.Unreadable, Message: fmt.Sprintf("The certificate cannot be used (%v). Check --tls-cert and --tls-key.", err), Err: err}
		}
		s.server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get}
	}
	socket, err := net.Listen("tcp", l.Addr)
	if err != nil {
		return nil, &engine.Error{Code: engine.Unavailable, Message: fmt.Sprintf("Cannot listen on %s (%v). Choose another address with --addr.", l.Addr, err), Err: err}
	}
	s.addr = socket.Addr()
	socket = netutil.LimitListener(socket, l.Connections)
	go func() {
		if l.Cert != "" {
			err = s.server.ServeTLS(socket, "", "")
		} else {
			err = s.server.Serve(socket)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			s.failed <- err
		}
	}()
	return s, nil
}

// url is where the page is, as a person types it.
func (s *listener) url() string {
	if s.Cert != "" {
		return "https://" + shown(s.addr) + s.Path
	}
	return "http://" + shown(s.addr) + s.Path
}

// close lets requests finish within the grace.
func (s *listener) close() error {
	grace, cancel := context.WithTimeout(context.Background(), s.Grace)
	defer cancel()
	err := s.server.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		s.log.Warn("requests were cut off because they took longer than --grace")
		return s.server.Close()
	}
	return err
}

// newServer returns a server that nobody can keep busy by being slow. How long an answer
// may take to be read is the handler's to say, as events go on for as long as a job.
func newServer(log *slog.Logger, h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       5 * time.Minute, // an upload over a slow line
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // what strangers send wrongly
	}
}

// A certificate is read again when its file has changed, as who renews it cannot restart
// the server each time.
type certificate struct {
	cert, key string

	mu      sync.Mutex
	loaded  *tls.Certificate
	changed time.Time
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	st, err := os.Stat(c.cert)
	if err == nil && (c.loaded == nil || !st.ModTime().Equal(c.changed)) {
		var pair tls.Certificate
		if pair, err = tls.LoadX509KeyPair(c.cert, c.key); err == nil {
			c.loaded, c.changed = &pair, st.ModTime()
		}
	}
	if c.loaded != nil {
		return c.loaded, nil // also while a new one is only half there
	}
	return nil, err
}

// shown is the address as a person types it: localhost for this machine.
func shown(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	if ip := net.ParseIP(host); ip.IsLoopback() || ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
