package jobs

import (
	"github.com/prometheus/client_golang/prometheus"

	"trappedinart/server/api"
)

// metrics count what a queue hears of.
type metrics struct {
	finished *prometheus.CounterVec
	painting prometheus.Histogram
}

func newMetrics() metrics {
	return metrics{
		finished: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "trapped_jobs_finished_total", Help: "Jobs that ended since this process began, by how.",
		}, []string{"state"}),
		painting: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "trapped_job_seconds", Help: "Time that finished jobs took their workers.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 13), // to more than an hour
		}),
	}
}

// count takes in that a job's state has changed.
func (m metrics) count(before, after *state) {
	if before.State == "" || final(before.State) || !final(after.State) {
		return // found at the start, removed at the end, or not at its end yet
	}
	m.finished.WithLabelValues(after.State).Inc()
	if after.State == api.Done {
		m.painting.Observe(after.Spent.Seconds())
	}
}

var _ prometheus.Collector = (*Queue)(nil)

var jobsNow = prometheus.NewDesc("trapped_jobs", "Jobs that are waiting or running now.", []string{"state"}, nil)

// Describe and Collect make a Queue a collector of Prometheus.
func (q *Queue) Describe(to chan<- *prometheus.Desc) {
	to <- jobsNow
	q.finished.Describe(to)
	q.painting.Describe(to)
}

// Collect sends the metrics.
func (q *Queue) Collect(to chan<- prometheus.Metric) {
	n := q.index.count()
	for _, state := range []string{api.Queued, api.Running} {
		to <- prometheus.MustNewConstMetric(jobsNow, prometheus.GaugeValue, float64(n[state]), state)
	}
	q.finished.Collect(to)
	q.painting.Collect(to)
}
