package handler

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// Networks are ranges of addresses, written 10.0.0.0/8,192.168.1.7 as text.
type Networks []netip.Prefix

// Loopback is this machine.
func Loopback() Networks {
	return Networks{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

// Has says whether an address is in one of the networks.
func (n Networks) Has(a netip.Addr) bool {
	for _, p := range n {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

func (n Networks) String() string {
	var parts []string
	for _, p := range n {
		parts = append(parts, p.String())
	}
	return strings.Join(parts, ",")
}

// Set reads what String gives; "" is none.
func (n *Networks) Set(text string) error {
	var list Networks
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		p, err := netip.ParsePrefix(part)
		if err != nil {
			a, wrong := netip.ParseAddr(part)
			if wrong != nil || a.Zone() != "" {
				return fmt.Errorf("%q is no network such as 10.0.0.0/8 and no address", part)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		list = append(list, p.Masked())
	}
	*n = list
	return nil
}

// Type names the kind of value in --help.
func (n *Networks) Type() string { return "networks" }

// A client is who sent a request.
type client struct {
	addr  netip.Addr // zero if it is not known
	https bool
	// proxied says that somebody forwarded the request who is not one of Config.Proxies:
	// who sent it is not known, and addr is that of who forwarded it.
	proxied bool
}

// clientOf finds out who sent the request. What X-Forwarded-For and X-Forwarded-Proto say
// is believed of Config.Proxies alone, and only as far back as they go on naming each
// other.
func (s *server) clientOf(r *http.Request) client {
	c := client{https: r.TLS != nil}
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		c.addr = peer.Addr().Unmap().WithZone("")
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	if !s.Proxies.Has(c.addr) {
		c.proxied = hops[0] != "" || r.Header.Get("Forwarded") != ""
		return c
	}
	for i := len(hops) - 1; i >= 0; i-- {
		hop, ok := parseHop(hops[i])
		if !ok {
			break
		}
		c.addr = hop
		if !s.Proxies.Has(hop) {
			break
		}
	}
	if protos := strings.Split(strings.Join(r.Header.Values("X-Forwarded-Proto"), ","), ","); protos[0] != "" {
		c.https = strings.EqualFold(strings.TrimSpace(protos[len(protos)-1]), "https")
	}
	return c
}

// parseHop reads an element of X-Forwarded-For, to which some proxies add a port.
func parseHop(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	a, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		ap, err := netip.ParseAddrPort(text)
		if err != nil {
			return a, false
		}
		a = ap.Addr()
	}
	return a.Unmap().WithZone(""), true
}

// isOneOf says whether the client's address is known to be in the networks.
func (c client) isOneOf(n Networks) bool { return !c.proxied && n.Has(c.addr) }
