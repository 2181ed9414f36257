package command

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/net/netutil"

	"trappedinart/engine"
	"trappedinart/server/handler"
)

// listenFlags say where and to whom the server listens.
type listenFlags struct {
	addr              string
	cert, key         string
	connections       int
	proxies, metrics  string
	requests, posts   float64
	loopback          bool
	grace             time.Duration
	trusted, watchers []netip.Prefix
}

func (l *listenFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&l.addr, "addr", "127.0.0.1:8080", "the address to listen on")
	f.StringVar(&l.cert, "tls-cert", "", "a certificate in PEM, with those between it and its root; it makes the server speak https, and is read again when it changes")
	f.StringVar(&l.key, "tls-key", "", "the key of the certificate, in PEM")
	f.IntVar(&l.connections, "limit-connections", 4096, "connections at once, from 1; those above wait")
	f.Float64Var(&l.requests, "limit-requests", 50, "requests per second from one address, and ten times as many at once; 0 is no limit")
	f.Float64Var(&l.posts, "limit-posts", 20, "jobs and shares per minute from one address; 0 is no limit")
	f.BoolVar(&l.loopback, "limit-loopback", false, "hold this machine's own addresses to both, too")
	f.StringVar(&l.proxies, "trusted-proxies", "", "networks whose X-Forwarded-For says who asks, such as 127.0.0.1/32,10.0.0.0/8")
	f.StringVar(&l.metrics, "metrics-from", "127.0.0.0/8,::1/128", "networks that may read /metrics, without a proxy between; empty for nobody")
	f.DurationVar(&l.grace, "grace", 10*time.Second, "how long requests under way have to end when the server is told to")
}

func (l *listenFlags) check() error {
	if (l.cert == "") != (l.key == "") {
		return wrongUse("--tls-cert and --tls-key go together.")
	}
	if l.connections < 1 || !(l.requests >= 0 && l.requests <= 1e6) || !(l.posts >= 0 && l.posts <= 1e6) || l.grace < 0 {
		return wrongUse("A limit is out of range: connections from 1, requests and posts from 0 to 1000000, grace from 0s.")
	}
	for _, list := range []struct {
		flag, text string
		to         *[]netip.Prefix
	}{{"trusted-proxies", l.proxies, &l.trusted}, {"metrics-from", l.metrics, &l.watchers}} {
		*list.to = nil
		for one := range strings.FieldsFuncSeq(list.text, func(r rune) bool { return r == ',' || r == ' ' }) {
			network, err := netip.ParsePrefix(one)
			if err != nil {
				addr, err := netip.ParseAddr(one)
				if err != nil {
					return wrongUse("--%s takes networks such as 10.0.0.0/8 with commas between them, and %.60q is none.", list.flag, one)
				}
				network = netip.PrefixFrom(addr, addr.BitLen())
			}
			*list.to = append(*list.to, network)
		}
	}
	return nil
}

// config is the handler's part of the flags.
func (l *listenFlags) config(c *handler.Config) {
	c.Rates = handler.Rates{Requests: l.requests, Posts: l.posts, Loopback: l.loopback}
	c.TrustedProxies, c.MetricsFrom = l.trusted, l.watchers
}

// serve listens until the command's context ends, and then lets requests finish; closing
// is closed when those without an end are to.
func (l *listenFlags) serve(cmd *cobra.Command, log *slog.Logger, closing chan<- struct{}, h http.Handler) error {
	server := newServer(log, h)
	scheme := "http"
	if l.cert != "" {
		scheme = "https"
		c := &certificate{cert: l.cert, key: l.key}
		if _, err := c.get(nil); err != nil {
			return &engine.Error{Code: engine.Unreadable, Message: fmt.Sprintf("The certificate cannot be used (%v); check --tls-cert and --tls-key.", err), Err: err}
		}
		server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get}
	}
	listener, err := net.Listen("tcp", l.addr)
	if err != nil {
		return &engine.Error{Code: engine.Unavailable, Message: fmt.Sprintf("Cannot listen on %s (%v); choose another address with --addr.", l.addr, err), Err: err}
	}
	fmt.Fprintf(cmd.OutOrStdout(), "Trapped in Art is at %s://%s\n", scheme, shown(listener.Addr()))
	listener = netutil.LimitListener(listener, l.connections)
	failed := make(chan error, 1)
	go func() {
		if l.cert != "" {
			failed <- server.ServeTLS(listener, "", "")
		} else {
			failed <- server.Serve(listener)
		}
	}()
	select {
	case err := <-failed:
		return err
	case <-cmd.Context().Done():
	}
	close(closing)
	grace, cancel := context.WithTimeout(context.Background(), l.grace)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		if !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		log.Warn("requests were cut off, as they took longer than --grace")
		return server.Close()
	}
	return nil
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
