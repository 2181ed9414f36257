package handler

import (
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"

	"trappedinart/engine"
)

// Limits are how much one address may ask for in a minute, 0 for as much as it likes. It
// may do so at once, and again as time passes.
type Limits struct {
	Requests int // of any kind
	Jobs     int // new ones
	Shares   int // new ones
	Exempt   Networks
}

// A limiter counts one kind of request. Of IPv6, who has an address has 2^64 of them, all
// of which count as one.
type limiter struct {
	perMinute int
	addresses *lru.Cache[netip.Prefix, *rate.Limiter]
}

// addresses is how many of them a limiter remembers. Those that have not been seen for
// longest are forgotten first; who has so many addresses is not held up by limits that
// are per address.
const addresses = 1 << 14

func newLimiter(perMinute int) *limiter {
	if perMinute == 0 {
		return nil
	}
	cache, err := lru.New[netip.Prefix, *rate.Limiter](addresses)
	if err != nil {
		panic("handler: a cache of no size")
	}
	return &limiter{perMinute, cache}
}

// take counts a request, or says how long to wait before it can be taken.
func (l *limiter) take(a netip.Addr, now time.Time) time.Duration {
	if l == nil {
		return 0
	}
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	of, _ := a.Prefix(bits)
	bucket, ok := l.addresses.Get(of)
	if !ok {
		bucket = rate.NewLimiter(rate.Limit(l.perMinute)/60, l.perMinute)
		if before, ok, _ := l.addresses.PeekOrAdd(of, bucket); ok {
			bucket = before
		}
	}
	r := bucket.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait > 0 {
		r.CancelAt(now)
	}
	return wait
}

// limiters are those of each kind of request.
type limiters struct{ requests, jobs, shares *limiter }

func newLimiters(l Limits) limiters {
	return limiters{newLimiter(l.Requests), newLimiter(l.Jobs), newLimiter(l.Shares)}
}

// limited answers a request of a client that has asked for too much.
func (s *server) limited(w http.ResponseWriter, r *http.Request, c client) bool {
	if c.isOneOf(s.Limits.Exempt) {
		return false
	}
	now := time.Now()
	wait := s.limiters.requests.take(c.addr, now)
	if wait == 0 && r.Method == http.MethodPost {
		switch r.URL.Path {
		case "/api/v1/jobs":
			wait = s.limiters.jobs.take(c.addr, now)
		case "/api/v1/shares":
			wait = s.limiters.shares.take(c.addr, now)
		}
	}
	if wait == 0 {
		return false
	}
	seconds := int(math.Ceil(wait.Seconds()))
	p := problemWith(http.StatusTooManyRequests, engine.Busy, "That was too much in a short time from this address; try again in "+strconv.Itoa(seconds)+" s.")
	p.Header.Set("Retry-After", strconv.Itoa(seconds))
	writeProblem(w, p)
	return true
}
