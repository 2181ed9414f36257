package jobs

import (
	"bytes"
	"encoding/gob"

	"trappedinart/engine"
)

// An upload is what a person hands over, as it is kept until the job is finished.
type upload struct {
	Recipe                    []byte
	Content                   engine.File
	Styles, Masks, StyleMasks []engine.File
	Keep, Start               engine.File
}

func encodeUpload(req *engine.Request) ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(upload{
		Recipe: req.Recipe.JSON(), Content: req.Content, Styles: req.Styles, Masks: req.Masks, StyleMasks: req.StyleMasks,
		Keep: req.Keep, Start: req.Start,
	})
	return b.Bytes(), err
}

func decodeUpload(data []byte) (engine.Request, error) {
	var u upload
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&u); err != nil {
		return engine.Request{}, err
	}
	r, err := engine.ParseRecipe(u.Recipe)
	return engine.Request{
		Recipe: r, Content: u.Content, Styles: u.Styles, Masks: u.Masks, StyleMasks: u.StyleMasks, Keep: u.Keep, Start: u.Start,
	}, err
}
