package command

import (
	"net/netip"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"trappedinart/server/handler"
	"trappedinart/server/service"
)

// plainPath is a path that means the same however it is written, or none.
var plainPath = regexp.MustCompile(`^([A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*)?$`)

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
	f.StringVar(&l.Path, "path", "", "the path of the host that the page is at, such as /art, where a proxy passes it on; the server answers without it, too")
	f.StringVar(&l.Cert, "tls-cert", "", "a PEM file with the certificate and its intermediate certificates, for https; it is read again when it changes")
	f.StringVar(&l.Key, "tls-key", "", "a PEM file with the certificate's key")
	f.IntVar(&l.Connections, "limit-connections", 4096, "how many connections may be open at once, at least 1; more have to wait")
	f.Float64Var(&l.requests, "limit-requests", 50, "requests per second from one address, with bursts of ten times as many; 0 means no limit")
	f.Float64Var(&l.posts, "limit-posts", 20, "jobs and shares per minute from one address; 0 means no limit")
	f.BoolVar(&l.loopback, "limit-loopback", false, "apply --limit-requests and --limit-posts to this machine's own addresses as well")
	f.StringVar(&l.proxies, "trusted-proxies", "", "networks of proxies whose X-Forwarded-For is trusted, such as 127.0.0.1/32,10.0.0.0/8")
	f.StringVar(&l.metrics, "metrics-from", "127.0.0.0/8,::1/128", "networks that may read /metrics directly, not through a proxy; empty for nobody")
	f.DurationVar(&l.Grace, "grace", 10*time.Second, "how long requests in progress may take to finish when the server is told to stop")
}

func (l *listenFlags) check() error {
	if (l.Cert == "") != (l.Key == "") {
		return wrongUse("Give --tls-cert and --tls-key together.")
	}
	if err := within(
		between("limit-connections", l.Connections, 1, mostOfAny, ""),
		between("limit-requests", l.requests, 0, 1e6, "requests per second"),
		between("limit-posts", l.posts, 0, 1e6, "jobs and shares per minute"),
		atLeast("grace", l.Grace, 0),
	); err != nil {
		return err
	}
	if name := strings.Trim(l.Path, "/"); !plainPath.MatchString(name) {
		return wrongUse("--path takes a path such as /art, of letters, digits, hyphens and underscores; %.60q is not one.", l.Path)
	} else if l.Path = ""; name != "" {
		l.Path = "/" + name
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
					return wrongUse("--%s takes networks such as 10.0.0.0/8, separated by commas; %.60q is not one.", list.flag, one)
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
