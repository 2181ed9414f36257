package networks_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/vgg"
	"trappedinart/internal/await"
	"trappedinart/wasm/networks"
	"trappedinart/weights"
)

// A shelf keeps files in memory.
type shelf struct {
	mu     sync.Mutex
	files  map[string][]byte
	taken  int // how often the next Open finds the file taken; below 0 always
	broken bool
	room   int // bytes that may be appended in all; 0 is no limit
}

func (s *shelf) Open(_ context.Context, name string) (networks.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.broken:
		return nil, errors.New("no files here")
	case s.taken != 0:
		s.taken--
		return nil, networks.ErrTaken
	}
	if s.files == nil {
		s.files = map[string][]byte{}
	}
	s.files[name] = slices.Clone(s.files[name])
	s.taken = -1
	return &file{s, name}, nil
}

func (s *shelf) Names(context.Context) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.files)), nil
}

func (s *shelf) Remove(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.files, name)
	return nil
}

func (s *shelf) has(name string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.files[name]
}

type file struct {
	s    *shelf
	name string
}

func (f *file) Size() int64 { return int64(len(f.s.has(f.name))) }

func (f *file) ReadAt(p []byte, at int64) (int, error) {
	return bytes.NewReader(f.s.has(f.name)).ReadAt(p, at)
}

func (f *file) Append(part []byte) error {
	f.s.mu.Lock()
	defer f.s.mu.Unlock()
	if f.s.room > 0 && len(f.s.files[f.name])+len(part) > f.s.room {
		f.s.files[f.name] = append(f.s.files[f.name], part[:1]...) // half written
		return errors.New("the quota is exceeded")
	}
	f.s.files[f.name] = append(f.s.files[f.name], part...)
	return nil
}

func (f *file) Truncate(size int64) error {
	f.s.mu.Lock()
	defer f.s.mu.Unlock()
	f.s.files[f.name] = f.s.files[f.name][:size]
	return nil
}

func (f *file) Close(bool) error {
	f.s.mu.Lock()
	defer f.s.mu.Unlock()
	f.s.taken = 0
	return nil
}

// A line is a server with one file, and what can happen on the way.
type line struct {
	data   []byte
	status int           // in place of 200 and 206
	plain  bool          // the server knows no ranges
	cut    int           // after how many bytes the first answer ends, if not 0
	hold   int           // at which place of the file an answer waits for go on
	on     chan struct{} // go on
	dead   bool

	mu    sync.Mutex
	froms []int64 // of each request
	kepts []bool
	sent  int
}

func (l *line) get(ctx context.Context, _ string, from int64, kept bool) (*networks.Answer, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.froms, l.kepts = append(l.froms, from), append(l.kepts, kept)
	if l.dead {
		return nil, errors.New("no route to host")
	}
	status := 206
	if from == 0 || l.plain {
		from, status = 0, 200
	}
	if l.status != 0 {
		status = l.status
	}
	return &networks.Answer{Status: status, From: from, Body: &body{l, ctx, int(from), len(l.froms) == 1}}, nil
}

type body struct {
	*line
	ctx   context.Context
	at    int
	first bool
}

func (b *body) Read(p []byte) (int, error) {
	if b.ctx.Err() != nil {
		return 0, b.ctx.Err()
	}
	if b.hold > 0 && b.at >= b.hold {
		select {
		case <-b.on:
		case <-b.ctx.Done():
			return 0, b.ctx.Err()
		}
	}
	end := min(len(b.data), b.at+50)
	if b.first && b.cut > 0 {
		end = min(end, b.cut)
	}
	if b.at < b.hold {
		end = min(end, b.hold)
	}
	if b.at == end {
		return 0, io.EOF
	}
	n := copy(p, b.data[b.at:end])
	b.at += n
	b.mu.Lock()
	b.sent += n
	b.mu.Unlock()
	return n, nil
}

func (b *body) Close() error { return nil }

// mine is a network of three layers, its file, and its address.
func mine(t *testing.T, widths ...int) ([]byte, string) {
	t.Helper()
	if widths == nil {
		widths = []int{4, 5, 6}
	}
	data, err := weights.Marshal(vgg.Random("mine", widths), nil)
	if err == nil {
		data, err = weights.Quantize(data)
	}
	if err != nil {
		t.Fatal(err)
	}
	return data, weights.HashedName("mine", data)
}

func open(t *testing.T, l *line, shelves ...networks.Shelf) *networks.Networks {
	if l == nil {
		l = &line{dead: true}
	}
	return &networks.Networks{Shelves: shelves, Get: l.get, Log: t.Logf, Pause: time.Millisecond}
}

var all = []string{"relu2_1"}

