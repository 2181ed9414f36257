package service_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"trappedinart/engine/pixel"
	"trappedinart/internal/await"
	"trappedinart/server/handler"
	"trappedinart/server/jobs"
	"trappedinart/server/service"
	"trappedinart/server/store"
	"trappedinart/weights"
)

func options(dir, addr string) service.Options {
	log := slog.New(slog.DiscardHandler)
	return service.Options{
		Listen:  service.Listen{Addr: addr, Connections: 16, Grace: 10 * time.Second},
		Store:   store.Options{Dir: dir, Log: log},
		Workers: []*jobs.Worker{{Log: log}}, // which has nothing to paint
		Handler: handler.Config{Weights: &weights.Store{Dir: dir}, Decode: pixel.Decode, UploadBytes: 1 << 20, IntakeBytes: 1 << 20, ShareBytes: 1 << 20},
		Log:     log,
	}
}

// A service opens without a command line, answers, and leaves nothing behind when it is
// closed: no goroutine, no port, no lock on its data.
func TestOpenAndClose(t *testing.T) {
	dir := t.TempDir()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	before := runtime.NumGoroutine()
	addr := "127.0.0.1:0"
	for range 2 { // the second time with what the first has left, at the same port
		ctx, cancel := context.WithCancel(t.Context())
		s, err := service.Open(ctx, options(dir, addr))
		if err != nil {
			t.Fatal(err)
		}
		addr = strings.Replace(strings.TrimPrefix(s.URL(), "http://"), "localhost", "127.0.0.1", 1)
		cancel() // it goes on all the same
		if err := s.Wait(ctx); err != nil {
			t.Errorf("it waits for its context, which has ended: %v", err)
		}
		for path, want := range map[string]int{"/readyz": http.StatusOK, "/api/v1/weights": http.StatusOK, "/api/v1/jobs/none": http.StatusUnauthorized, "/api/v1/shares/none": http.StatusNotFound} {
			res, err := client.Get("http://" + addr + path)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != want {
				t.Errorf("%s is answered by %s, want %d", path, res.Status, want)
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if c, err := net.Dial("tcp", addr); err == nil {
			c.Close()
			t.Error("it goes on listening")
		}
		await.That(t, "the goroutines to end", func() bool { return runtime.NumGoroutine() <= before })
	}
}

// A failed Open closes everything that it opened.
func TestNothingStaysOpen(t *testing.T) {
	dir := t.TempDir()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	before := runtime.NumGoroutine()
	if s, err := service.Open(t.Context(), options(dir, taken.Addr().String())); err == nil {
		s.Close()
		t.Fatal("it listens where another does")
	} else if !strings.Contains(err.Error(), "--addr") {
		t.Errorf("it says %v", err)
	}
	await.That(t, "the goroutines to end", func() bool { return runtime.NumGoroutine() <= before })
	s, err := service.Open(t.Context(), options(dir, "127.0.0.1:0"))
	if err != nil {
		t.Fatalf("its data are in use: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
