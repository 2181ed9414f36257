package handler_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/server/jobs"
)

// The description lists every route, with what it takes and what goes wrong.
func TestOpenAPI(t *testing.T) {
	s := open(t, &painter{}, jobs.Options{})
	res, data := s.do(http.MethodGet, "/api/v1/openapi.json", "", nil)
	var d struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			Summary     string
			Security    []map[string][]string
			Responses   map[string]struct{ Content map[string]any }
			RequestBody struct {
				Content map[string]struct {
					Schema struct{ Properties map[string]any }
				}
			}
		}
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal(data, &d); err != nil || d.OpenAPI != "3.1.0" || res.Header.Get("Content-Type") != "application/openapi+json" {
		t.Fatalf("%v, OpenAPI %q, %v", err, d.OpenAPI, res.Header)
	}
	var got []string
	for path, item := range d.Paths {
		for method, op := range item {
			got = append(got, strings.ToUpper(method)+" "+path)
			if op.OperationID == "" || op.Summary == "" {
				t.Errorf("%s %s is not described", method, path)
			}
			if op.Responses["default"].Content["application/problem+json"] == nil {
				t.Errorf("%s %s describes no problem", method, path)
			}
			needsToken := strings.Contains(path, "/jobs/{id}") || method == "delete"
			if needsToken != (len(op.Security) > 0) {
				t.Errorf("%s %s takes a token: %v", method, path, op.Security)
			}
		}
	}
	for _, want := range []string{
		"POST /api/v1/jobs", "GET /api/v1/jobs/{id}", "DELETE /api/v1/jobs/{id}", "GET /api/v1/jobs/{id}/events", "GET /api/v1/jobs/{id}/result", "PUT /api/v1/jobs/{id}/recipe",
		"POST /api/v1/shares", "GET /api/v1/shares/{id}", "DELETE /api/v1/shares/{id}", "GET /api/v1/weights", "GET /api/v1/healthz", "GET /api/v1/readyz", "GET /healthz", "GET /readyz",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not described; there are %q", want, got)
		}
	}
	parts := d.Paths["/api/v1/jobs"]["post"].RequestBody.Content["multipart/form-data"].Schema.Properties
	if names := slices.Sorted(maps.Keys(parts)); !slices.Equal(names, []string{"content", "keep", "mask", "palette", "recipe", "smaller", "start", "style", "style_mask"}) {
		t.Errorf("a job has the parts %q", names)
	}
	for _, schema := range []string{"Problem", "Job", "Created", "Progress", "Queue", "Weights", "Health", "Shared"} {
		if d.Components.Schemas[schema] == nil {
			t.Errorf("there is no schema %s", schema)
		}
	}
	if strings.Contains(string(data), "$schema") {
		t.Error("answers are described with $schema")
	}
	if res, data := s.do(http.MethodGet, "/api/v1/openapi.yaml", "", nil); res.StatusCode != http.StatusOK || !strings.Contains(string(data), "/api/v1/jobs/{id}/events:") {
		t.Errorf("as YAML it is answered by %d %.100s", res.StatusCode, data)
	}
}

// Every refusal is a problem.
func TestEveryErrorIsAProblem(t *testing.T) {
	s := open(t, &painter{steps: 1}, jobs.Options{})
	c := s.submit()
	for _, q := range []struct {
		method, path string
		header       []string
		status       int
		code         engine.Code
	}{
		{"GET", "/api/v1/", nil, 404, engine.NotFound},
		{"GET", "/api/v1/nowhere", nil, 404, engine.NotFound},
		{"GET", "/api/v2/jobs", nil, 404, engine.NotFound},
		{"GET", "/api/v1/jobs", nil, 405, engine.InvalidRequest},
		{"PUT", "/api/v1/jobs", nil, 405, engine.InvalidRequest},
		{"POST", c.Links.Self, nil, 405, engine.InvalidRequest},
		{"PATCH", c.Links.Events, nil, 405, engine.InvalidRequest},
		{"DELETE", "/api/v1/weights", nil, 405, engine.InvalidRequest},
		{"BREW", "/api/v1/healthz", nil, 405, engine.InvalidRequest},
		{"POST", "/api/v1/jobs", []string{"Content-Type", "application/json"}, 415, engine.InvalidRequest},
		{"POST", "/api/v1/jobs", []string{"Content-Type", "multipart/form-data"}, 415, engine.InvalidRequest},
		{"POST", "/api/v1/jobs", []string{"Content-Type", "multipart/mixed; boundary=x"}, 415, engine.InvalidRequest},
		{"POST", "/api/v1/jobs", []string{"Content-Type", "multipart/form-data; boundary=x"}, 400, engine.InvalidRecipe},
		{"GET", c.Links.Self, []string{"Authorization", "Basic " + c.Token}, 401, engine.Unauthorized},
		{"GET", c.Links.Self, []string{"Authorization", "Bearer "}, 401, engine.Unauthorized},
		{"GET", c.Links.Self + "?token=" + c.Token, nil, 401, engine.Unauthorized},
		{"GET", "/api/v1/jobs/" + strings.Repeat("A", 100), []string{"Authorization", "Bearer x"}, 422, engine.InvalidRequest},
		{"GET", "/api/v1/jobs/..%2f..%2fhealthz", []string{"Authorization", "Bearer x"}, 404, engine.NotFound},
		{"GET", "/api/v1/jobs/%2a", []string{"Authorization", "Bearer x"}, 404, engine.NotFound},
		{"GET", "/api/v1/jobs/%00", []string{"Authorization", "Bearer x"}, 404, engine.NotFound},
		{"GET", "/api/v1/jobs/..%2f" + c.ID + "/result", []string{"Authorization", "Bearer " + c.Token}, 404, engine.NotFound},
		{"GET", c.Links.Events, []string{"Authorization", "Bearer " + c.Token, "Last-Event-ID", "-1-2"}, 400, engine.InvalidRequest},
		{"GET", c.Links.Events, []string{"Authorization", "Bearer " + c.Token, "Last-Event-ID", "99999999999999999999-1"}, 400, engine.InvalidRequest},
	} {
		res, data := s.do(q.method, q.path, "", strings.NewReader(""), q.header...)
		if p := problemOf(t, res, data); p.Status != q.status || p.Code != q.code {
			t.Errorf("%s %s %q is answered by %d %s, want %d %s", q.method, q.path, q.header, p.Status, data, q.status, q.code)
		}
		if allow := res.Header.Get("Allow"); (q.status == http.StatusMethodNotAllowed) != (allow != "") {
			t.Errorf("%s %s is allowed %q", q.method, q.path, allow)
		}
	}
}

func TestReady(t *testing.T) {
	s := open(t, &painter{}, jobs.Options{})
	for _, path := range []string{"/readyz", "/api/v1/readyz", "/healthz"} {
		if res, data := s.do(http.MethodGet, path, "", nil); res.StatusCode != http.StatusOK {
			t.Errorf("%s is answered by %d %s", path, res.StatusCode, data)
		}
	}
}