func load(t *testing.T, n *networks.Networks, name string) *vgg.Weights {
	t.Helper()
	w, err := n.Load(t.Context(), name, "mine", all, func(engine.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestFetchedOnce(t *testing.T) {
	data, name := mine(t)
	want, err := weights.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	want.Name = "mine"
	l, s := &line{data: data}, &shelf{}
	n := open(t, l, s)
	for range 2 { // the second time it is in memory
		if w := load(t, n, name); !reflect.DeepEqual(w, want) {
			t.Fatal("it is another network than the file's")
		}
	}
	await.That(t, "the file to be kept", func() bool { return bytes.Equal(s.has(name), data) })
	l.dead = true // the next visit, without a line
	if w := load(t, open(t, l, s), name); !reflect.DeepEqual(w, want) {
		t.Error("the kept network is another one")
	}
	if !slices.Equal(l.froms, []int64{0}) || l.sent != len(data) || !l.kepts[0] {
		t.Errorf("requests from %v, %d of %d bytes", l.froms, l.sent, len(data))
	}
}

func TestProgress(t *testing.T) {
	data, name := mine(t)
	var last engine.Progress
	l := &line{data: data, hold: len(data) - 1, on: make(chan struct{})}
	_, err := open(t, l).Load(t.Context(), name, "mine", all, func(p engine.Progress) {
		if p.Stage != engine.Fetching || p.Bytes < last.Bytes || p.TotalBytes != 0 && (p.TotalBytes != int64(len(data)) || p.Bytes > p.TotalBytes) {
			t.Errorf("after %+v came %+v", last, p)
		}
		if p.Bytes >= int64(l.hold) && last.Bytes < int64(l.hold) {
			close(l.on)
		}
		last = p
	})
	if err != nil || last.TotalBytes == 0 {
		t.Errorf("the last report is of %d of %d bytes, %v", last.Bytes, last.TotalBytes, err)
	}
}

// The run begins with the layers that it looks at; the rest comes meanwhile.
func TestBeginsEarly(t *testing.T) {
	data, name := mine(t)
	l, s := &line{data: data, hold: len(data) - 200, on: make(chan struct{})}, &shelf{}
	n := open(t, l, s)
	w, err := n.Load(t.Context(), name, "mine", []string{"relu1_2", "relu1_1"}, func(engine.Progress) {})
	if err != nil || len(w.Convs) != 2 || w.Check() != nil {
		t.Fatalf("%v, %v", w, err)
	}
	close(l.on)
	await.That(t, "the rest to come", func() bool { return bytes.Equal(s.has(name), data) })
	if len(load(t, n, name).Convs) != 3 || len(l.froms) != 1 {
		t.Errorf("requests from %v", l.froms)
	}
}

// A layer that the network has not is for the engine to explain; it takes all there is.
func TestLayerThatIsNotThere(t *testing.T) {
	data, name := mine(t)
	w, err := open(t, &line{data: data}).Load(t.Context(), name, "mine", []string{"relu5_1"}, func(engine.Progress) {})
	if err != nil || len(w.Convs) != 3 {
		t.Errorf("%v, %v", w, err)
	}
}

// A stopped run stops the download; the checked parts are kept, and the next run goes on
// there.
func TestCancelKeeps(t *testing.T) {
	for _, visit := range []string{"same", "next", "same without a shelf", "same, cleared"} {
		data, name := mine(t)
		l, s := &line{data: data, hold: len(data) - 100, on: make(chan struct{})}, &shelf{broken: strings.Contains(visit, "without")}
		n := open(t, l, s)
		ctx, cancel := context.WithCancel(t.Context())
		_, err := n.Load(ctx, name, "mine", all, func(p engine.Progress) {
			if p.Bytes >= int64(l.hold) {
				cancel()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("%s: stopped, it gives %v", visit, err)
		}
		if visit == "next" {
			await.That(t, "the file to be closed", func() bool { s.mu.Lock(); defer s.mu.Unlock(); return s.taken == 0 })
			n = open(t, l, s)
		}
		cleared := strings.Contains(visit, "cleared")
		if cleared {
			await.That(t, "the file to be closed", func() bool { s.mu.Lock(); defer s.mu.Unlock(); return s.taken == 0 })
			_ = s.Remove(t.Context(), name)
		}
		time.AfterFunc(20*time.Millisecond, func() { close(l.on) })
		load(t, n, name)
		if len(l.froms) != 2 || l.froms[1] < int64(len(data)/2) || l.froms[1] > int64(l.hold) {
			t.Errorf("%s visit: requests from %v of %d bytes", visit, l.froms, len(data))
		}
		if cleared { // its beginning is not on the shelf any more, so the rest must not be
			await.That(t, "the file to be closed", func() bool { s.mu.Lock(); defer s.mu.Unlock(); return s.taken == 0 })
			if kept := s.has(name); len(kept) > 0 {
				t.Errorf("%s: %d bytes are kept", visit, len(kept))
			}
		} else if !s.broken {
			await.That(t, "the file to be whole", func() bool { return bytes.Equal(s.has(name), data) })
		}
	}
}

// A broken connection is taken up again, at the byte where it broke.
func TestBrokenConnection(t *testing.T) {
	data, name := mine(t)
	for _, plain := range []bool{false, true} {
		l, s := &line{data: data, cut: len(data) - 77, plain: plain}, &shelf{}
		load(t, open(t, l, s), name)
		if !slices.Equal(l.froms, []int64{0, int64(l.cut)}) || !plain && l.sent != len(data) {
			t.Errorf("plain %v: requests from %v, %d bytes of %d", plain, l.froms, l.sent, len(data))
		}
		await.That(t, "the file to be whole", func() bool { return bytes.Equal(s.has(name), data) })
	}
}

func TestUnreachable(t *testing.T) {
	data, name := mine(t)
	tests := []struct {
		line  *line
		code  engine.Code
		says  string
		tries int
	}{
		{&line{data: data, dead: true}, engine.Unavailable, `The network "mine" cannot be downloaded. Check the connection`, 3},
		{&line{data: data, status: 500}, engine.Unavailable, "cannot be downloaded", 3},
		{&line{data: data, status: 404}, engine.UnknownWeights, "Reload the page", 1},
	}
	for _, test := range tests {
		n := open(t, test.line, &shelf{})
		_, err := n.Load(t.Context(), name, "mine", all, func(engine.Progress) {})
		if e := engine.AsError(err); e == nil || e.Code != test.code || !strings.Contains(e.Message, test.says) || len(test.line.froms) != test.tries {
			t.Errorf("after %d tries the error is %v, want %s: %s", len(test.line.froms), err, test.code, test.says)
		}
		test.line.dead, test.line.status = false, 0 // it is not remembered
		load(t, n, name)
	}
	for _, address := range []string{"", "http://here/weights/mine.safetensors", "http://here/%zz"} {
		_, err := open(t, &line{}).Load(t.Context(), address, "mine", all, func(engine.Progress) {})
		if e := engine.AsError(err); e == nil || e.Code != engine.UnknownWeights {
			t.Errorf("%q gives %v", address, err)
		}
	}
}

// A damaged part is reported and not kept; the parts before it are kept.
func TestDamagedOnTheWay(t *testing.T) {
	data, name := mine(t)
	bad := slices.Clone(data)
	bad[len(bad)-1] ^= 1
	l, s := &line{data: bad}, &shelf{}
	n := open(t, l, s)
	_, err := n.Load(t.Context(), name, "mine", all, func(engine.Progress) {})
	if e := engine.AsError(err); e == nil || e.Code != engine.InvalidWeights || !strings.Contains(e.Message, "damaged (its conv2_1)") {
		t.Fatalf("the error is %v", err)
	}
	kept := s.has(name)
	if !bytes.Equal(kept, data[:len(kept)]) || len(kept) == len(data) || len(kept) < len(data)/2 {
		t.Errorf("%d bytes are kept of %d", len(kept), len(data))
	}
	l.data = data
	load(t, n, name)
	if len(l.froms) != 2 || l.froms[1] != int64(len(kept)) {
		t.Errorf("requests from %v, want the second from %d", l.froms, len(kept))
	}
}

// The spoiled end of a kept file is cut off and fetched again.
func TestSpoiledWhereItIsKept(t *testing.T) {
	data, name := mine(t)
	for _, at := range []int{0, 100, len(data) - 3} {
		spoiled := slices.Clone(data)
		spoiled[at] ^= 1
		for what, kept := range map[string][]byte{"changed": spoiled, "cut": data[:at], "longer": append(slices.Clone(data), 1, 2)} {
			l, s := &line{data: data}, &shelf{files: map[string][]byte{name: kept}}
			load(t, open(t, l, s), name)
			await.That(t, "the file to be mended", func() bool { return bytes.Equal(s.has(name), data) })
			if what == "longer" && len(l.froms) > 0 || what != "longer" && (len(l.froms) != 1 || l.froms[0] > int64(at)) {
				t.Errorf("%s at %d: requests from %v", what, at, l.froms)
			}
		}
	}
}

func TestOlderVersionsGo(t *testing.T) {
	data, name := mine(t)
	_, older := mine(t, 3, 3, 3)
	other := "mine-too-0123456789abcdef.safetensors"
	s := &shelf{files: map[string][]byte{older: {1}, other: {2}, "notes": {3}}}
	l := &line{data: data, hold: len(data) - 50, on: make(chan struct{})}
	n := open(t, l, s)
	n.Fetch(name)
	await.That(t, "most to come", func() bool { l.mu.Lock(); defer l.mu.Unlock(); return l.sent >= l.hold })
	if s.has(older) == nil {
		t.Error("the older version went before the new one was whole")
	}
	close(l.on)
	load(t, n, name)
	await.That(t, "the older version to go", func() bool { return s.has(older) == nil })
	if s.has(other) == nil || s.has("notes") == nil || !bytes.Equal(s.has(name), data) {
		t.Error("other files went with it")
	}
}

// Two tabs at once: the second waits a moment, and else keeps nothing.
func TestTaken(t *testing.T) {
	data, name := mine(t)
	s := &shelf{files: map[string][]byte{name: data}, taken: 2}
	l := &line{data: data}
	load(t, open(t, l, s), name)
	if len(l.froms) != 0 {
		t.Errorf("a file that became free is not read: requests from %v", l.froms)
	}
	s, second := &shelf{files: map[string][]byte{name: data[:50]}, taken: -1}, &shelf{}
	load(t, open(t, l, s, second), name)
	if !slices.Equal(l.froms, []int64{0}) || l.kepts[0] || len(s.has(name)) != 50 || second.has(name) != nil {
		t.Errorf("requests from %v, kept %v", l.froms, l.kepts)
	}
}

// No room, no shelf, or a shelf that was cleared meanwhile: it paints all the same.
func TestNotKept(t *testing.T) {
	data, name := mine(t)
	s := &shelf{room: len(data) - 100}
	n := open(t, &line{data: data}, s)
	load(t, n, name)
	await.That(t, "the file to be closed", func() bool { s.mu.Lock(); defer s.mu.Unlock(); return s.taken == 0 })
	if kept := s.has(name); !bytes.Equal(kept, data[:len(kept)]) {
		t.Error("half a part is kept")
	}

	l, first, second := &line{data: data}, &shelf{broken: true}, &shelf{}
	load(t, open(t, l, first, second), name)
	await.That(t, "the file on the second shelf", func() bool { return bytes.Equal(second.has(name), data) })

	load(t, open(t, l, first), name)
	if !slices.Equal(l.kepts, []bool{true, false}) {
		t.Errorf("the browser is told %v", l.kepts)
	}
}

func TestFetchAhead(t *testing.T) {
	data, name := mine(t)
	l := &line{data: data, hold: 100, on: make(chan struct{})}
	n := open(t, l) // without a shelf, from which it could come too
	n.Fetch(name)
	n.Fetch(name)
	await.That(t, "the file to be on its way", func() bool { l.mu.Lock(); defer l.mu.Unlock(); return l.sent > 0 })
	close(l.on)
	load(t, n, name) // joins in
	n.Fetch(name)
	if len(l.froms) != 1 {
		t.Errorf("requests from %v", l.froms)
	}
}

// A run with another network neither stops the fetch ahead nor waits for it.
func TestFetchAheadOfAnotherRun(t *testing.T) {
	data, name := mine(t)
	other, otherName := mine(t, 3, 3, 3)
	slow, fast := &line{data: data, hold: 100, on: make(chan struct{})}, &line{data: other}
	for _, first := range []bool{true, false} {
		mine, theirs := &shelf{}, &shelf{} // the fake locks one file at a time
		n := open(t, nil)
		n.Shelves = []networks.Shelf{&pair{map[string]*shelf{name: mine, otherName: theirs}}}
		n.Get = func(ctx context.Context, address string, from int64, kept bool) (*networks.Answer, error) {
			if address == name {
				return slow.get(ctx, address, from, kept)
			}
			return fast.get(ctx, address, from, kept)
		}
		slow.on = make(chan struct{})
		if first {
			n.Fetch(name)
		}
		ctx, cancel := context.WithCancel(t.Context())
		if _, err := n.Load(ctx, otherName, "other", all, func(engine.Progress) {}); err != nil {
			t.Fatal(err)
		}
		cancel()
		if !first {
			n.Fetch(name)
		}
		close(slow.on)
		await.That(t, "what is fetched ahead to be kept", func() bool { return bytes.Equal(mine.has(name), data) })
		await.That(t, "the other to be kept", func() bool { return bytes.Equal(theirs.has(otherName), other) })
	}
	if len(slow.froms) != 2 || len(fast.froms) != 2 {
		t.Errorf("requests from %v and %v", slow.froms, fast.froms)
	}
}

// A pair has a shelf for each file.
type pair struct{ shelves map[string]*shelf }

func (p *pair) Open(ctx context.Context, name string) (networks.File, error) {
	return p.shelves[name].Open(ctx, name)
}
func (p *pair) Names(context.Context) ([]string, error) { return nil, nil }
func (p *pair) Remove(context.Context, string) error    { return nil }
