package handler

import (
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"

	"trappedinart/engine"
	"trappedinart/server/api"
)

// Rates are how much one address may ask for; a rate of 0 is none.
type Rates struct {
	Requests float64 // per second; at once ten times as many
	Posts    float64 // jobs and shares, per minute; at once a quarter of a minute's, 2 at least
	Loopback bool    // whether they are for this machine, too
}

// maxAddresses bounds the memory of limits: about 200 bytes each.
const maxAddresses = 1 << 14

// limits hold every address to the rates.
type limits struct {
	rates    Rates
	requests *lru.Cache[netip.Addr, *rate.Limiter]
	posts    *lru.Cache[netip.Addr, *rate.Limiter]
	mu       sync.Mutex // to make a limiter
}

func newLimits(r Rates) *limits {
	l := &limits{rates: r}
	l.requests, _ = lru.New[netip.Addr, *rate.Limiter](maxAddresses) // which fails for sizes below 1
	l.posts, _ = lru.New[netip.Addr, *rate.Limiter](maxAddresses)
	return l
}

// check counts a request, and returns the problem of one that is too many. A request
// of this machine has no limits, unless a proxy forwards it that we were not told to trust:
// then it comes from anywhere.
func (l *limits) check(r *http.Request, client netip.Addr, trusted bool) *api.Problem {
	if client.IsLoopback() && !l.rates.Loopback && (trusted || !forwarded(r)) {
		return nil
	}
	// A client with one address of version 6 has 2^64.
	if client.Is6() {
		if p, err := client.WithZone("").Prefix(64); err == nil {
			client = p.Addr()
		}
	}
	if l.rates.Requests > 0 {
		if wait := l.take(l.requests, client, l.rates.Requests, math.Ceil(10*l.rates.Requests)); wait > 0 {
			return tooMany(wait, "Too many requests came from your address at once. Please continue in a moment.")
		}
	}
	if l.rates.Posts > 0 && r.Method == http.MethodPost {
		if wait := l.take(l.posts, client, l.rates.Posts/60, math.Max(2, math.Ceil(l.rates.Posts/4))); wait > 0 {
			return tooMany(wait, "Your address has sent a lot in a short time. Please try again in a moment.")
		}
	}
	return nil
}

// take takes one of what an address has, and returns how long to wait if it has none.
func (l *limits) take(of *lru.Cache[netip.Addr, *rate.Limiter], client netip.Addr, perSecond, burst float64) time.Duration {
	l.mu.Lock()
	limiter, ok := of.Get(client)
	if !ok {
		limiter = rate.NewLimiter(rate.Limit(perSecond), int(burst))
		of.Add(client, limiter)
	}
	l.mu.Unlock()
	if limiter.Allow() {
		return 0
	}
	return time.Duration(math.Ceil(1/perSecond)) * time.Second
}

func tooMany(wait time.Duration, detail string) *api.Problem {
	p := problemWith(http.StatusTooManyRequests, engine.Busy, detail)
	p.Header.Set("Retry-After", fmt.Sprint(int(wait.Seconds())))
	return p
}

// proxies are the networks whose X-Forwarded-For is believed.
type proxies struct {
	trusted []netip.Prefix
	log     *slog.Logger
	warn    sync.Once
}

// client returns the address that a request comes from, and whether it came through a
// proxy that we trust. The list of a chain of proxies is read from its end, up to the
// first that is not ours: anybody can have written the ones before it.
func (p *proxies) client(r *http.Request) (client netip.Addr, trusted bool) {
	client = peer(r)
	list := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
	if list == "" {
		return client, within(p.trusted, client)
	}
	if !within(p.trusted, client) {
		p.warn.Do(func() {
			p.log.Warn("X-Forwarded-For is left out of account, as it comes from no --trusted-proxies; behind a proxy everybody has its address then", "proxy", client)
		})
		return client, false
	}
	for within(p.trusted, client) && list != "" {
		last := list
		if i := strings.LastIndexByte(list, ','); i >= 0 {
			list, last = list[:i], list[i+1:]
		} else {
			list = ""
		}
		next, err := netip.ParseAddr(strings.TrimSpace(last))
		if err != nil {
			break
		}
		client = next.Unmap()
	}
	return client, true
}

// forwarded says whether a proxy has sent the request on.
func forwarded(r *http.Request) bool {
	return r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != ""
}

// peer is who the connection is with.
func peer(r *http.Request) netip.Addr {
	addr, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return addr.Addr().Unmap()
}

func within(networks []netip.Prefix, addr netip.Addr) bool {
	for _, n := range networks {
		if n.Contains(addr.WithZone("")) {
			return true
		}
	}
	return false
}
