package film

import (
	"encoding/binary"
	"image"
	"math"
	"testing"
	"time"
)

// Frames are a second apart, but for the first of each scale; of a long run fewer and fewer, so that
// they are never too many and stay spread over all of it.
func TestReelIsBounded(t *testing.T) {
	var r Reel
	now := time.Time{}.Add(time.Hour)
	taken := 0
	for i := range 4 * 3600 { // an hour of previews
		size := image.Pt(64, 48)
		if i >= 2 {
			size = image.Pt(128, 96)
		}
		if !r.Due(now, size) {
			now = now.Add(250 * time.Millisecond)
			continue
		}
		r.Add(nil, i+1) // its bytes say when it was taken
		if taken++; len(r.frames) > mostFrames {
			t.Fatalf("there are %d frames", len(r.frames))
		}
		now = now.Add(250 * time.Millisecond)
	}
	if n := len(r.frames); n < mostFrames/2 || taken > 6*mostFrames {
		t.Errorf("%d frames are left of %d", n, taken)
	}
	if r.frames[0].bytes != 1 {
		t.Errorf("the first is of preview %d", r.frames[0].bytes)
	}
	widest := 0
	for i := range r.frames[1:] {
		widest = max(widest, r.frames[i+1].bytes-r.frames[i].bytes)
	}
	if mean := 4 * 3600 / len(r.frames); widest > 2*mean {
		t.Errorf("two frames are %d previews apart, in the mean %d", widest, mean)
	}
}

func TestScalesBeginWithAFrame(t *testing.T) {
	var r Reel
	now := time.Time{}.Add(time.Hour)
	for _, c := range []struct {
		after time.Duration
		side  int
		want  bool
	}{{0, 64, true}, {300 * time.Millisecond, 64, false}, {100 * time.Millisecond, 128, true}, {900 * time.Millisecond, 128, false}, {200 * time.Millisecond, 128, true}} {
		now = now.Add(c.after)
		if got := r.Due(now, image.Pt(c.side, c.side)); got != c.want {
			t.Errorf("%v later, at %d pixels, a frame is due: %v", c.after, c.side, got)
		}
	}
}

func TestReelHoldsFewBytes(t *testing.T) {
	var r Reel
	for range 50 {
		r.Add(nil, 1<<20)
		if r.bytes > mostBytes {
			t.Fatalf("it holds %d bytes", r.bytes)
		}
	}
	r.Add(nil, mostBytes+1)
	if r.bytes > mostBytes || len(r.frames) == 0 {
		t.Errorf("it holds %d frames of %d bytes", len(r.frames), r.bytes)
	}
}

// A film is six to ten seconds, begins with the photograph alone, goes through the stills in their order
// and ends with the painting.
func TestTimeline(t *testing.T) {
	for _, frames := range []int{0, 1, 7, mostFrames} {
		line := timelineOf(frames)
		if l := line.length(); l < 6*time.Second || l > 10*time.Second {
			t.Errorf("with %d frames it lasts %v", frames, l)
		}
		if still, next := line.at(photographFor); still != 0 || next != 0 {
			t.Errorf("with %d frames the photograph is gone at %v", frames, photographFor)
		}
		if still, next := line.at(line.length() - paintedFor); still != frames+1 || next != 0 {
			t.Errorf("with %d frames it ends with %d and %v", frames, still, next)
		}
		before := 0.0
		for at := time.Duration(0); at <= line.length(); at += 40 * time.Millisecond {
			still, next := line.at(at)
			if along := float64(still) + next; along < before || along-before > 1 || next < 0 || next >= 1 {
				t.Fatalf("with %d frames at %v it goes from %v to %v", frames, at, before, along)
			} else {
				before = along
			}
		}
	}
}

// vint is an element's size in so many bytes.
func vint(size uint64, length int) []byte {
	b := binary.BigEndian.AppendUint64(nil, size|1<<(7*length))
	return b[8-length:]
}

func TestDuration(t *testing.T) {
	join := func(parts ...[]byte) (all []byte) {
		for _, p := range parts {
			all = append(all, p...)
		}
		return all
	}
	header := join(headerID, vint(3, 1), []byte{1, 2, 3})
	unknown := []byte{1, 255, 255, 255, 255, 255, 255, 255}
	info := []byte{0x2a, 0xd7, 0xb1, 0x83, 0x0f, 0x42, 0x40}
	rest := []byte("the clusters")
	file := join(header, segmentID, unknown, infoID, vint(7, 1), info, rest)
	got := withDuration(file, 7250)
	want := join(header, segmentID, unknown, infoID, vint(18, 8), info, durationID, []byte{0x88}, binary.BigEndian.AppendUint64(nil, math.Float64bits(7250)), rest)
	if string(got) != string(want) {
		t.Errorf("the file becomes\n%x, want\n%x", got, want)
	}
	// Firefox leaves a 0, behind positions of which there are none.
	zero := join(header, segmentID, unknown, seekHeadID, vint(0, 8), infoID, vint(18, 8), info, durationID, []byte{0x88}, make([]byte, 8), rest)
	got = withDuration(zero, 7250)
	want = join(header, segmentID, unknown, seekHeadID, vint(0, 8), infoID, vint(18, 8), info, durationID, []byte{0x88}, binary.BigEndian.AppendUint64(nil, math.Float64bits(7250)), rest)
	if string(got) != string(want) {
		t.Errorf("the file becomes\n%x, want\n%x", got, want)
	}
	for name, other := range map[string][]byte{
		"one that says it": want, "none": nil, "another": []byte("a letter, long enough for all"),
		"sizes that are known": join(header, segmentID, vint(uint64(len(info)+len(rest)+5), 8), infoID, vint(7, 1), info, rest),
		"positions":            join(header, segmentID, unknown, seekHeadID, vint(1, 8), []byte{0}, infoID, vint(7, 1), info, rest),
		"an odd info":          join(header, segmentID, unknown, infoID, vint(9, 1), info, []byte{0x44, 0}, rest),
		"an info of nothing":   join(header, segmentID, unknown, infoID, vint(1, 1), []byte{0}, rest),
		"another order":        join(header, segmentID, unknown, rest),
		"a header too long":    join(headerID, vint(1<<40, 8), file),
		"an endless header":    join(headerID, unknown, file),
		"an info too long":     join(header, segmentID, unknown, infoID, vint(1<<20, 4), info),
	} {
		if got := withDuration(other, 7250); string(got) != string(other) {
			t.Errorf("%s is changed", name)
		}
	}
	for n := range file { // cut short anywhere
		if cut := file[:n]; n < len(file)-len(rest) && string(withDuration(cut, 1)) != string(cut) {
			t.Errorf("cut to %d bytes it is changed", n)
		}
	}
}
