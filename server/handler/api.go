package handler

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"trappedinart/engine"
	"trappedinart/server/api"
)

// NewAPI returns an API whose operations become routes of mux. It describes itself in
// OpenAPI 3.1 at /api/v1/openapi.json and openapi.yaml, and answers what is no operation.
// Its errors are api.Problem.
func NewAPI(mux *http.ServeMux) huma.API {
	config := huma.DefaultConfig("Trapped in Art", "1")
	config.Info.Description = "Photographs become paintings, by style transfer. Errors are problems (RFC 9457) with a code."
	config.CreateHooks = nil // they add $schema to every answer
	// These pages load scripts from another host; the description is served below, as
	// huma's own handler is not safe for concurrent use.
	config.DocsPath, config.SchemasPath, config.OpenAPIPath = "", "", ""
	config.Formats = map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		bearer: {Type: "http", Scheme: "bearer", Description: "The token that came with what is asked for."},
	}
	a := humago.New(mux, config)
	a.UseMiddleware(func(ctx huma.Context, next func(huma.Context)) {
		ctx.SetHeader("Cache-Control", "no-store") // unless the operation says otherwise
		next(ctx)
	})
	describe(mux, a)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) { writeProblem(w, unknownRoute(mux, r)) })
	return a
}

// bearer is the security scheme of operations that need a token.
const bearer = "bearer"

// describe serves the description, made once, of what is registered by then.
func describe(mux *http.ServeMux, a huma.API) {
	for path, how := range map[string]struct {
		kind string
		make func() ([]byte, error)
	}{
		"GET /api/v1/openapi.json": {"application/openapi+json", sync.OnceValues(func() ([]byte, error) { return json.Marshal(a.OpenAPI()) })},
		"GET /api/v1/openapi.yaml": {"application/openapi+yaml", sync.OnceValues(func() ([]byte, error) { return a.OpenAPI().YAML() })},
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			data, err := how.make()
			if err != nil {
				writeProblem(w, problemOf(err))
				return
			}
			w.Header().Set("Content-Type", how.kind)
			w.Header().Set("Cache-Control", "no-cache")
			_, _ = w.Write(data)
		})
	}
}

// unknownRoute says what a path below /api/ that no route takes lacks.
func unknownRoute(mux *http.ServeMux, r *http.Request) *api.Problem {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := mux.Handler(other); pattern != "" && pattern != "/api/" && pattern != "/" {
			allowed = append(allowed, method)
		}
	}
	if allowed == nil {
		return problemOf(engine.Errorf(engine.NotFound, "The API has no %.40s %.100s. Its description is at /api/v1/openapi.json.", r.Method, r.URL.Path))
	}
	p := problemWith(http.StatusMethodNotAllowed, engine.InvalidRequest, "This address takes "+strings.Join(allowed, " and ")+".")
	p.Header.Set("Allow", strings.Join(allowed, ", "))
	return p
}

// register adds an operation, whose errors become problems and, if they are ours, lines
// of the log.
func register[I, O any](s *server, a huma.API, op huma.Operation, f func(context.Context, *I) (*O, error)) {
	op.Responses = map[string]*huma.Response{"default": {
		Description: "A problem",
		Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: schemaOf(a, api.Problem{})}},
	}}
	huma.Register(a, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := f(ctx, in)
		if err != nil {
			p := problemOf(err)
			s.logProblem(ctx, p, err)
			return nil, p
		}
		return out, nil
	})
}

// schemaOf returns the schema of a value's type, and has it in the description.
func schemaOf(a huma.API, of any) *huma.Schema {
	return a.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(of), true, "")
}

// stream describes what an operation of GET sends that is no JSON.
func stream(a huma.API, path, kind string, schema *huma.Schema) {
	answer := a.OpenAPI().Paths[path].Get.Responses["200"]
	answer.Content = map[string]*huma.MediaType{kind: {Schema: schema}}
}

func init() {
	// Huma's own refusals, such as that of a malformed parameter.
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		for _, err := range errs {
			if d, ok := err.(huma.ErrorDetailer); ok { // without the value, which may be long or secret
				message += "; " + d.ErrorDetail().Message + " (" + d.ErrorDetail().Location + ")"
			}
		}
		code, ok := map[int]engine.Code{
			http.StatusNotFound: engine.NotFound, http.StatusRequestEntityTooLarge: engine.TooLarge, http.StatusInternalServerError: engine.Internal,
		}[status]
		if !ok {
			code = engine.InvalidRequest
		}
		return problemWith(status, code, message)
	}
}
