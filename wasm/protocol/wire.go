package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"math"
	"time"

	"trappedinart/engine"
)

// header is the JSON of every message; each kind uses its own fields of it.
type header struct {
	Kind         string          `json:"kind"`
	ID           int             `json:"id,omitempty"`
	Version      string          `json:"version,omitempty"`
	Recipe       json.RawMessage `json:"recipe,omitempty"`
	WeightsURL   string          `json:"weights_url,omitempty"`
	Names        []string        `json:"names,omitempty"` // of content and styles
	Masks        []mask          `json:"masks,omitempty"` // whose buffers follow theirs
	PreviewEvery time.Duration   `json:"preview_every,omitempty"`

	CheckpointEvery time.Duration `json:"checkpoint_every,omitempty"`

	Picture  *size       `json:"picture,omitempty"` // to grow scribbles on
	Progress *progress   `json:"progress,omitempty"`
	Result   *result     `json:"result,omitempty"`
	Code     engine.Code `json:"code,omitempty"`
	Message  string      `json:"message,omitempty"`
}

// mask is what the header says of a picture besides content and styles.
type mask struct {
	Name  string `json:"name"`
	Role  string `json:"role"`
	Style int    `json:"style,omitempty"` // that it belongs to
}

// Roles of masks.
const (
	onContent = "mask"
	onStyle   = "style_mask"
	keep      = "keep"
	begin     = "start"
	resume    = "resume" // a checkpoint, and no picture
)

type progress struct {
	Stage      string        `json:"stage"`
	Note       string        `json:"note,omitempty"`
	Device     string        `json:"device,omitempty"`
	Position   int           `json:"position,omitempty"`
	Bytes      int64         `json:"bytes,omitempty"`
	TotalBytes int64         `json:"total_bytes,omitempty"`
	Scale      int           `json:"scale,omitempty"`
	Scales     int           `json:"scales,omitempty"`
	Width      int           `json:"width,omitempty"`
	Height     int           `json:"height,omitempty"`
	Iteration  int           `json:"iteration,omitempty"`
	Iterations int           `json:"iterations,omitempty"`
	Fraction   number        `json:"fraction"`
	Remaining  time.Duration `json:"remaining,omitempty"`
	Loss       number        `json:"loss"`
	Content    number        `json:"content"`
	Style      number        `json:"style"`
	Variation  number        `json:"variation"`
	Estimate   *estimate     `json:"estimate,omitempty"`
	Preview    *size         `json:"preview,omitempty"`
	Checkpoint bool          `json:"checkpoint,omitempty"` // whose buffer follows the preview's
}

type estimate struct {
	Time   time.Duration `json:"time"`
	Bytes  int64         `json:"bytes"`
	Blocks int           `json:"blocks"`
}

type result struct {
	Picture       *size           `json:"picture"`
	Recipe        json.RawMessage `json:"recipe"`
	Iterations    int             `json:"iterations"`
	Loss          number          `json:"loss"`
	StyleDistance number          `json:"style_distance"`
	Elapsed       time.Duration   `json:"elapsed"`
	Notes         []string        `json:"notes,omitempty"`
}

// size is what the header says of pixels; they themselves are a buffer.
type size struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

// number is a float64 whose NaN and infinities, which JSON cannot write, cross as
// null and arrive as NaN: a loss that has run away is still worth reporting.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	if f := float64(n); math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

func (n *number) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*n = number(math.NaN())
		return nil
	}
	return json.Unmarshal(data, (*float64)(n))
}

