package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"time"

	"trappedinart/engine"
)

// Names of parts. The files of a start are named by filePart.
const (
	picturePart    = "picture"
	seedsPart      = "seeds"
	maskPart       = "mask"
	previewPart    = "preview"
	CheckpointPart = "checkpoint" // of a report; the page takes it as it comes, and leaves a byte
)

func filePart(i int) string { return fmt.Sprintf("file-%d", i) }

// header is the JSON of every message; each kind uses its own fields of it.
type header struct {
	Kind         string          `json:"kind"`
	ID           int             `json:"id,omitempty"`
	Version      string          `json:"version,omitempty"`
	Recipe       json.RawMessage `json:"recipe,omitempty"`
	WeightsURL   string          `json:"weights_url,omitempty"`
	Files        []file          `json:"files,omitempty"`
	PreviewEvery time.Duration   `json:"preview_every,omitempty"`

	CheckpointEvery time.Duration `json:"checkpoint_every,omitempty"`

	Outline  *engine.Outline  `json:"outline,omitempty"`
	Estimate *engine.Estimate `json:"estimate,omitempty"`

	Picture  *size       `json:"picture,omitempty"` // to grow scribbles on
	Progress *progress   `json:"progress,omitempty"`
	Result   *result     `json:"result,omitempty"`
	Code     engine.Code `json:"code,omitempty"`
	Message  string      `json:"message,omitempty"`
	Broken   bool        `json:"broken,omitempty"`
}

// file is what the header says of one file of a request.
type file struct {
	Role engine.Role `json:"role"`
	Name string      `json:"name"`
}

type progress struct {
	engine.Progress
	Preview *size `json:"preview,omitempty"`
}

type result struct {
	engine.Result
	Recipe  json.RawMessage `json:"recipe"`
	Picture *size           `json:"picture"`
}

// size is what the header says of pixels; they themselves are a part.
type size struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

// Encode returns the message as it crosses. The parts may share memory with it.
func Encode(m Message) (head []byte, parts map[string][]byte, err error) {
	h, parts := header{Kind: m.kind()}, map[string][]byte{}
	switch m := m.(type) {
	case Start:
		h.start(m, parts)
	case Foresee:
		h.ID, h.WeightsURL, h.Recipe, h.Outline = m.ID, m.WeightsURL, m.Outline.Recipe.JSON(), &m.Outline
	case Foreseen:
		h.ID, h.Estimate = m.ID, &m.Estimate
	case Steer:
		h.ID, h.Recipe = m.ID, m.Recipe.JSON()
	case Pause:
		h.ID = m.ID
	case Resume:
		h.ID = m.ID
	case Save:
		h.ID = m.ID
	case Fetch:
		h.WeightsURL = m.WeightsURL
	case Cancel:
		h.ID = m.ID
	case Grow:
		h.ID, h.WeightsURL = m.ID, m.WeightsURL
		h.Picture = pack(parts, picturePart, m.Picture)
		parts[seedsPart] = m.Seeds
	case Grown:
		h.ID, parts[maskPart] = m.ID, m.Mask
	case Ready:
		h.Version = m.Version
	case Progress:
		h.ID = m.ID
		h.Progress = &progress{m.Progress, pack(parts, previewPart, m.Preview)}
		if m.Checkpoint != nil {
			parts[CheckpointPart] = m.Checkpoint
		}
	case Done:
		h.ID, h.Result = m.ID, packResult(parts, m.Result)
	case Failed:
		h.ID, h.Code, h.Message, h.Broken = m.ID, m.Code, m.Message, m.Broken
		h.Result = packResult(parts, m.Result)
	}
	head, err = json.Marshal(h)
	if err != nil {
		return nil, nil, fmt.Errorf("protocol: %w", err)
	}
	return head, parts, nil
}

func (h *header) start(m Start, parts map[string][]byte) {
	r := &m.Request
	h.ID, h.Recipe, h.WeightsURL = m.ID, r.Recipe.JSON(), m.WeightsURL
	h.PreviewEvery, h.CheckpointEvery = r.PreviewEvery, r.CheckpointEvery
	for i, p := range r.Parts() {
		h.Files = append(h.Files, file{p.Role, p.File.Name})
		parts[filePart(i)] = p.File.Data
	}
}

