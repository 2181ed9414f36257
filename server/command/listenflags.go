package command

import (
	"net/netip"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"trappedinart/server/handler"
	"trappedinart/server/service"
)

// listenFlags say where and to whom the server listens.
type listenFlags struct {
	service.Listen
	proxies, metrics  string
	requests, posts   float64
	loopback          bool
	trusted, watchers []netip.Prefix
}

func (l *listenFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&l.Addr, "addr", "127.0.0.1:8080", "the address to listen on")
	f.StringVar(&l.Cert, "tls-cert", "", "a certificate in PEM, with those between it and its root; it makes the server speak https, and is read again when it changes")
	f.StringVar(&l.Key, "tls-key", "", "the key of the certificate, in PEM")
	f.IntVar(&l.Connections, "limit-connections", 4096, "connections at once, from 1; those above wait")
	f.Float64Var(&l.requests, "limit-requests", 50, "requests per second from one address, and ten times as many at once; 0 is no limit")
	f.Float64Var(&l.posts, "limit-posts", 20, "jobs and shares per minute from one address; 0 is no limit")
	f.BoolVar(&l.loopback, "limit-loopback", false, "hold this machine's own addresses to both, too")
	f.StringVar(&l.proxies, "trusted-proxies", "", "networks whose X-Forwarded-For says who asks, such as 127.0.0.1/32,10.0.0.0/8")
	f.StringVar(&l.metrics, "metrics-from", "127.0.0.0/8,::1/128", "networks that may read /metrics, without a proxy between; empty for nobody")
	f.DurationVar(&l.Grace, "grace", 10*time.Second, "how long requests under way have to end when the server is told to")
}

func (l *listenFlags) check() error {
	if (l.Cert == "") != (l.Key == "") {
		return wrongUse("--tls-cert and --tls-key go together.")
	}
	if err := within(
		between("limit-connections", l.Connections, 1, mostOfAny, ""),
		between("limit-requests", l.requests, 0, 1e6, "requests per second"),
		between("limit-posts", l.posts, 0, 1e6, "jobs and shares per minute"),
		atLeast("grace", l.Grace, 0),
	); err != nil {
		return err
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