// Encode returns the message as it crosses. The buffers may share memory with it.
func Encode(m Message) (head []byte, buffers [][]byte, err error) {
	h := header{Kind: m.kind()}
	switch m := m.(type) {
	case Start:
		h.ID, h.Recipe, h.WeightsURL = m.ID, m.Recipe.JSON(), m.WeightsURL
		h.PreviewEvery, h.CheckpointEvery = m.PreviewEvery, m.CheckpointEvery
		for _, f := range append([]engine.File{m.Content}, m.Styles...) {
			h.Names = append(h.Names, f.Name)
			buffers = append(buffers, f.Data)
		}
		h.Masks, buffers = m.packMasks(buffers)
	case Steer:
		h.ID, h.Recipe = m.ID, m.Recipe.JSON()
	case Pause:
		h.ID = m.ID
	case Resume:
		h.ID = m.ID
	case Fetch:
		h.WeightsURL = m.WeightsURL
	case Cancel:
		h.ID = m.ID
	case Grow:
		h.ID, h.WeightsURL = m.ID, m.WeightsURL
		h.Picture, buffers = pack(m.Picture)
		buffers = append(buffers, m.Seeds)
	case Grown:
		h.ID, buffers = m.ID, [][]byte{m.Mask}
	case Ready:
		h.Version = m.Version
	case Progress:
		h.ID = m.ID
		h.Progress = &progress{
			Stage: m.Stage, Note: m.Note, Device: m.Device, Position: m.Position, Bytes: m.Bytes, TotalBytes: m.TotalBytes,
			Scale: m.Scale, Scales: m.Scales, Width: m.Width, Height: m.Height,
			Iteration: m.Iteration, Iterations: m.Iterations,
			Fraction: number(m.Fraction), Remaining: m.Remaining,
			Loss: number(m.Loss), Content: number(m.Content), Style: number(m.Style), Variation: number(m.Variation),
		}
		h.Progress.Estimate = (*estimate)(m.Estimate)
		h.Progress.Preview, buffers = pack(m.Preview)
		if m.Checkpoint != nil {
			h.Progress.Checkpoint = true
			buffers = append(buffers, m.Checkpoint)
		}
	case Done:
		h.ID = m.ID
		h.Result, buffers = packResult(m.Result)
	case Failed:
		h.ID, h.Code, h.Message = m.ID, m.Code, m.Message
		h.Result, buffers = packResult(m.Result)
	}
	head, err = json.Marshal(h)
	if err != nil {
		return nil, nil, fmt.Errorf("protocol: %w", err)
	}
	return head, buffers, nil
}

// pack returns a picture's size and its pixels, row after row without gaps.
func pack(img *image.NRGBA) (*size, [][]byte) {
	if img == nil {
		return nil, nil
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	pix := img.Pix
	if img.Stride != 4*w || len(pix) != 4*w*h {
		pix = make([]byte, 0, 4*w*h)
		for y := range h {
			pix = append(pix, img.Pix[y*img.Stride:][:4*w]...)
		}
	}
	return &size{w, h}, [][]byte{pix}
}

func packResult(r *engine.Result) (*result, [][]byte) {
	if r == nil || r.Picture == nil {
		return nil, nil
	}
	picture, buffers := pack(r.Picture)
	return &result{
		Picture: picture, Recipe: r.Recipe.JSON(),
		Iterations: r.Iterations, Loss: number(r.Loss), StyleDistance: number(r.StyleDistance), Elapsed: r.Elapsed, Notes: r.Notes,
	}, buffers
}

// Decode reads a message. The pictures of the message share memory with buffers.
func Decode(head []byte, buffers [][]byte) (Message, error) {
	if len(head) > MaxHeader {
		return nil, fmt.Errorf("protocol: a header of %d bytes", len(head))
	}
	if len(buffers) > MaxBuffers {
		return nil, fmt.Errorf("protocol: %d buffers", len(buffers))
	}
	var h header
	dec := json.NewDecoder(bytes.NewReader(head))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&h); err != nil {
		return nil, fmt.Errorf("protocol: header: %w", err)
	}
	m, used, err := h.message(buffers)
	if err != nil {
		return nil, err
	}
	if used != len(buffers) {
		return nil, fmt.Errorf("protocol: %s comes with %d buffers, not %d", h.Kind, len(buffers), used)
	}
	return m, nil
}

