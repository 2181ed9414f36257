package jobs

import (
	"bytes"
	"encoding/gob"

	"trappedinart/engine"
)

// uploadVersion is the version of the format that encodeUpload writes. Raise it when the format changes,
// and keep reading the one before.
const uploadVersion = 1

// An upload is what a person hands over, as it is kept until the job is finished.
type upload struct {
	Version int // 0 until it was counted
	Recipe  []byte
	Parts   []engine.Part

	// Version 0 was kept with these in the place of parts, until November 2026.
	Content                   engine.File
	Styles, Masks, StyleMasks []engine.File
	Keep, Start               engine.File
}

func encodeUpload(req *engine.Request) ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(upload{Version: uploadVersion, Recipe: req.Recipe.JSON(), Parts: req.Parts()})
	return b.Bytes(), err
}

// decodeUpload reads what this version or one before has kept. Its error says what to do.
func decodeUpload(data []byte) (req engine.Request, err error) {
	var u upload
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&u); err != nil || u.Version > uploadVersion {
		return req, &engine.Error{Code: engine.InvalidRequest, Message: "Another version of this program took this painting and keeps it in a form that this version cannot read. Hand it over again.", Err: err}
	}
	if len(u.Parts) == 0 {
		req = engine.Request{Content: u.Content, Styles: u.Styles, Masks: u.Masks, StyleMasks: u.StyleMasks, Keep: u.Keep, StartPicture: u.Start}
	}
	for _, p := range u.Parts {
		if err := req.Add(p); err != nil {
			return req, err
		}
	}
	req.Recipe, err = engine.ParseRecipe(u.Recipe)
	return req, err
}
