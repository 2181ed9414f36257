package handler_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
	"trappedinart/internal/await"
	"trappedinart/server/api"
	"trappedinart/server/handler"
	"trappedinart/server/jobs"
	"trappedinart/server/jobs/jobstest"
	"trappedinart/server/shares"
	"trappedinart/server/site"
	"trappedinart/weights"
)

// A painter is a Runner whose steps the test controls.
type painter struct {
	steps int
	gate  chan struct{} // each step waits for one, if it is not nil
	fault string        // what to panic with
}

func (p *painter) Run(ctx context.Context, req engine.Request, report func(engine.Progress)) (*engine.Result, error) {
	img := image.NewNRGBA(image.Rect(0, 0, 8, 6))
	for i := range p.steps {
		if p.gate != nil {
			select {
			case <-p.gate:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		report(engine.Progress{Stage: engine.Painting, Scale: 1, Scales: 1, Iteration: i + 1, Iterations: p.steps, Loss: 1 / engine.Float(i+1), Preview: img})
	}
	if p.fault != "" {
		panic(p.fault)
	}
	return &engine.Result{Picture: img, Recipe: req.Recipe}, ctx.Err()
}

type server struct {
	*testing.T
	*httptest.Server
	log    *bytes.Buffer
	shares *shares.Shares
}

func open(t *testing.T, p engine.Runner, opt jobs.Options) *server {
	t.Helper()
	return openWith(t, p, opt, nil)
}

func openWith(t *testing.T, p engine.Runner, opt jobs.Options, change func(*handler.Config)) *server {
	t.Helper()
	s := &server{T: t, log: &bytes.Buffer{}}
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	pages, err := site.New()
	if err != nil {
		t.Fatal(err)
	}
	q := jobstest.Open(t, p, log, opt)
	s.shares = openShares(t, t.TempDir(), shares.Options{})
	config := handler.Config{
		Site: pages, Weights: &weights.Store{}, Queue: q, Shares: s.shares, ShareBytes: 1 << 20, Decode: pixel.Decode, Log: log,
		UploadBytes: 1 << 20, PictureMegapixels: 1, Megapixels: 1, IntakeBytes: 8 << 20, UploadIdle: time.Minute, UploadTime: time.Minute, Keep: time.Hour, MemoryBytes: 1 << 30,
		MetricsFrom: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}
	if change != nil {
		change(&config)
	}
	s.Server = httptest.NewUnstartedServer(handler.New(config))
	s.Config.ReadTimeout = time.Second
	s.Start()
	t.Cleanup(s.Server.Close)
	return s
}

func picture() []byte {
	img := image.NewNRGBA(image.Rect(0, 0, 20, 15))
	for i := range img.Pix {
		img.Pix[i] = uint8(i * 7)
	}
	img.SetNRGBA(0, 0, color.NRGBA{1, 2, 3, 255})
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		panic(err)
	}
	return buf.Bytes()
}

// A part is one part of a job's form.
type part struct {
	name string
	data []byte
}

func good() []part {
	return []part{{"recipe", []byte(`{"size":64}`)}, {"content", picture()}, {"style", picture()}}
}

func (s *server) post(parts []part) (*http.Response, []byte) {
	s.Helper()
	res, data, err := s.upload(parts)
	if err != nil {
		s.Fatal(err)
	}
	return res, data
}

// upload is post for goroutines, which cannot end the test.
func (s *server) upload(parts []part) (*http.Response, []byte, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, p := range parts {
		w, err := form.CreateFormFile(p.name, p.name+".bin")
		if err != nil {
			return nil, nil, err
		}
		if _, err := w.Write(p.data); err != nil {
			return nil, nil, err
		}
	}
	form.Close()
	return s.try(http.MethodPost, "/api/v1/jobs", "", &body, "Content-Type", form.FormDataContentType())
}

func (s *server) do(method, path, token string, body io.Reader, header ...string) (*http.Response, []byte) {
	s.Helper()
	res, data, err := s.try(method, path, token, body, header...)
	if err != nil {
		s.Fatal(err)
	}
	return res, data
}

func (s *server) try(method, path, token string, body io.Reader, header ...string) (*http.Response, []byte, error) {
	req, err := http.NewRequestWithContext(s.Context(), method, s.URL+path, body)
	if err != nil {
		return nil, nil, err
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	return res, data, err
}

func (s *server) submit() api.Created {
	s.Helper()
	res, data := s.post(good())
	if res.StatusCode != http.StatusAccepted {
		s.Fatalf("job is answered by %d %s", res.StatusCode, data)
	}
	var c api.Created
	if err := json.Unmarshal(data, &c); err != nil || c.ID == "" || c.Token == "" {
		s.Fatalf("job is answered by %s", data)
	}
	return c
}

func (s *server) job(c api.Created) api.Job {
	s.Helper()
	_, data := s.do(http.MethodGet, c.Links.Self, c.Token, nil)
	var j api.Job
	if err := json.Unmarshal(data, &j); err != nil {
		s.Fatalf("%s: %v", data, err)
	}
	return j
}

// An event is a server-sent one.
type event struct{ id, name, data string }

// events reads a job's events to their end, or the first n.
func (s *server) events(c api.Created, last string, n int) []event {
	s.Helper()
	return s.read(s.listen(c, last), n)
}

// listen returns once the server has begun to answer.
func (s *server) listen(c api.Created, last string) *http.Response {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), 10*time.Second)
	s.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+c.Links.Events, nil)
	if err != nil {
		s.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.Fatal(err)
	}
	return res
}

