package trappedinart_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

const module = "trappedinart"

// A rule says what a package may not reach, directly or through others, and why.
type rule struct {
	pkg    string
	target string // "native", "js" or both if empty
	why    string
	allow  func(imported string) bool
}

func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && first != module
}

// ours allows the standard library, and these packages.
func ours(allowed ...string) func(string) bool {
	return func(path string) bool {
		if standard(path) {
			return true
		}
		for _, a := range allowed {
			if path == module+"/"+a || path == a || strings.HasPrefix(path, a+"/") {
				return true
			}
		}
		return false
	}
}

// not allows everything but these packages, given by the beginning of their paths.
func not(forbidden ...string) func(string) bool {
	return func(path string) bool {
		for _, f := range forbidden {
			if path == f || strings.HasPrefix(path, f+"/") {
				return false
			}
		}
		return true
	}
}

// page allows a package of the page what stands below the features, and these others of ours.
func page(allowed ...string) func(string) bool {
	return func(path string) bool {
		return !strings.HasPrefix(path, module+"/") || ours(append(allowed, "engine", "engine/pixel/label", "engine/segment", "server/api",
			"wasm/browser", "wasm/protocol", "web/desk", "web/dom", "web/mask", "web/run", "web/words")...)(path)
	}
}

const feature = "a feature of the page knows the desk, and no other feature"

var (
	gorgonia = "gorgonia.org/tensor"
	gonum    = "gonum.org/v1/gonum"
	concrete = []string{module + "/engine/backend/ref", module + "/engine/backend/cpu", module + "/engine/backend/webgpu"}
)

