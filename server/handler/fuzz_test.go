package handler

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"trappedinart/weights"
)

// Any upload is refused with a reason or taken, and its memory is given back.
func FuzzUpload(f *testing.F) {
	part := func(name, data string) string {
		return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"x\"\r\n\r\n" + data + "\r\n"
	}
	gif := "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
	whole := part("recipe", `{"size":64}`) + part("content", gif) + part("style", gif) + part("mask", "") + part("keep", gif) + "--b--\r\n"
	for _, body := range []string{
		whole, whole[:len(whole)-5], part("recipe", "{}"), part("recipe", `{"start":"picture"}`) + part("content", gif) + part("style", gif) + "--b--",
		"--b\r\n\r\n\r\n--b--", strings.Repeat(part("style", "x"), 20) + "--b--", "", "--b--", "--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=4\r\n--b--",
	} {
		f.Add([]byte(body))
	}
	const memory = 1 << 20
	s := &server{Config: Config{Weights: &weights.Store{}, PictureMegapixels: 1, Megapixels: 1, MemoryBytes: 1 << 30}, intake: &intake{left: memory}}
	f.Fuzz(func(t *testing.T, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
		taken := &taking{intake: s.intake, most: 1 << 16}
		u, err := openUpload(httptest.NewRecorder(), r, 1<<16, time.Minute, time.Minute)
		if err == nil {
			req, readErr := readRequest(u, taken)
			if err = readErr; err == nil {
				err = s.check(context.Background(), &req)
			}
		}
		if err != nil {
			if p := problemOf(uploadError(err)); p.Status < 400 || p.Status >= 500 || p.Detail == "" {
				t.Errorf("it is answered by %d %s: %v", p.Status, p.Detail, err)
			}
		}
		taken.done()
		if s.intake.left != memory {
			t.Errorf("%d bytes are kept", memory-s.intake.left)
		}
	})
}
