package runner

import (
	"context"
	"encoding/json"
	"io"
	"net/http"

	"trappedinart/engine"
	"trappedinart/server/api"
)

// Fetch asks how far the server is with the network that it can fetch, or, with POST, has
// it begin.
func (c *Catalogue) Fetch(ctx context.Context, method string) (*api.Fetch, error) {
	if c.Static != "" {
		return nil, &engine.Error{Code: engine.NotFound, Message: NoServer}
	}
	answer, err := Ask(ctx, c.Client, Beside(c.Base, "api/v1/weights/fetch"), method, "", nil, http.Header{})
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	var f api.Fetch
	if err := json.NewDecoder(io.LimitReader(answer.Body, MaxJSON)).Decode(&f); err != nil {
		return nil, Offline(ctx, err)
	}
	return &f, nil
}

// Renew asks for the list of networks again.
func (c *Catalogue) Renew(ctx context.Context) ([]api.Weights, error) {
	c.mu.Lock()
	c.networks = nil
	c.mu.Unlock()
	return c.Networks(ctx)
}
