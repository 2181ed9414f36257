package jobs

import (
	"bytes"
	"encoding/gob"

	"trappedinart/engine"
)

// An upload is what a person hands over, as it is kept until the job is finished.
type upload struct {
	Recipe []byte
	Parts  []engine.Part
}

func encodeUpload(req *engine.Request) ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(upload{req.Recipe.JSON(), req.Parts()})
	return b.Bytes(), err
}

func decodeUpload(data []byte) (req engine.Request, err error) {
	var u upload
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&u); err != nil {
		return req, err
	}
	for _, p := range u.Parts {
		if err := req.Add(p); err != nil {
			return req, err
		}
	}
	req.Recipe, err = engine.ParseRecipe(u.Recipe)
	return req, err
}
