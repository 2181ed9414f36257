package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/net/netutil"

	"trappedinart/engine"
)

// grace is how long requests may take to end when the server does.
const grace = 10 * time.Second

// listenFlags say where and how the server listens.
type listenFlags struct{ addr, cert, key string }

func (f *listenFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.addr, "addr", "127.0.0.1:8080", "the address to listen on")
	cmd.Flags().StringVar(&f.cert, "tls-cert", "", "a file of the certificate, and those it depends on, in PEM: the server speaks HTTPS and HTTP/2 then, and reads both files again when it is sent SIGHUP")
	cmd.Flags().StringVar(&f.key, "tls-key", "", "a file of the certificate's private key, in PEM")
}

// serve listens until the command's context ends, and then lets requests finish. Event
// streams end with end.
func (f *listenFlags) serve(cmd *cobra.Command, log *slog.Logger, connections int, ready bool, h http.Handler, end context.CancelFunc) error {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       5 * time.Minute, // of requests whose body has no deadlines of its own
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	scheme := "http"
	if f.cert != "" || f.key != "" {
		c, err := openCertificate(f.cert, f.key)
		if err != nil {
			return err
		}
		defer c.follow(log)()
		server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get}
		scheme = "https"
	}
	listener, err := net.Listen("tcp", f.addr)
	if err != nil {
		return &engine.Error{Code: engine.Unavailable, Message: fmt.Sprintf("Cannot listen on %s (%v); choose another address with --addr.", f.addr, err), Err: err}
	}
	if !ready {
		fmt.Fprintln(cmd.ErrOrStderr(), "This program was built without the page; make build puts it in. The API works.")
	}
	fmt.Fprintf(cmd.OutOrStdout(), "Trapped in Art is at %s://%s\n", scheme, shown(listener.Addr()))
	listener = netutil.LimitListener(listener, connections)
	failed := make(chan error, 1)
	go func() {
		if server.TLSConfig != nil {
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
	end()
	finishing, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	if err := server.Shutdown(finishing); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	log.Warn("requests that were not answered in time are broken off")
	return server.Close()
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

// A certificate is read from files, and again when they have changed.
type certificate struct {
	cert, key string
	now       atomic.Pointer[tls.Certificate]
}

func openCertificate(cert, key string) (*certificate, error) {
	if cert == "" || key == "" {
		return nil, wrongUse("HTTPS needs both --tls-cert and --tls-key.")
	}
	c := &certificate{cert: cert, key: key}
	return c, c.read()
}

func (c *certificate) read() error {
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return &engine.Error{Code: engine.Unreadable, Message: fmt.Sprintf("The certificate cannot be used (%v); check --tls-cert and --tls-key.", err), Err: err}
	}
	c.now.Store(&pair)
	return nil
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.now.Load(), nil }

// follow reads the files again at each SIGHUP, until what it returns is called.
func (c *certificate) follow(log *slog.Logger) (stop func()) {
	hup, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(hup, syscall.SIGHUP)
	go func() {
		for {
			select {
			case <-hup:
				if err := c.read(); err != nil {
					log.Error("the certificate is kept as it was", "err", err)
					continue
				}
				log.Info("the certificate was read again")
			case <-done:
				return
			}
		}
	}()
	return func() { signal.Stop(hup); close(done) }
}
