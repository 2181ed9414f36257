package engine

import "image"

// An Outline is what the time and the memory of a painting follow from: the recipe, and of the
// pictures only how large they are.
type Outline struct {
	Recipe  Recipe        `json:"-"`
	Content image.Point   `json:"content"` // width and height of the photograph's file
	Styles  []image.Point `json:"styles"`  // and of the paintings'
	Masks   int           `json:"masks"`   // masks on the photograph, including that of the kept area
	// Smaller is the longer side of the finished painting that is gone on from, or 0.
	Smaller int `json:"smaller"`
	// Checkpoints says whether the run makes checkpoints, which take memory.
	Checkpoints bool `json:"checkpoints"`
}

// Check returns the fault of the outline in one sentence, or nil.
func (o *Outline) Check() error {
	const most = 1 << 28 // pixels: more than any decoder takes
	if err := o.Recipe.Validate(); err != nil {
		return err
	}
	if len(o.Styles) == 0 || len(o.Styles) > MaxStyles || o.Smaller < 0 || o.Masks < 0 || o.Masks > MaxStyles+1 {
		return Errorf(InvalidRequest, "An outline has 1 to %d styles, and at most one mask more than styles.", MaxStyles)
	}
	for _, p := range append([]image.Point{o.Content}, o.Styles...) {
		if p.X < 1 || p.Y < 1 || p.X > most || p.Y > most/p.X {
			return Errorf(InvalidRequest, "An outline has a picture of %d x %d pixels.", p.X, p.Y)
		}
	}
	return nil
}
