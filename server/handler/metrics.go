package handler

import (
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"trappedinart/engine"
)

// metrics count requests by the pattern of their route, as addresses hold ids.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	received *prometheus.CounterVec
	sent     *prometheus.CounterVec
	inFlight prometheus.Gauge
}

func newMetrics(more []prometheus.Collector) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "trapped_http_requests_total", Help: "Requests that were answered.",
		}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "trapped_http_request_seconds", Help: "Time from a request's head to the end of its answer.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 9), // to a minute
		}, []string{"route"}),
		received: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "trapped_http_received_bytes_total", Help: "Bodies of requests.",
		}, []string{"route"}),
		sent: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "trapped_http_sent_bytes_total", Help: "Bodies of answers.",
		}, []string{"route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "trapped_http_in_flight", Help: "Requests that are being answered now.",
		}),
	}
	m.registry.MustRegister(m.requests, m.seconds, m.received, m.sent, m.inFlight,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.registry.MustRegister(more...)
	return m
}

// count takes in a request that was answered.
func (m *metrics) count(r *http.Request, w *recorder, received int64, took time.Duration) {
	_, route, ok := strings.Cut(r.Pattern, " ")
	if !ok {
		route = r.Pattern // of all methods, or none: it was refused before
	}
	method := "other" // the names that are sent are without number
	if slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions}, r.Method) {
		method = r.Method
	}
	m.requests.WithLabelValues(route, method, strconv.Itoa(w.status)).Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
	m.received.WithLabelValues(route).Add(float64(received))
	m.sent.WithLabelValues(route).Add(float64(w.sent))
}

// handler serves the metrics to Config.MetricsFrom alone; to others there are none.
func (s *server) metricsHandler() http.Handler {
	metrics := promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelError), MaxRequestsInFlight: 4, Timeout: 10 * time.Second,
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.clientOf(r).isOneOf(s.MetricsFrom) {
			s.problem(w, r, engine.Errorf(engine.NotFound, "There is nothing at this address."))
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		metrics.ServeHTTP(w, r)
	})
}

// counted counts what is read of a body.
type counted struct {
	io.ReadCloser
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n += int64(n)
	return n, err
}
