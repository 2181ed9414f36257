//go:build unix

package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// served is a server of listenFlags that is under way.
type served struct {
	url  string
	log  *lockedBuffer
	stop context.CancelFunc
	done chan error
}

// listenWith serves h until the test ends.
func listenWith(t *testing.T, f listenFlags, connections int, h http.Handler, end context.CancelFunc) *served {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	s := &served{log: &lockedBuffer{}, stop: stop, done: make(chan error, 1)}
	f.addr = "127.0.0.1:0"
	said, says := io.Pipe()
	cmd := &cobra.Command{}
	cmd.SetContext(ctx)
	cmd.SetOut(says)
	go func() {
		s.done <- f.serve(cmd, slog.New(slog.NewTextHandler(s.log, nil)), connections, true, h, end)
	}()
	t.Cleanup(func() {
		stop()
		says.Close()
		<-s.done
	})
	line := make([]byte, 200)
	n, err := said.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	s.url = strings.TrimPrefix(strings.TrimSpace(string(line[:n])), "Trapped in Art is at ")
	return s
}

// certify writes a certificate for localhost with that number, and its key.
func certify(t *testing.T, cert, key string, number int64) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(number), DNSNames: []string{"localhost"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	write(t, cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	write(t, key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs}))
}

// With a certificate it is HTTPS and HTTP/2, and a new one is taken without a pause.
func TestCertificate(t *testing.T) {
	f := listenFlags{cert: filepath.Join(t.TempDir(), "cert.pem"), key: filepath.Join(t.TempDir(), "key.pem")}
	certify(t, f.cert, f.key, 1)
	s := listenWith(t, f, 100, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) }), func() {})
	if !strings.HasPrefix(s.url, "https://localhost:") {
		t.Fatalf("it says that it is at %s", s.url)
	}
	// get returns the protocol and the certificate's number, over a connection of its own.
	get := func(http2 bool) (string, int64) {
		t.Helper()
		transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: http2}
		defer transport.CloseIdleConnections()
		res, err := (&http.Client{Transport: transport}).Get(s.url)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		data, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(data), res.TLS.PeerCertificates[0].SerialNumber.Int64()
	}
	if proto, n := get(true); proto != "HTTP/2.0" || n != 1 {
		t.Errorf("it speaks %s with certificate %d", proto, n)
	}
	if proto, _ := get(false); proto != "HTTP/1.1" {
		t.Errorf("to others it speaks %s", proto)
	}
	hup := func(says string) {
		t.Helper()
		if err := syscall.Kill(syscall.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(10 * time.Second); !strings.Contains(s.log.String(), says); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("it logs %s", s.log)
			}
		}
	}
	certify(t, f.cert, f.key, 2)
	hup("read again")
	if _, n := get(true); n != 2 {
		t.Errorf("its certificate is number %d", n)
	}
	write(t, f.cert, []byte("broken"))
	hup("kept as it was")
	if _, n := get(true); n != 2 {
		t.Errorf("then its certificate is number %d", n)
	}
	for name, bad := range map[string]listenFlags{"no key": {cert: f.key}, "no cert": {key: f.key}, "broken": f, "no file": {cert: "nowhere", key: f.key}} {
		if err := bad.serve(&cobra.Command{}, slog.Default(), 1, true, nil, nil); err == nil || !strings.Contains(sentence(err), "--tls-cert") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A server that is told to end takes nothing new, answers what it has, and ends streams.
func TestGracefulEnd(t *testing.T) {
	began, ending, end := make(chan string, 2), make(chan struct{}), make(chan struct{})
	s := listenWith(t, listenFlags{}, 100, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began <- r.URL.Path
		if r.URL.Path == "/stream" {
			<-ending
		} else {
			<-end
			if r.Context().Err() != nil {
				t.Error("a request is broken off")
			}
		}
		_, _ = io.WriteString(w, "whole")
	}), func() { close(ending) })
	answers := make(chan string, 2)
	for _, path := range []string{"/stream", "/request"} {
		go func() {
			res, err := http.Get(s.url + path)
			if err != nil {
				answers <- err.Error()
				return
			}
			defer res.Body.Close()
			data, _ := io.ReadAll(res.Body)
			answers <- path + " " + string(data)
		}()
	}
	<-began
	<-began
	s.stop()
	if got := <-answers; got != "/stream whole" {
		t.Errorf("the stream gives %q", got)
	}
	for {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			break // it takes no more
		}
		c.Close()
		time.Sleep(10 * time.Millisecond)
	}
	close(end)
	if got := <-answers; got != "/request whole" {
		t.Errorf("the request gives %q", got)
	}
	if err := <-s.done; err != nil {
		t.Error(err)
	}
	s.done <- nil // for the cleanup
}

// More connections than are allowed wait until others end, and are answered.
func TestConnections(t *testing.T) {
	s := listenWith(t, listenFlags{}, 2, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") }), func() {})
	var held []net.Conn
	for range 2 {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		held = append(held, c)
	}
	third, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer third.Close()
	if _, err := io.WriteString(third, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	_ = third.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
	if data, err := io.ReadAll(third); len(data) > 0 || err == nil {
		t.Errorf("a third is answered by %q", data)
	}
	held[0].Close()
	_ = third.SetReadDeadline(time.Now().Add(20 * time.Second))
	if data, err := io.ReadAll(third); err != nil || !bytes.HasSuffix(data, []byte("here")) {
		t.Errorf("then it is answered by %q, %v", data, err)
	}
}