// message returns the message that the header stands for and how many of the
// buffers belong to it.
func (h *header) message(buffers [][]byte) (m Message, used int, err error) {
	switch h.Kind {
	case "start":
		s, err := h.start(buffers)
		return s, len(h.Names) + len(h.Masks), err
	case "steer":
		recipe, err := engine.ParseRecipe(h.Recipe)
		if err != nil {
			err = fmt.Errorf("protocol: %w", err)
		}
		return Steer{h.ID, recipe}, 0, err
	case "pause":
		return Pause{h.ID}, 0, nil
	case "resume":
		return Resume{h.ID}, 0, nil
	case "fetch":
		return Fetch{h.WeightsURL}, 0, checkAddress(h.WeightsURL)
	case "cancel":
		return Cancel{h.ID}, 0, nil
	case "grow":
		return h.grow(buffers)
	case "grown":
		if len(buffers) != 1 || len(buffers[0]) > MaxGrown {
			return nil, 0, fmt.Errorf("protocol: what has grown does not come, or is too large")
		}
		return Grown{h.ID, buffers[0]}, 1, nil
	case "ready":
		return Ready{h.Version}, 0, nil
	case "progress":
		return h.progressMessage(buffers)
	case "done":
		r, used, err := h.Result.unpack(buffers)
		if err == nil && r == nil {
			err = fmt.Errorf("protocol: done without a result")
		}
		return Done{h.ID, r}, used, err
	case "failed":
		if h.Code == "" || h.Message == "" {
			return nil, 0, fmt.Errorf("protocol: failed does not say why")
		}
		r, used, err := h.Result.unpack(buffers)
		return Failed{h.ID, h.Code, h.Message, r}, used, err
	}
	return nil, 0, fmt.Errorf("protocol: unknown kind %.40q", h.Kind)
}

func (h *header) start(buffers [][]byte) (Start, error) {
	n := len(h.Names)
	switch {
	case n < 2:
		return Start{}, fmt.Errorf("protocol: start names %d pictures", n)
	case n+len(h.Masks) > len(buffers):
		return Start{}, fmt.Errorf("protocol: start names %d pictures and brings %d", n+len(h.Masks), len(buffers))
	case h.PreviewEvery < 0 || h.CheckpointEvery < 0:
		return Start{}, fmt.Errorf("protocol: previews every %v, checkpoints every %v", h.PreviewEvery, h.CheckpointEvery)
	}
	if err := checkAddress(h.WeightsURL); err != nil {
		return Start{}, err
	}
	recipe, err := engine.ParseRecipe(h.Recipe)
	if err != nil {
		return Start{}, fmt.Errorf("protocol: %w", err)
	}
	files := make([]engine.File, n)
	for i, name := range h.Names {
		if len(name) > MaxNameLength || len(buffers[i]) > MaxFile {
			return Start{}, fmt.Errorf("protocol: picture %d has a name of %d bytes and %d bytes", i+1, len(name), len(buffers[i]))
		}
		files[i] = engine.File{Name: name, Data: buffers[i]}
	}
	s := Start{
		ID: h.ID, Recipe: recipe, WeightsURL: h.WeightsURL,
		Content: files[0], Styles: files[1:], PreviewEvery: h.PreviewEvery, CheckpointEvery: h.CheckpointEvery,
	}
	return s, s.unpackMasks(h.Masks, buffers[n:])
}

func (h *header) grow(buffers [][]byte) (Message, int, error) {
	picture, _, err := h.Picture.unpack(buffers)
	switch {
	case err != nil:
		return nil, 0, err
	case picture == nil || len(buffers) != 2 || len(buffers[1]) > MaxGrown || len(buffers[1]) != len(picture.Pix)/4:
		return nil, 0, fmt.Errorf("protocol: scribbles do not fit their picture, or are too large")
	}
	return Grow{h.ID, h.WeightsURL, picture, buffers[1]}, 2, checkAddress(h.WeightsURL)
}