func (s *server) read(res *http.Response, n int) []event {
	defer res.Body.Close()
	var list []event
	var e event
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	for len(list) != n && lines.Scan() {
		switch field, value, _ := strings.Cut(lines.Text(), ": "); field {
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			e.data = value
		case "":
			list = append(list, e)
			e = event{}
		}
	}
	if len(list) == 0 {
		s.Fatalf("no events, status %d", res.StatusCode)
	}
	return list
}

func problemOf(t *testing.T, res *http.Response, data []byte) api.Problem {
	t.Helper()
	var p api.Problem
	if err := json.Unmarshal(data, &p); err != nil || p.Status != res.StatusCode || p.Detail == "" || res.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%d %s %q is no problem", res.StatusCode, res.Header.Get("Content-Type"), data)
	}
	return p
}

func TestJob(t *testing.T) {
	s := open(t, &painter{steps: 3}, jobs.Options{})
	c := s.submit()
	list := s.events(c, "", -1)
	if last := list[len(list)-1]; last.name != api.EventDone {
		t.Errorf("the last event is %+v", last)
	}
	if j := s.job(c); j.State != api.Done || j.ID != c.ID || !j.Expires.After(time.Now().Add(23*time.Hour)) {
		t.Errorf("job is %+v", j)
	}
	res, data := s.do(http.MethodGet, c.Links.Result, c.Token, nil)
	if img, err := png.Decode(bytes.NewReader(data)); err != nil || img.Bounds().Dx() != 8 || res.Header.Get("Content-Type") != "image/png" {
		t.Errorf("result is %d %s, %v", res.StatusCode, res.Header.Get("Content-Type"), err)
	}
	if res, _ := s.do(http.MethodDelete, c.Links.Self, c.Token, nil); res.StatusCode != http.StatusNoContent {
		t.Errorf("removal is answered by %d", res.StatusCode)
	}
	for _, path := range []string{c.Links.Self, c.Links.Result, c.Links.Events} {
		if res, data := s.do(http.MethodGet, path, c.Token, nil); res.StatusCode != http.StatusNotFound || problemOf(t, res, data).Code != engine.NotFound {
			t.Errorf("%s of a removed job is answered by %d %s", path, res.StatusCode, data)
		}
	}
	if strings.Contains(s.log.String(), c.Token) {
		t.Error("the log holds the token")
	}
}

// Events tell the place in the queue, resume after the one that was seen last, and end
// with the job.
func TestEvents(t *testing.T) {
	p := &painter{steps: 4, gate: make(chan struct{})}
	s := open(t, p, jobs.Options{})
	first, second := s.submit(), s.submit()
	if e := s.events(second, "", 1)[0]; e.name != api.EventQueued || e.data != `{"position":1}` {
		t.Errorf("the second job begins with %+v", e)
	}
	p.gate <- struct{}{}
	var seen event
	for seen.name != api.EventProgress || !strings.Contains(seen.data, `"iteration":1`) {
		seen = s.events(first, "", 1)[0]
	}
	if !strings.Contains(seen.data, `"preview":"`) {
		t.Errorf("who comes late gets no preview: %s", seen.data)
	}
	go func() {
		for range 7 {
			p.gate <- struct{}{}
		}
	}()
	rest := s.events(first, seen.id, -1)
	for _, e := range rest {
		if e.id == seen.id && e.name != api.EventDone {
			t.Errorf("event %s is sent again", e.id)
		}
	}
	if last := rest[len(rest)-1]; last.name != api.EventDone || strings.Contains(last.data, "preview") {
		t.Errorf("the last event is %+v", last)
	}
	if list := s.events(second, "", -1); list[len(list)-1].name != api.EventDone {
		t.Errorf("the second job ends with %+v", list[len(list)-1])
	}
	if res, data := s.do(http.MethodGet, first.Links.Events, first.Token, nil, "Last-Event-ID", "x"); res.StatusCode != http.StatusBadRequest {
		t.Errorf("a wrong Last-Event-ID is answered by %d %s", res.StatusCode, data)
	}
}

