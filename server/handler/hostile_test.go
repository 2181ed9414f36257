package handler_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/internal/await"
	"trappedinart/server/api"
	"trappedinart/server/handler"
	"trappedinart/server/jobs"
)

// bomb is a small PNG file whose head claims w x h pixels.
func bomb(w, h uint32) []byte {
	chunk := func(kind string, data []byte) []byte {
		b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
		b = append(append(b, kind...), data...)
		return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
	}
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	head = append(head, 1, 0, 0, 0, 0) // one bit, grey
	// So much data that the size could be true.
	return append(append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", head)...), chunk("IDAT", make([]byte, w*h/8/1000))...)
}

func TestBombs(t *testing.T) {
	s := open(t, &painter{steps: 1}, jobs.Options{})
	for name, c := range map[string]struct {
		data   []byte
		status int
		says   string
	}{
		"more than any":           {bomb(60000, 60000), 413, "the limit is"},
		"more than this server's": {bomb(8000, 8000), 413, "this server takes up to 1"},
		"none":                    {bomb(0, 5), 422, ""},
	} {
		for _, part := range []string{"content", "style", "mask"} {
			parts := good()
			parts = append(parts, parts[2]) // a mask
			parts[3].name = "mask"
			for i := range parts {
				if parts[i].name == part {
					parts[i].data = c.data
				}
			}
			res, data := s.post(parts)
			if p := problemOf(t, res, data); p.Status != c.status || !strings.Contains(p.Detail, c.says) {
				t.Errorf("%s as %s: %d %s", name, part, res.StatusCode, data)
			}
		}
	}
}

// A picture that takes for ever to be read is given up, and holds up nobody after that; at no
// time are two read.
func TestSlowPictures(t *testing.T) {
	var reading, most atomic.Int64
	s := openWith(t, &painter{steps: 1}, jobs.Options{}, func(c *handler.Config) {
		c.UploadIdle = 50 * time.Millisecond
		c.Decode = func(ctx context.Context, f engine.File) (*image.NRGBA, error) {
			n := reading.Add(1)
			defer reading.Add(-1)
			for was := most.Load(); n > was && !most.CompareAndSwap(was, n); was = most.Load() {
			}
			if f.Name == "content.bin" {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return nil, nil
		}
	})
	answers := make(chan string, 5)
	for range cap(answers) {
		go func() {
			_, data, err := s.upload(good())
			answers <- fmt.Sprint(string(data), err)
		}()
	}
	for range cap(answers) {
		if got := <-answers; !strings.Contains(got, "takes too long to be read") {
			t.Errorf("it is answered by %s", got)
		}
	}
	if most.Load() != 1 {
		t.Errorf("%d pictures were read at once", most.Load())
	}
}

// raw sends bytes as they are, and then whatever more gives, and returns the answer.
func (s *server) raw(head string, more func(net.Conn)) *http.Response {
	s.Helper()
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		s.Fatal(err)
	}
	if _, err := io.WriteString(c, head); err != nil {
		s.Fatal(err)
	}
	go more(c)
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { res.Body.Close() })
	return res
}

func post(length string) string {
	return "POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n" + length + "\r\n\r\n"
}

// An upload that stops, or comes byte by byte for ever, ends.
func TestSlowUploads(t *testing.T) {
	s := openWith(t, &painter{steps: 1}, jobs.Options{}, func(c *handler.Config) { c.UploadIdle, c.UploadTime = 300*time.Millisecond, 2*time.Second })
	begin := "--b\r\nContent-Disposition: form-data; name=\"content\"\r\n\r\n"
	for name, more := range map[string]func(net.Conn){
		"stops": func(c net.Conn) { _, _ = io.WriteString(c, begin+"some") },
		"byte by byte": func(c net.Conn) {
			text := begin + strings.Repeat("x", 10000)
			for i := range await.Turns(t.Context(), 20*time.Millisecond) {
				if _, err := c.Write([]byte{text[i]}); err != nil || i+1 == len(text) {
					return
				}
			}
		},
	} {
		res := s.raw(post("Content-Length: 100000"), more)
		data, _ := io.ReadAll(res.Body)
		if p := problemOf(t, res, data); p.Status != http.StatusRequestTimeout || !res.Close {
			t.Errorf("an upload that %s is answered by %d %s, and the connection ends: %v", name, res.StatusCode, data, res.Close)
		}
	}
	// Others are not disturbed, and no deadline is left behind for them.
	s.events(s.submit(), "", -1)
}

