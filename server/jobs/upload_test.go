package jobs

import (
	"bytes"
	"encoding/gob"
	"strings"
	"testing"

	"trappedinart/engine"
)

// An upload that this version cannot read is refused by a sentence that says what to do.
func TestUploadOfAnotherVersion(t *testing.T) {
	var newer bytes.Buffer
	if err := gob.NewEncoder(&newer).Encode(upload{Version: uploadVersion + 1, Recipe: []byte(`{}`)}); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"newer": newer.Bytes(), "nothing": nil, "something else": []byte("GIF89a")} {
		_, err := decodeUpload(data)
		if e := engine.AsError(err); e == nil || e.Code != engine.InvalidRequest || !strings.Contains(e.Message, "Hand it over again") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