func TestCancel(t *testing.T) {
	p := &painter{steps: 1000, gate: make(chan struct{})}
	s := open(t, p, jobs.Options{})
	running, waiting := s.submit(), s.submit()
	p.gate <- struct{}{}
	watched := s.listen(running, "")
	for _, c := range []api.Created{waiting, running} {
		if res, _ := s.do(http.MethodDelete, c.Links.Self, c.Token, nil); res.StatusCode != http.StatusNoContent {
			t.Errorf("cancelling is answered by %d", res.StatusCode)
		}
	}
	list := s.read(watched, -1)
	if last := list[len(list)-1]; last.name != api.EventFailed || !strings.Contains(last.data, `"cancelled"`) {
		t.Errorf("who watched sees %+v", last)
	}
	// The worker is free again.
	next := s.submit()
	p.gate <- struct{}{}
	if list := s.events(next, "", 1); len(list) == 0 {
		t.Error("the next job does not begin")
	}
}

func TestSteer(t *testing.T) {
	p := &painter{steps: 1000, gate: make(chan struct{})}
	s := open(t, p, jobs.Options{})
	c, other := s.submit(), s.submit()
	r, err := engine.Preset(engine.Painterly)
	if err != nil {
		t.Fatal(err)
	}
	for name, of := range map[string]struct {
		token, body string
		status      int
	}{
		"a recipe":        {c.Token, string(r.JSON()), http.StatusNoContent},
		"part of one":     {c.Token, `{"strength": 80}`, http.StatusNoContent},
		"another's token": {other.Token, `{}`, http.StatusNotFound},
		"no recipe":       {c.Token, `{"strength": 800}`, http.StatusBadRequest},
		"no JSON":         {c.Token, `strength`, http.StatusBadRequest},
		"too much":        {c.Token, `{"strength": 80` + strings.Repeat(" ", 1<<17) + `}`, http.StatusRequestEntityTooLarge},
	} {
		res, data := s.do(http.MethodPut, c.Links.Recipe, of.token, strings.NewReader(of.body), "Content-Type", "application/json")
		if res.StatusCode != of.status {
			t.Errorf("%s is answered by %d %s", name, res.StatusCode, data)
		}
	}
}

func TestTokens(t *testing.T) {
	s := open(t, &painter{steps: 1}, jobs.Options{})
	c, other := s.submit(), s.submit()
	for _, path := range []string{c.Links.Self, c.Links.Events, c.Links.Result} {
		res, data := s.do(http.MethodGet, path, "", nil)
		if res.StatusCode != http.StatusUnauthorized || res.Header.Get("WWW-Authenticate") == "" || problemOf(t, res, data).Code != engine.Unauthorized {
			t.Errorf("%s without a token: %d", path, res.StatusCode)
		}
		// A wrong token and an unknown job look alike: ids cannot be probed.
		_, wrong := s.do(http.MethodGet, path, other.Token, nil)
		res, unknown := s.do(http.MethodGet, strings.Replace(path, c.ID, "NOSUCHJOB", 1), c.Token, nil)
		if res.StatusCode != http.StatusNotFound || !bytes.Equal(wrong, unknown) {
			t.Errorf("%s: wrong token %s, unknown job %s", path, wrong, unknown)
		}
	}
	if res, _ := s.do(http.MethodDelete, c.Links.Self, other.Token, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("another's job can be removed: %d", res.StatusCode)
	}
}

func TestFaults(t *testing.T) {
	s := open(t, &painter{steps: 1, fault: "secret"}, jobs.Options{})
	c := s.submit()
	list := s.events(c, "", -1)
	last := list[len(list)-1]
	if last.name != api.EventFailed || strings.Contains(last.data, "secret") || !strings.Contains(last.data, `"internal"`) {
		t.Errorf("a panic ends the job with %+v", last)
	}
	if j := s.job(c); j.State != api.Failed || j.Error == nil || j.Error.Status != 500 {
		t.Errorf("job is %+v", j)
	}
	// The server is still there.
	s.events(s.submit(), "", -1)
}

