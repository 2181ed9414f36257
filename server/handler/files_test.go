package handler_test

import (
	"encoding/binary"
	"encoding/json"
	"flag"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"trappedinart/server/api"
	"trappedinart/server/jobs"
)

var uploads = flag.Int("uploads", 60, "how many hostile uploads a server gets (make soak sends 2,000)")

// peoplesFiles are those of engine/pixel's testdata, by their names there.
func peoplesFiles(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	root := filepath.Join("..", "..", "engine", "pixel", "testdata", dir)
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); ext != ".json" && ext != ".py" {
			if files[e.Name()], err = os.ReadFile(filepath.Join(root, e.Name())); err != nil {
				t.Fatal(err)
			}
		}
	}
	return files
}

// A server takes the same files as the command line, with their faults.
func TestFilesAsPeopleHaveThem(t *testing.T) {
	s := open(t, &painter{steps: 1}, jobs.Options{})
	files := peoplesFiles(t, "files")
	if len(files) < 22 {
		t.Fatalf("there are %d files", len(files))
	}
	for name, data := range files {
		parts := good()
		parts[1].data, parts[2].data = data, data
		res, answer := s.post(parts)
		var c api.Created
		if err := json.Unmarshal(answer, &c); err != nil || res.StatusCode != http.StatusAccepted {
			t.Errorf("%s is answered by %d %s", name, res.StatusCode, answer)
			continue
		}
		s.events(c, "", -1)
	}
	parts := good()
	parts[1].data = peoplesFiles(t, "corpus")["jpeg_arithmetic.jpg"]
	if res, answer := s.post(parts); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(string(answer), "JPEG with arithmetic coding") {
		t.Errorf("a JPEG with arithmetic coding is answered by %d %s", res.StatusCode, answer)
	}
}

// malformed makes a file worse: bytes or numbers near its beginning, or anywhere, or its end.
func malformed(r *rand.Rand, valid []byte) []byte {
	file := slices.Clone(valid)
	head := min(len(file), 64<<r.IntN(6))
	switch r.IntN(4) {
	case 0:
		for range 1 + r.IntN(8) {
			file[r.IntN(head)] = byte(r.Uint32())
		}
	case 1:
		huge := []uint32{0xffffffff, 0x7fffffff, 100000, 0xffff, 0x10000, 8000, 0}[r.IntN(7)]
		if at := r.IntN(head - 4); r.IntN(2) == 0 {
			binary.BigEndian.PutUint32(file[at:], huge)
		} else {
			binary.LittleEndian.PutUint32(file[at:], huge)
		}
	case 2:
		file = file[:r.IntN(len(file)+1)]
	case 3:
		from := r.IntN(len(file))
		file = append(file, file[from:min(from+r.IntN(5000), len(file))]...)
	}
	return file
}

// Every hostile upload is taken, or refused with its fault. The server paints those that it
// takes, and keeps the job that was there before.
func TestHostileUploads(t *testing.T) {
	s := open(t, &painter{steps: 1}, jobs.Options{})
	before := s.submit()
	s.events(before, "", -1)
	valid := peoplesFiles(t, "files")
	maps.Copy(valid, peoplesFiles(t, "corpus"))
	names := slices.Sorted(maps.Keys(valid))
	r := rand.New(rand.NewPCG(20, 26))
	answers := map[int]int{}
	for i := range *uploads {
		parts := good()
		if r.IntN(3) == 0 {
			parts = append(parts, part{[]string{"mask", "keep", "style_mask", "style"}[r.IntN(4)], nil})
		}
		name := names[r.IntN(len(names))]
		parts[1+r.IntN(len(parts)-1)].data = malformed(r, valid[name])
		if r.IntN(20) == 0 {
			parts[0].data = malformed(r, parts[0].data)
		}
		res, data := s.post(parts)
		answers[res.StatusCode]++
		switch {
		case res.StatusCode == http.StatusAccepted:
			var c api.Created
			if err := json.Unmarshal(data, &c); err != nil {
				t.Fatalf("upload %d, %s: %s", i, name, data)
			}
			if list := s.events(c, "", -1); list[len(list)-1].name != api.EventDone {
				t.Errorf("upload %d, %s, was taken and ends with %+v", i, name, list[len(list)-1])
			}
			if res, data := s.do(http.MethodDelete, c.Links.Self, c.Token, nil); res.StatusCode != http.StatusNoContent {
				t.Errorf("upload %d cannot be deleted: %d %s", i, res.StatusCode, data)
			}
		case res.StatusCode < 400 || res.StatusCode >= 500:
			t.Errorf("upload %d, %s, is answered by %d %s", i, name, res.StatusCode, data)
		default:
			problemOf(t, res, data)
		}
	}
	t.Logf("of %d uploads, answers: %v", *uploads, answers)
	if answers[http.StatusAccepted] == 0 || answers[http.StatusUnprocessableEntity] == 0 {
		t.Errorf("the answers are %v: they are all alike", answers)
	}
	if j := s.job(before); j.State != api.Done {
		t.Errorf("the job of before is %+v", j)
	}
	s.events(s.submit(), "", -1)
}
