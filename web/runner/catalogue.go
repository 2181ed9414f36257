package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"trappedinart/engine"
	"trappedinart/server/api"
)

// A Catalogue is what the page's own address offers: networks, and whether there is
// a server that makes paintings. It only asks; nothing is sent.
type Catalogue struct {
	Base   *url.URL // of the page
	Client Client
	// Memory keeps the last list, so that networks that are kept here are found when the
	// server is not.
	Memory Memory
	// Static is the list of networks where there is no server (api.StaticNetworks), or "".
	Static string
	// Log takes what a person need not see.
	Log func(...any)

	mu       sync.Mutex
	networks []api.Weights
}

// A Memory lasts from one visit to the next.
type Memory interface {
	Set(key string, value any) error
	Get(key string, value any) error // leaves value alone if there is nothing
}

// networksKey is where the last list of networks is remembered.
const networksKey = "networks"

// Networks returns the networks there are, the default first.
func (c *Catalogue) Networks(ctx context.Context) ([]api.Weights, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.networks != nil {
		return c.networks, nil
	}
	var list []api.Weights
	if c.Static != "" {
		if err := json.Unmarshal([]byte(c.Static), &list); err != nil {
			return nil, err
		}
		c.networks = list
		return list, nil
	}
	if err := c.get(ctx, "api/v1/weights", &list); err != nil {
		if c.Memory.Get(networksKey, &list) == nil && len(list) > 0 && ctx.Err() == nil {
			return list, nil // and ask again next time
		}
		return nil, err
	}
	c.networks = list
	if err := c.Memory.Set(networksKey, list); err != nil {
		c.Log("the list of networks cannot be remembered:", err)
	}
	return list, nil
}

// Address returns where the network of that name is.
func (c *Catalogue) Address(ctx context.Context, name string) (string, error) {
	list, err := c.Networks(ctx)
	if err != nil {
		return "", err
	}
	names := make([]string, len(list))
	for i, w := range list {
		if w.Name == name {
			return c.AddressOf(w), nil
		}
		names[i] = w.Name
	}
	return "", engine.Errorf(engine.UnknownWeights, noNetwork, name, strings.Join(names, ", "))
}

// AddressOf returns where a network is.
func (c *Catalogue) AddressOf(w api.Weights) string {
	return Beside(c.Base, w.URL).String()
}

// Server returns what the server that makes paintings says of itself, or nil where
// there is none.
func (c *Catalogue) Server(ctx context.Context) *api.Health {
	if c.Static != "" {
		return nil
	}
	var h api.Health
	if err := c.get(ctx, "api/v1/healthz", &h); err != nil || h.Status != "ok" {
		return nil
	}
	return &h
}

// get reads JSON from a path beside the page.
func (c *Catalogue) get(ctx context.Context, path string, target any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, Beside(c.Base, path).String(), nil)
	if err != nil {
		return err
	}
	answer, err := c.Client.Do(req)
	if err != nil {
		return Offline(ctx, err)
	}
	defer answer.Body.Close()
	body := io.LimitReader(answer.Body, MaxJSON)
	if answer.StatusCode != http.StatusOK {
		return problem(answer.StatusCode, body)
	}
	if err := json.NewDecoder(body).Decode(target); err != nil {
		return Offline(ctx, fmt.Errorf("%s: %w", path, err))
	}
	return nil
}

// MaxJSON bounds an answer of the server that is no picture.
const MaxJSON = 8 << 20

// Offline returns the error for a server that does not answer, or does not answer
// as ours does.
func Offline(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &engine.Error{Code: engine.Unavailable, Message: NoServer, Err: err}
}

// problem reads the error that an answer's body carries.
func problem(status int, body io.Reader) error {
	var p api.Problem
	if err := json.NewDecoder(body).Decode(&p); err != nil || p.Code == "" || p.Detail == "" {
		return &engine.Error{Code: engine.Unavailable, Message: NoServer, Err: fmt.Errorf("status %d", status)}
	}
	return &engine.Error{Code: p.Code, Message: p.Detail}
}