// pack adds a picture's pixels, row after row without gaps, and returns its size.
func pack(parts map[string][]byte, name string, img *image.NRGBA) *size {
	if img == nil {
		return nil
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	pix := img.Pix
	if img.Stride != 4*w || len(pix) != 4*w*h {
		pix = make([]byte, 0, 4*w*h)
		for y := range h {
			pix = append(pix, img.Pix[y*img.Stride:][:4*w]...)
		}
	}
	parts[name] = pix
	return &size{w, h}
}

func packResult(parts map[string][]byte, r *engine.Result) *result {
	if r == nil || r.Picture == nil {
		return nil
	}
	return &result{*r, r.Recipe.JSON(), pack(parts, picturePart, r.Picture)}
}

// Decode reads a message. Its pictures and files share memory with the parts.
func Decode(head []byte, parts map[string][]byte) (Message, error) {
	if len(head) > MaxHeader {
		return nil, fmt.Errorf("protocol: a header of %d bytes", len(head))
	}
	if len(parts) > MaxParts {
		return nil, fmt.Errorf("protocol: %d parts", len(parts))
	}
	var h header
	dec := json.NewDecoder(bytes.NewReader(head))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&h); err != nil {
		return nil, fmt.Errorf("protocol: header: %w", err)
	}
	come := &arrived{parts: parts}
	m, err := h.message(come)
	if err != nil {
		return nil, err
	}
	if come.taken != len(parts) {
		return nil, fmt.Errorf("protocol: %s comes with %d parts, not %d", h.Kind, len(parts), come.taken)
	}
	return m, nil
}

// arrived are the parts of a message, and how many were asked for.
type arrived struct {
	parts map[string][]byte
	taken int
}

// take returns the part of that name, if it is there and no longer than most.
func (a *arrived) take(name string, most int) ([]byte, error) {
	data, ok := a.parts[name]
	if !ok || len(data) > most {
		return nil, fmt.Errorf("protocol: the part %s does not come, or is too long", name)
	}
	a.taken++
	return data, nil
}

// message returns the message that the header stands for.
func (h *header) message(come *arrived) (Message, error) {
	switch h.Kind {
	case "start":
		return h.readStart(come)
	case "foresee":
		return h.readForesee()
	case "foreseen":
		if h.Estimate == nil || below(h.Estimate) {
			return nil, fmt.Errorf("protocol: no estimate, or one below zero")
		}
		return Foreseen{h.ID, *h.Estimate}, nil
	case "steer":
		recipe, err := engine.ParseRecipe(h.Recipe)
		if err != nil {
			err = fmt.Errorf("protocol: %w", err)
		}
		return Steer{h.ID, recipe}, err
	case "pause":
		return Pause{h.ID}, nil
	case "resume":
		return Resume{h.ID}, nil
	case "save":
		return Save{h.ID}, nil
	case "fetch":
		return Fetch{h.WeightsURL}, checkAddress(h.WeightsURL)
	case "cancel":
		return Cancel{h.ID}, nil
	case "grow":
		return h.readGrow(come)
	case "grown":
		mask, err := come.take(maskPart, MaxGrown)
		return Grown{h.ID, mask}, err
	case "ready":
		return Ready{h.Version}, nil
	case "progress":
		return h.readProgress(come)
	case "done":
		r, err := h.Result.unpack(come)
		if err == nil && r == nil {
			err = fmt.Errorf("protocol: done without a result")
		}
		return Done{h.ID, r}, err
	case "failed":
		if h.Code == "" || h.Message == "" {
			return nil, fmt.Errorf("protocol: failed does not say why")
		}
		r, err := h.Result.unpack(come)
		return Failed{h.ID, h.Code, h.Message, r, h.Broken}, err
	}
	return nil, fmt.Errorf("protocol: unknown kind %.40q", h.Kind)
}

// readStart reads a request. The request's Check says what a painting needs, so that a page
// reads the same words as elsewhere.
func (h *header) readStart(come *arrived) (Message, error) {
	if h.PreviewEvery < 0 || h.CheckpointEvery < 0 {
		return nil, fmt.Errorf("protocol: previews every %v, checkpoints every %v", h.PreviewEvery, h.CheckpointEvery)
	}
	if err := checkAddress(h.WeightsURL); err != nil {
		return nil, err
	}
	recipe, err := engine.ParseRecipe(h.Recipe)
	if err != nil {
		return nil, fmt.Errorf("protocol: %w", err)
	}
	r := engine.Request{Recipe: recipe, PreviewEvery: h.PreviewEvery, CheckpointEvery: h.CheckpointEvery}
	for i, f := range h.Files {
		most := MaxFile
		if f.Role == engine.RoleCheckpoint {
			most = MaxCheckpoint
		}
		data, err := come.take(filePart(i), most)
		if err != nil {
			return nil, err
		}
		if len(f.Name) > MaxNameLength {
			return nil, fmt.Errorf("protocol: file %d has a name of %d bytes", i+1, len(f.Name))
		}
		if err := r.Add(engine.Part{Role: f.Role, File: engine.File{Name: f.Name, Data: data}}); err != nil {
			return nil, fmt.Errorf("protocol: %w", err)
		}
	}
	return Start{h.ID, h.WeightsURL, r}, nil
}

