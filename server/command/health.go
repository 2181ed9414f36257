package command

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"trappedinart/engine"
)

// newHealthCommand asks a server on this machine whether it is ready, for containers that
// have nothing else to ask with.
func newHealthCommand() *cobra.Command {
	var addr, cert string
	cmd := &cobra.Command{
		Use: "health", Short: "Ask the server on this machine whether it is ready", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return askHealth(cmd, addr, cert != "") },
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:8080", "the address that the server listens on")
	cmd.Flags().StringVar(&cert, "tls-cert", "", "the server's certificate, if it has one")
	configurable(cmd)
	return cmd
}

func askHealth(cmd *cobra.Command, addr string, secure bool) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return wrongUse("--addr is an address such as 127.0.0.1:8080, which %.60q is not.", addr)
	}
	if ip := net.ParseIP(host); host == "" || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http"
	if secure {
		scheme = "https"
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return err
	}
	// The certificate is for the name that others know the server by.
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		return &engine.Error{Code: engine.Unavailable, Message: fmt.Sprintf("No server answers at %s; check that it runs, and --addr.", addr), Err: err}
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return engine.Errorf(engine.Unavailable, "The server is not ready: it answers %s.", res.Status)
	}
	fmt.Fprintln(cmd.OutOrStdout(), "The server is ready.")
	return nil
}