func checkAddress(address string) error {
	if len(address) > MaxNameLength {
		return fmt.Errorf("protocol: an address of %d bytes", len(address))
	}
	return nil
}

func (h *header) progressMessage(buffers [][]byte) (Message, int, error) {
	p := h.Progress
	if p == nil {
		return nil, 0, fmt.Errorf("protocol: progress says nothing")
	}
	if min(p.Position, p.Scale, p.Scales, p.Width, p.Height, p.Iteration, p.Iterations, int(min(p.Remaining, 1))) < 0 || min(p.Bytes, p.TotalBytes) < 0 {
		return nil, 0, fmt.Errorf("protocol: progress counts below zero")
	}
	if e := p.Estimate; e != nil && (e.Time < 0 || e.Bytes < 0 || e.Blocks < 0) {
		return nil, 0, fmt.Errorf("protocol: an estimate below zero")
	}
	preview, used, err := p.Preview.unpack(buffers)
	if err != nil {
		return nil, 0, err
	}
	var checkpoint []byte
	if p.Checkpoint {
		if used >= len(buffers) || len(buffers[used]) > MaxCheckpoint {
			return nil, 0, fmt.Errorf("protocol: a checkpoint does not come, or is too long")
		}
		checkpoint = buffers[used]
		used++
	}
	return Progress{h.ID, engine.Progress{
		Stage: p.Stage, Note: p.Note, Device: p.Device, Position: p.Position, Bytes: p.Bytes, TotalBytes: p.TotalBytes,
		Scale: p.Scale, Scales: p.Scales, Width: p.Width, Height: p.Height,
		Iteration: p.Iteration, Iterations: p.Iterations,
		Fraction: float64(p.Fraction), Remaining: p.Remaining,
		Loss: float64(p.Loss), Content: float64(p.Content), Style: float64(p.Style), Variation: float64(p.Variation),
		Estimate: (*engine.Estimate)(p.Estimate), Preview: preview, Checkpoint: checkpoint,
	}}, used, nil
}

func (s *size) unpack(buffers [][]byte) (*image.NRGBA, int, error) {
	if s == nil {
		return nil, 0, nil
	}
	// Each side is checked by itself first, so that the product cannot overflow.
	if s.Width < 1 || s.Height < 1 || s.Width > MaxPixels || s.Height > MaxPixels/s.Width {
		return nil, 0, fmt.Errorf("protocol: a picture of %d x %d", s.Width, s.Height)
	}
	if len(buffers) < 1 || len(buffers[0]) != 4*s.Width*s.Height {
		return nil, 0, fmt.Errorf("protocol: a picture of %d x %d does not come with its pixels", s.Width, s.Height)
	}
	return &image.NRGBA{Pix: buffers[0], Stride: 4 * s.Width, Rect: image.Rect(0, 0, s.Width, s.Height)}, 1, nil
}

func (r *result) unpack(buffers [][]byte) (*engine.Result, int, error) {
	if r == nil {
		return nil, 0, nil
	}
	picture, used, err := r.Picture.unpack(buffers)
	if err != nil {
		return nil, 0, err
	}
	if picture == nil || r.Iterations < 0 || r.Elapsed < 0 {
		return nil, 0, fmt.Errorf("protocol: a result without a picture or with counts below zero")
	}
	recipe, err := engine.ParseRecipe(r.Recipe)
	if err != nil {
		return nil, 0, fmt.Errorf("protocol: %w", err)
	}
	return &engine.Result{
		Picture: picture, Recipe: recipe,
		Iterations: r.Iterations, Loss: float64(r.Loss), StyleDistance: float64(r.StyleDistance), Elapsed: r.Elapsed, Notes: r.Notes,
	}, used, nil
}
