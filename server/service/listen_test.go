package service

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// The server refuses too large a head, and does not wait for one that comes too slowly.
func TestBrokenHeads(t *testing.T) {
	server := newServer(slog.New(slog.DiscardHandler), http.NotFoundHandler())
	server.ReadHeaderTimeout = 200 * time.Millisecond
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(listener)
	defer server.Close()
	for name, c := range map[string]struct{ send, want string }{
		"a long header":        {"GET / HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("a", 64<<10) + "\r\n\r\n", "HTTP/1.1 431"},
		"a flood of headers":   {"GET / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X: a\r\n", 16<<10) + "\r\n", "HTTP/1.1 431"},
		"a long address":       {"GET /" + strings.Repeat("a", 64<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 431"},
		"no HTTP":              {"\x16\x03\x01 hello\r\n\r\n", "HTTP/1.1 400"},
		"no host":              {"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400"},
		"two lengths":          {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na", "HTTP/1.1 400"},
		"half a head":          {"GET / HTTP/1.1\r\nHost: x\r\n", ""},
		"nothing":              {"", ""},
		"what the others lack": {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404"},
	} {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
		go io.WriteString(conn, c.send)
		got, err := bufio.NewReader(conn).ReadString('\n')
		if !strings.HasPrefix(got, c.want) || c.want == "" && (got != "" || os.IsTimeout(err)) {
			t.Errorf("%s is answered by %q, %v", name, got, err)
		}
		conn.Close()
	}
}