// readForesee reads an outline, which whoever answers checks: a page is told so what is wrong.
func (h *header) readForesee() (Message, error) {
	recipe, err := engine.ParseRecipe(h.Recipe)
	if err != nil {
		return nil, fmt.Errorf("protocol: %w", err)
	}
	if h.Outline == nil {
		return nil, fmt.Errorf("protocol: nothing to foresee")
	}
	m := Foresee{h.ID, h.WeightsURL, *h.Outline}
	m.Outline.Recipe = recipe
	return m, checkAddress(h.WeightsURL)
}

// below says whether something of an estimate is below zero.
func below(e *engine.Estimate) bool { return e.Time < 0 || e.Size < 0 || e.Bytes < 0 || e.Blocks < 0 }

func (h *header) readGrow(come *arrived) (Message, error) {
	picture, err := h.Picture.unpack(come, picturePart)
	if err != nil {
		return nil, err
	}
	seeds, err := come.take(seedsPart, MaxGrown)
	if err != nil {
		return nil, err
	}
	if picture == nil || len(seeds) != len(picture.Pix)/4 {
		return nil, fmt.Errorf("protocol: scribbles do not fit their picture")
	}
	return Grow{h.ID, h.WeightsURL, picture, seeds}, checkAddress(h.WeightsURL)
}

func checkAddress(address string) error {
	if len(address) > MaxNameLength {
		return fmt.Errorf("protocol: an address of %d bytes", len(address))
	}
	return nil
}

func (h *header) readProgress(come *arrived) (Message, error) {
	p := h.Progress
	if p == nil {
		return nil, fmt.Errorf("protocol: progress says nothing")
	}
	if min(p.Position, p.Scale, p.Scales, p.Width, p.Height, p.Iteration, p.Iterations) < 0 || min(p.Bytes, p.TotalBytes) < 0 || p.Remaining < 0 {
		return nil, fmt.Errorf("protocol: progress counts below zero")
	}
	if e := p.Estimate; e != nil && below(e) {
		return nil, fmt.Errorf("protocol: an estimate below zero")
	}
	said := p.Progress
	var err error
	if said.Preview, err = p.Preview.unpack(come, previewPart); err != nil {
		return nil, err
	}
	if _, ok := come.parts[CheckpointPart]; ok {
		if said.Checkpoint, err = come.take(CheckpointPart, MaxCheckpoint); err != nil {
			return nil, err
		}
	}
	return Progress{h.ID, said}, nil
}

func (s *size) unpack(come *arrived, name string) (*image.NRGBA, error) {
	if s == nil {
		return nil, nil
	}
	// Each side is checked by itself first, so that the product cannot overflow.
	if s.Width < 1 || s.Height < 1 || s.Width > MaxPixels || s.Height > MaxPixels/s.Width {
		return nil, fmt.Errorf("protocol: a picture of %d x %d", s.Width, s.Height)
	}
	pix, err := come.take(name, 4*MaxPixels)
	if err != nil {
		return nil, err
	}
	if len(pix) != 4*s.Width*s.Height {
		return nil, fmt.Errorf("protocol: a picture of %d x %d does not come with its pixels", s.Width, s.Height)
	}
	return &image.NRGBA{Pix: pix, Stride: 4 * s.Width, Rect: image.Rect(0, 0, s.Width, s.Height)}, nil
}

func (r *result) unpack(come *arrived) (*engine.Result, error) {
	if r == nil {
		return nil, nil
	}
	picture, err := r.Picture.unpack(come, picturePart)
	if err != nil {
		return nil, err
	}
	if picture == nil || r.Iterations < 0 || r.Elapsed < 0 {
		return nil, fmt.Errorf("protocol: a result without a picture or with counts below zero")
	}
	out := r.Result
	out.Picture = picture
	if out.Recipe, err = engine.ParseRecipe(r.Recipe); err != nil {
		return nil, fmt.Errorf("protocol: %w", err)
	}
	return &out, nil
}