func TestBusy(t *testing.T) {
	p := &painter{steps: 1, gate: make(chan struct{})}
	s := open(t, p, jobs.Options{Jobs: 1})
	s.submit()
	// The first may still wait for its turn: one more is always taken then.
	var res *http.Response
	var data []byte
	for range 3 {
		res, data = s.post(good())
	}
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" || problemOf(t, res, data).Code != engine.Busy {
		t.Errorf("a full queue answers %d %s", res.StatusCode, data)
	}
}

func TestBadJobs(t *testing.T) {
	s := open(t, &painter{steps: 1}, jobs.Options{})
	with := func(name string, data string) []part {
		parts := good()
		for i := range parts {
			if parts[i].name == name {
				parts[i].data = []byte(data)
			}
		}
		return parts
	}
	for name, c := range map[string]struct {
		parts  []part
		status int
		says   string
	}{
		"no recipe":     {good()[1:], 400, "recipe is missing"},
		"no content":    {[]part{good()[0], good()[2]}, 400, "There is no photograph yet"},
		"no style":      {good()[:2], 400, "There is no style picture yet"},
		"empty content": {with("content", ""), 400, "There is no photograph yet"},
		"unknown part":  {append(good(), part{"drawing", nil}), 400, "drawing"},
		"broken mask":   {append(good(), part{"mask", []byte("Dear friend")}), 422, "not a picture"},
		"many masks":    {append(good(), part{"mask", nil}, part{"mask", nil}), 400, "more masks than style pictures"},
		"palette":       {append(good(), part{"palette", []byte("Dear friend")}), 422, "The palette cannot be read"},
		"two palettes":  {append(good(), part{"palette", []byte("x")}, part{"palette", []byte("x")}), 400, "palette"},
		"two keeps":     {append(good(), part{"keep", []byte("x")}, part{"keep", []byte("x")}), 400, "keep"},
		"two recipes":   {append(good(), good()[0]), 400, "recipe"},
		"unknown field": {with("recipe", `{"strenght":1}`), 400, "strenght"},
		"size":          {with("recipe", `{"size":4000}`), 413, "megapixels"},
		"auto size":     {with("recipe", `{"size":0}`), 400, "Give the recipe a size"},
		"weights":       {with("recipe", `{"weights":"huge"}`), 400, "huge"},
		"weights path":  {with("recipe", `{"weights":"/etc/passwd"}`), 400, "weights"},
		"text":          {with("content", "Dear friend"), 422, "not a picture"},
		"broken":        {with("style", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), 422, "damaged"},
		"style weights": {with("recipe", `{"style_weights":[1,2]}`), 400, "style weights"},
		"too large":     {append(good(), part{"style", make([]byte, 2<<20)}), 413, "larger than 1 MiB"},
		"seventeen":     {append(good(), make([]part, 17)...), 400, "part"},
	} {
		res, data := s.post(c.parts)
		if res.StatusCode != c.status || !strings.Contains(problemOf(t, res, data).Detail, c.says) {
			t.Errorf("%s: %d %s, want %d and %q", name, res.StatusCode, data, c.status, c.says)
		}
	}
	for _, kind := range []string{"", "application/json", "multipart/form-data", "multipart/form-data; boundary=x"} {
		res, data := s.do(http.MethodPost, "/api/v1/jobs", "", strings.NewReader("{}"), "Content-Type", kind)
		if res.StatusCode/100 != 4 {
			t.Errorf("content type %q: %d %s", kind, res.StatusCode, data)
		}
	}
}

func TestWeights(t *testing.T) {
	s := open(t, &painter{}, jobs.Options{})
	_, data := s.do(http.MethodGet, "/api/v1/weights", "", nil)
	var list []api.Weights
	if err := json.Unmarshal(data, &list); err != nil || len(list) != 2 || list[0].Name != "fine" || list[1].Name != "small" {
		t.Fatalf("%s, %v", data, err)
	}
	res, file := s.do(http.MethodGet, list[0].URL, "", nil)
	if len(file) != list[0].Bytes || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("%d bytes, %v", len(file), res.Header)
	}
	if w, err := weights.Parse(file); err != nil || len(w.Convs) != 6 {
		t.Errorf("the served file: %v", err)
	}
	res, part := s.do(http.MethodGet, list[0].URL, "", nil, "Range", "bytes=8-15")
	if res.StatusCode != http.StatusPartialContent || !bytes.Equal(part, file[8:16]) {
		t.Errorf("a range is answered by %d %q", res.StatusCode, part)
	}
	for _, path := range []string{"/weights/small.safetensors", "/weights/..%2fgo.mod", "/weights/small-0000000000000000.safetensors"} {
		if res, _ := s.do(http.MethodGet, path, "", nil); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s is answered by %d", path, res.StatusCode)
		}
	}
}

