package share

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"io"
	"strings"

	"trappedinart/engine"
)

// fragmentPrefix is how the fragment of a link begins that carries a recipe.
const fragmentPrefix = "r="

// maxFragment bounds a fragment, in letters; a recipe whose every setting is changed has
// less than a thousand.
const maxFragment = 8 << 10

// Fragment returns the recipe as the fragment of a link, without the #: "r=" and, in
// base64url, the deflated JSON of its preset's name and of what is not as in that. So a
// recipe in a link follows its preset from one version of the program to the next, while
// one in a file or an envelope is complete.
func Fragment(r engine.Recipe) (string, error) {
	if err := r.Validate(); err != nil {
		return "", err
	}
	preset, err := engine.Preset(r.Preset)
	if err != nil {
		return "", err
	}
	fields, standard := fieldsOf(r), fieldsOf(preset)
	for name, value := range standard {
		if name != "preset" && bytes.Equal(fields[name], value) {
			delete(fields, name)
		}
	}
	data, err := json.Marshal(fields)
	if err != nil {
		return "", err
	}
	var small bytes.Buffer
	w, err := flate.NewWriter(&small, flate.BestCompression)
	if err != nil {
		return "", err
	}
	if _, err := w.Write(data); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	return fragmentPrefix + base64.RawURLEncoding.EncodeToString(small.Bytes()), nil
}

// HasRecipe says whether a fragment, with or without its #, is one that carries a recipe.
func HasRecipe(fragment string) bool {
	return strings.HasPrefix(strings.TrimPrefix(fragment, "#"), fragmentPrefix)
}

// ParseFragment reads what Fragment gives, with or without a #.
func ParseFragment(fragment string) (engine.Recipe, error) {
	text := strings.TrimPrefix(strings.TrimPrefix(fragment, "#"), fragmentPrefix)
	if !HasRecipe(fragment) || len(text) > maxFragment {
		return engine.Recipe{}, errFragment()
	}
	small, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return engine.Recipe{}, errFragment()
	}
	data, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(small)), MaxRecipe+1))
	if err != nil || len(data) > MaxRecipe {
		return engine.Recipe{}, errFragment()
	}
	return engine.ParseRecipe(data)
}

func errFragment() error {
	return engine.Errorf(engine.InvalidRecipe, "The link's recipe, what comes after #r=, is cut off or changed; ask for the link again.")
}

// fieldsOf returns the recipe's fields by their names in JSON.
func fieldsOf(r engine.Recipe) map[string]json.RawMessage {
	data, err := json.Marshal(r)
	if err != nil {
		panic("share: a valid recipe does not marshal")
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		panic("share: a recipe is no JSON object")
	}
	return fields
}