var rules = []rule{
	{"engine", "", "the domain knows no library and no part of the program", standard},
	{"engine/backend", "", "the seam knows nothing but itself", ours()},
	{"engine/backend/ref", "native", "a back end knows the seam alone; the reference is gorgonia's", not(module+"/engine/backend/cpu", module+"/engine/vgg", module+"/engine/pixel", module+"/weights")},
	{"engine/backend/cpu", "", "a back end knows the seam alone", ours("engine/backend")},
	{"engine/backend/webgpu", "native", "a back end knows the seam alone, and one library of GPUs", ours("engine/backend", "github.com/gogpu", "github.com/go-webgpu", "golang.org/x/sys")},
	{"engine/backend/webgpu", "js", "the browser has the GPU itself, and the worker is downloaded", ours("engine/backend")},
	{"engine/vgg", "", "the network computes on any back end", ours("engine", "engine/backend")},
	{"engine/loss", "", "losses compute on any back end", ours("engine/backend")},
	{"engine/optim", "", "optimisers compute on any back end", ours("engine/backend")},
	{"engine/transfer", "", "the loop computes on any back end and is handed one", not(append(concrete, module+"/weights", module+"/server", module+"/web", gorgonia)...)},
	{"engine/pixel/label", "", "what stands beside pixels is for the page too, which is downloaded", ours("engine")},
	{"engine/pixel", "", "pictures know nothing of networks", not(module+"/engine/backend", module+"/engine/vgg", gorgonia)},
	{"engine/patch", "native", "a measure that needs no network; gonum is nothing that a browser should download", not(module+"/engine/backend", module+"/engine/vgg", module+"/engine/transfer", module+"/weights", gorgonia)},
	{"engine/segment", "", "borders are found in colours, and in what it is handed", standard},
	{"engine/segment/sight", "", "a network looks on any back end, and is handed", ours("engine", "engine/backend", "engine/vgg", "engine/segment")},
	{"weights", "", "files of weights know the network's table and no loop", not(append(concrete, module+"/engine/transfer", module+"/server", module+"/web")...)},
	{"weights/importer", "native", "reading foreign files is native tooling: it computes nothing and loops over nothing", not(append(concrete, module+"/engine/transfer", module+"/server", module+"/web")...)},
	{"weights/train", "native", "training computes on back ends that it is handed", not(append(concrete, module+"/server", module+"/web")...)},
	{"weights/quantize", "native", "scales are tried on a back end that is handed in", not(append(concrete, module+"/server", module+"/web")...)},
	{"weights/fetch", "native", "what is fetched is made small on a back end that is handed in", not(append(concrete, module+"/server", module+"/web")...)},
	{"weights/judge", "native", "a judge looks through a back end that it is handed", not(append(concrete, module+"/server", module+"/web")...)},
	{"wasm", "js", "the worker is downloaded: gorgonia would make it six times as large", not(gorgonia, gonum, module+"/server", module+"/web")},
	{"wasm/networks", "", "bringing a network here needs its file's format and nothing that computes", not(append(concrete, module+"/engine/transfer", module+"/server", module+"/web", gorgonia)...)},
	{"wasm/browser", "js", "the page asks the browser too, and does not load the engine for it", ours("engine", "engine/pixel/label", "wasm/protocol")},
	{"wasm/protocol", "", "page and worker share the messages, and the page computes nothing", not(append(concrete, module+"/engine/transfer", module+"/weights")...)},
	{"web", "js", "the page is downloaded, and hands all work to a Runner", not(append(concrete, module+"/engine/transfer", module+"/engine/vgg", module+"/weights", gorgonia, gonum)...)},
	{"web/runner", "", "runners talk to a worker and to a server, and know nothing of the page", ours("engine", "engine/pixel/label", "wasm/protocol", "wasm/browser", "server/api")},
	{"web/words", "", "words know nothing of who says them", standard},
	{"web/mask", "", "masks are painted without a browser", ours("engine", "engine/segment")},
	{"web/run", "", "the phases of a run know no browser and no runner", ours("engine", "web/words")},
	{"web/desk", "", "what the page works on knows no browser", ours("engine", "engine/segment", "server/api", "web/mask", "web/run", "web/words")},
	{"web/dom", "", "what asks the browser knows nothing of what for", page()},
	{"web/photo", "", "pictures are read and written for all features", page()},
	{"web/kept", "", "what is kept is kept for all features", page("web/photo")},
	{"web/pictures", "", feature, page("web/photo", "web/runner")},
	{"web/masks", "", feature, page("web/photo")},
	{"web/dials", "", feature, page("web/photo")},
	{"web/forecast", "", feature, page()},
	{"web/result", "", feature, page("web/photo")},
	{"web/painting", "", feature, page("web/photo", "web/kept")},
	{"web/history", "", feature, page("web/photo", "web/kept")},
	{"web/handover", "", feature, page("web/photo", "web/kept")},
	{"web/share", "", feature, page("web/photo", "web/kept", "web/envelope", "web/runner")},
	{"server/store", "native", "what is kept knows nothing of what it is", not(append(concrete, module+"/engine/transfer", module+"/weights", module+"/server/jobs", module+"/server/handler", module+"/web")...)},
	{"server/site", "native", "the page's files know nothing of what runs in them", not(append(concrete, module+"/engine/transfer", module+"/weights", module+"/server/jobs", module+"/server/handler", module+"/web")...)},
	{"server/shares", "native", "shares are sealed: what keeps them knows nothing of what is in them", not(append(concrete, module+"/engine/transfer", module+"/weights", module+"/server/jobs", module+"/server/handler", module+"/web")...)},
	{"server/service", "native", "what serves is opened without a command line", not(append(concrete, module+"/server/command", "github.com/spf13")...)},
	{"web/envelope", "", "page and server know the envelope, and the page is downloaded", func(path string) bool {
		return ours("engine")(path) && path != "net/http"
	}},
	{"server/api", "", "page and server share the types, and nothing else", ours("engine")},
}

func TestImportsPointDown(t *testing.T) {
	reached := map[string]map[string][]string{}
	for target, env := range map[string][]string{
		"native": nil,
		"js":     {"GOOS=js", "GOARCH=wasm"},
	} {
		reached[target] = dependencies(t, env)
	}
	for _, r := range rules {
		for target, packages := range reached {
			if r.target != "" && r.target != target {
				continue
			}
			deps, ok := packages[module+"/"+r.pkg]
			if !ok {
				t.Errorf("%s: there is no package %s to hold to its rule", target, r.pkg)
			}
			for _, path := range deps {
				if !r.allow(path) {
					t.Errorf("%s: %s reaches %s, but %s", target, r.pkg, path, r.why)
				}
			}
		}
	}
}

// dependencies returns, for each package of the module, all that it reaches.
func dependencies(t *testing.T, env []string) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-deps", "-json=ImportPath,Deps", "./...")
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	all := map[string][]string{}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p struct {
			ImportPath string
			Deps       []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(p.ImportPath, module) {
			all[p.ImportPath] = p.Deps
		}
	}
}
