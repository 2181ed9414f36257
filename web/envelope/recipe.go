package envelope

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"trappedinart/engine"
)

// recipeName is what a recipe is called in a fragment: #r=...
const recipeName = "r="

// maxFragment bounds the fragment that is read.
const maxFragment = 8 << 10

// words is what the compression knows before it begins. It is part of the format: a link
// is read with the words that it was made with.
const words = `,"learning_rate":"history":"loss_scaling":"gatys-notebook","pooling":"max","optimizer":"lbfgs-torch","adam",` +
	`"content_layers":{"relu4_2":1},"style_layers":{"relu1_1":1,"relu2_1":1,"relu3_1":1,"relu4_1":1,"relu5_1":1},` +
	`"content_weight":"style_weight":"border":"copies":"scales":"seed":"start":"noise","picture","style_weights":[` +
	`,"feather":"colour_method":"luminance","smoothness":"style_scale":0.5,"time_budget":"weights":"vgg19",` +
	`"keep_colours":100,"iterations":200,"strength":75,"size":1024,{"version":1,"preset":"gatys-notebook",`

// RecipeFragment returns the recipe as a link's fragment without the #: "r=" and, in
// base64url, the deflated JSON of what differs from its preset.
func RecipeFragment(r engine.Recipe) (string, error) {
	if err := r.Validate(); err != nil {
		return "", err
	}
	differs, err := differences(r)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	w, err := flate.NewWriterDict(&b, flate.BestCompression, []byte(words))
	if err != nil {
		return "", err
	}
	if _, err := w.Write(differs); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	fragment := recipeName + base64.RawURLEncoding.EncodeToString(b.Bytes())
	if len(fragment) > maxFragment {
		return "", engine.Errorf(engine.TooLarge, "The recipe is too long for a link. Save it as a file.")
	}
	return fragment, nil
}

// differences is the recipe's JSON with version, preset, and what the preset has otherwise.
func differences(r engine.Recipe) ([]byte, error) {
	standard, err := engine.Preset(r.Preset)
	if err != nil {
		return nil, err
	}
	var of, have map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal(standard.JSON(), &of), json.Unmarshal(r.JSON(), &have)); err != nil {
		return nil, err
	}
	for name, value := range have {
		if name != "version" && name != "preset" && bytes.Equal(value, of[name]) {
			delete(have, name)
		}
	}
	if r.Preset == engine.Painterly {
		delete(have, "preset")
	}
	return json.Marshal(have)
}

// HasRecipe says whether a fragment, with the # or without, holds a recipe.
func HasRecipe(fragment string) bool {
	return strings.HasPrefix(strings.TrimPrefix(fragment, "#"), recipeName)
}

// ParseRecipeFragment reads what RecipeFragment has made, with the # or without.
func ParseRecipeFragment(fragment string) (engine.Recipe, error) {
	text, ok := strings.CutPrefix(strings.TrimPrefix(fragment, "#"), recipeName)
	if !ok || len(text) > maxFragment {
		return engine.Recipe{}, errLink()
	}
	packed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return engine.Recipe{}, errLink()
	}
	from := bytes.NewReader(packed)
	r := flate.NewReaderDict(from, []byte(words))
	data, err := io.ReadAll(io.LimitReader(r, MaxRecipe+1))
	if err != nil || len(data) > MaxRecipe || from.Len() > 0 {
		return engine.Recipe{}, errLink()
	}
	return engine.ParseRecipe(data)
}

func errLink() error {
	return engine.Errorf(engine.InvalidRecipe, "The link's recipe is damaged. Copy the whole link, to its last letter.")
}