// Clients that accept brotli get it; a range is one of the plain file, with another tag.
func TestWeightsCompressed(t *testing.T) {
	s := open(t, &painter{}, jobs.Options{})
	var list []api.Weights
	await.That(t, "a network to be compressed", func() bool {
		_, data := s.do(http.MethodGet, "/api/v1/weights", "", nil)
		if err := json.Unmarshal(data, &list); err != nil {
			t.Fatal(err)
		}
		return list[0].Compressed > 0
	})
	w := list[0]
	if w.Transfer() != w.Compressed || w.Compressed > w.Bytes*95/100 {
		t.Errorf("%d of %d bytes", w.Compressed, w.Bytes)
	}
	_, plain := s.do(http.MethodGet, w.URL, "", nil, "Accept-Encoding", "identity")
	res, small := s.do(http.MethodGet, w.URL, "", nil, "Accept-Encoding", "gzip, br")
	if res.Header.Get("Content-Encoding") != "br" || len(small) != w.Compressed || res.ContentLength != int64(len(small)) {
		t.Errorf("%d bytes, want %d: %v", len(small), w.Compressed, res.Header)
	}
	if file, err := io.ReadAll(brotli.NewReader(bytes.NewReader(small))); err != nil || !bytes.Equal(file, plain) {
		t.Errorf("it is another file, %v", err)
	}
	tags := map[string]bool{}
	for accept, header := range map[string][]string{
		"identity": {"Accept-Encoding", "identity"}, "br": {"Accept-Encoding", "br"},
	} {
		res, _ := s.do(http.MethodGet, w.URL, "", nil, header...)
		tag := res.Header.Get("ETag")
		tags[tag] = true
		if vary := res.Header.Get("Vary"); vary != "Accept-Encoding" {
			t.Errorf("%s varies by %q", accept, vary)
		}
		if res, _ := s.do(http.MethodGet, w.URL, "", nil, append(header, "If-None-Match", tag)...); res.StatusCode != http.StatusNotModified {
			t.Errorf("%s, unchanged, is answered by %d", accept, res.StatusCode)
		}
	}
	if len(tags) != 2 {
		t.Errorf("the tags are %v", tags)
	}
	res, part := s.do(http.MethodGet, w.URL, "", nil, "Accept-Encoding", "br", "Range", "bytes=100-")
	if res.StatusCode != http.StatusPartialContent || res.Header.Get("Content-Encoding") != "" || !bytes.Equal(part, plain[100:]) {
		t.Errorf("a range is answered by %d, %v", res.StatusCode, res.Header)
	}
}

func TestHeadersAndPaths(t *testing.T) {
	s := open(t, &painter{}, jobs.Options{})
	for _, path := range []string{"/", "/app.js", "/nowhere", "/api/v1/healthz", "/api/v1/nowhere", "/weights/nothing"} {
		res, _ := s.do(http.MethodGet, path, "", nil)
		for name, want := range map[string]string{
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp", "X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if csp := res.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "connect-src 'self'") || strings.Contains(csp, "unsafe-inline") {
			t.Errorf("%s: policy %q", path, csp)
		}
	}
	for path, want := range map[string]int{"/": 200, "/nowhere": 404, "/api/v1/nowhere": 404, "/web/../go.mod": 404} {
		if res, _ := s.do(http.MethodGet, path, "", nil); res.StatusCode != want {
			t.Errorf("%s is answered by %d, want %d", path, res.StatusCode, want)
		}
	}
	var h api.Health
	_, data := s.do(http.MethodGet, "/api/v1/healthz", "", nil)
	if err := json.Unmarshal(data, &h); err != nil || h.KeepSeconds != 3600 || h.Megapixels != 1 {
		t.Errorf("health is %s", data)
	}
	if res, _ := s.do(http.MethodPut, "/", "", strings.NewReader("x")); res.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("PUT / is answered by %d", res.StatusCode)
	}
}
