package command

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"trappedinart/internal/await"
)

// started is trapped serve in this process.
type started struct {
	url  string
	out  *lines
	done chan result
	stop context.CancelFunc
}

// lines hands over what a command prints, and keeps it.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
	news chan string
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case l.news <- string(p):
	default:
	}
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// startServe runs trapped serve until the test ends.
func startServe(t *testing.T, args ...string) *started {
	t.Helper()
	dir := t.TempDir() // before the cleanup below, which therefore comes before the removal
	ctx, stop := context.WithCancel(context.Background())
	s := &started{out: &lines{news: make(chan string, 16)}, done: make(chan result, 1), stop: stop}
	go func() {
		s.done <- execute(ctx, s.out, &lines{}, append([]string{"serve", "--addr", "127.0.0.1:0", "--data", dir, "--workers", "0"}, args...)...)
	}()
	t.Cleanup(func() {
		stop()
		if r, ok := <-s.done; ok && r.code != exitDone {
			t.Errorf("serve ended with %+v", r)
		}
	})
	select {
	case text := <-s.out.news:
		scheme, at, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(text), "Trapped in Art is at "), "://")
		_, port, err := net.SplitHostPort(at)
		if err != nil {
			t.Fatalf("serve says %q", text)
		}
		s.url = scheme + "://127.0.0.1:" + port
	case r := <-s.done:
		close(s.done)
		t.Fatalf("serve ended with %+v", r)
	}
	return s
}

// A server with a path says where its page is, and answers there, however the path is written.
func TestPath(t *testing.T) {
	for flag, want := range map[string]string{"art": "/art", "/deep/er-2/": "/deep/er-2", "/": ""} {
		s := startServe(t, "--path", flag)
		if at, err := url.Parse(s.url); err != nil || at.Path != want {
			t.Errorf("--path %s: the page is at %s", flag, s.url)
		}
		res, err := http.Get(s.url + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Errorf("--path %s: %s/healthz is answered by %s", flag, s.url, res.Status)
		}
	}
}

// A certificate makes it https and HTTP/2, and a new one is used without a restart.
func TestCertificate(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	first := writeCertificate(t, cert, key, 1)
	s := startServe(t, "--tls-cert", cert, "--tls-key", key)
	get := func(trusted *x509.Certificate) (*http.Response, error) {
		pool := x509.NewCertPool()
		pool.AddCert(trusted)
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}}
		defer client.CloseIdleConnections()
		res, err := client.Get(s.url + "/healthz")
		if err == nil {
			res.Body.Close()
		}
		return res, err
	}
	if res, err := get(first); err != nil || res.ProtoMajor != 2 || res.StatusCode != http.StatusOK {
		t.Fatalf("%+v, %v", res, err)
	}
	second := writeCertificate(t, cert, key, 2)
	if err := os.Chtimes(cert, time.Time{}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if res, err := get(second); err != nil || res.TLS.PeerCertificates[0].SerialNumber.Int64() != 2 {
		t.Errorf("a new certificate is not used: %v", err)
	}
	write(t, cert, []byte("half"))
	if _, err := get(second); err != nil {
		t.Errorf("a broken one is: %v", err)
	}
	if r := command(t, t.Context(), "serve", "--data", dir, "--addr", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key); r.code != exitFailed || !strings.Contains(r.err, "--tls-cert") {
		t.Errorf("a broken certificate at the start: %+v", r)
	}
}

func writeCertificate(t *testing.T, certFile, keyFile string, serial int64) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}))
	write(t, certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// A server that is told to end lets an upload come to its end.
func TestGracefulEnd(t *testing.T) {
	s := startServe(t, "--grace", "30s")
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := "TIAS\x01" + strings.Repeat("x", 100)
	fmt.Fprintf(conn, "POST /api/v1/shares HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", len(body))
	answers := bufio.NewReader(conn)
	if got, err := answers.ReadString('\n'); err != nil || !strings.HasPrefix(got, "HTTP/1.1 100") {
		t.Fatalf("%q, %v", got, err)
	}
	s.stop()
	await.That(t, "the server to listen no longer", func() bool {
		other, err := net.Dial("tcp", conn.RemoteAddr().String())
		if err != nil {
			return true
		}
		other.Close()
		return false
	})
	if _, err := io.WriteString(conn, body); err != nil {
		t.Fatal(err)
	}
	_, _ = answers.ReadString('\n') // the end of the 100
	if got, err := answers.ReadString('\n'); err != nil || !strings.HasPrefix(got, "HTTP/1.1 201") {
		t.Errorf("the upload is answered by %q, %v", got, err)
	}
}