func TestHugeUploads(t *testing.T) {
	s := open(t, &painter{steps: 1}, jobs.Options{})
	// Refused by what its head says: nothing of it is waited for.
	res := s.raw(post("Content-Length: 5000000000"), func(net.Conn) {})
	data, _ := io.ReadAll(res.Body)
	if p := problemOf(t, res, data); p.Status != http.StatusRequestEntityTooLarge || p.Code != engine.TooLarge {
		t.Errorf("5 GB are answered by %d %s", res.StatusCode, data)
	}
	// Or once it is too much.
	res = s.raw(post("Transfer-Encoding: chunked"), func(c net.Conn) {
		part := "--b\r\nContent-Disposition: form-data; name=\"content\"\r\n\r\n"
		if _, err := fmt.Fprintf(c, "%x\r\n%s\r\n", len(part), part); err != nil {
			return
		}
		for range 2000 {
			if _, err := fmt.Fprintf(c, "1000\r\n%s\r\n", strings.Repeat("x", 4096)); err != nil {
				return
			}
		}
	})
	data, _ = io.ReadAll(res.Body)
	if p := problemOf(t, res, data); p.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("8 MB in chunks are answered by %d %s", res.StatusCode, data)
	}
	// A part's head that does not end.
	res = s.raw(post("Transfer-Encoding: chunked"), func(c net.Conn) {
		if _, err := fmt.Fprintf(c, "5\r\n--b\r\n\r\n"); err != nil {
			return
		}
		for i := range 20000 {
			line := fmt.Sprintf("X-%d: %s\r\n", i, strings.Repeat("y", 50))
			if _, err := fmt.Fprintf(c, "%x\r\n%s\r\n", len(line), line); err != nil {
				return
			}
		}
	})
	data, _ = io.ReadAll(res.Body)
	if p := problemOf(t, res, data); p.Status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a part with a long head is answered by %d %s", res.StatusCode, data)
	}
}

// More uploads at once than there is memory for are refused, and what they took is given
// back.
func TestManyUploads(t *testing.T) {
	s := open(t, &painter{steps: 1}, jobs.Options{})
	parts := good()
	parts = append(parts, part{"keep", make([]byte, 900<<10)}) // no picture
	refused := make(chan int, 64)                              // statuses, or 0 where the connection ended before the answer was read
	for range cap(refused) {
		go func() {
			res, _, err := s.upload(parts)
			if err != nil {
				t.Log(err)
				refused <- 0
				return
			}
			refused <- res.StatusCode
		}()
	}
	answered := 0
	for range cap(refused) {
		switch status := <-refused; status {
		case 0: // the server does not read a refused upload to its end
		case http.StatusTooManyRequests, http.StatusUnprocessableEntity:
			answered++
		default:
			t.Errorf("one is answered by %d", status)
		}
	}
	if answered < cap(refused)/2 {
		t.Errorf("only %d of %d are answered", answered, cap(refused))
	}
	for range 10 {
		s.events(s.submit(), "", -1)
	}
}

// A stream of events outlives the time that a request may take to come.
func TestLongStream(t *testing.T) {
	p := &painter{steps: 1, gate: make(chan struct{})}
	s := open(t, p, jobs.Options{})
	watched := s.listen(s.submit(), "")
	await.Time(t, s.Config.ReadTimeout+200*time.Millisecond) // until the server gives up by itself
	p.gate <- struct{}{}
	list := s.read(watched, -1)
	if last := list[len(list)-1]; last.name != api.EventDone {
		t.Errorf("the stream ends with %+v", last)
	}
}
