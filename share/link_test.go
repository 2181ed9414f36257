package share_test

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/share"
)

func deflate(t testing.TB, text string) string {
	var buf bytes.Buffer
	w, err := flate.NewWriter(&buf, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return "r=" + base64.RawURLEncoding.EncodeToString(buf.Bytes())
}

// Every setting of every preset comes back as it was, in a link short enough to be sent.
func TestFragment(t *testing.T) {
	for _, name := range engine.Presets() {
		preset, err := engine.Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		recipes := []engine.Recipe{preset}
		all := preset
		for _, s := range engine.Settings() {
			if s.Name == "preset" {
				continue
			}
			var text string
			switch s.Kind {
			case engine.Choice:
				text = s.Choices[len(s.Choices)-1]
			case engine.LayerList:
				text = "relu2_2,relu3_4:0.25"
			case engine.NumberList:
				text = "1,0.5,2"
			case engine.Text:
				text = "vgg19"
			default:
				text = strconv.FormatFloat(s.Max, 'f', -1, 64)
			}
			one := preset
			if err := s.Set(&one, text); err != nil {
				t.Fatalf("%s: %v", s.Name, err)
			}
			if err := s.Set(&all, text); err != nil {
				t.Fatal(err)
			}
			recipes = append(recipes, one)
		}
		for _, r := range append(recipes, all) {
			fragment, err := share.Fragment(r)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range []string{fragment, "#" + fragment} {
				if got, err := share.ParseFragment(f); err != nil || !reflect.DeepEqual(got, r) || !share.HasRecipe(f) {
					t.Errorf("%s: %s is read as %+v, %v, want %+v", name, f, got, err, r)
				}
			}
			if len(fragment) > 1000 {
				t.Errorf("%s has %d letters", fragment, len(fragment))
			}
		}
		if short, _ := share.Fragment(preset); len(short) > 60 {
			t.Errorf("%s alone is %s", name, short)
		}
	}
}

func TestHostileFragments(t *testing.T) {
	good, err := engine.Preset(engine.Painterly)
	if err != nil {
		t.Fatal(err)
	}
	fragment, err := share.Fragment(good)
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]string{
		"nothing":       "",
		"key":           "AAAA",
		"empty":         "r=",
		"cut":           fragment[:len(fragment)-3],
		"no base64":     "r=%%%",
		"no deflate":    "r=AAAA",
		"bomb":          deflate(t, "{"+strings.Repeat(" ", 1<<20)+"}"),
		"long":          "r=" + strings.Repeat("A", 1<<20),
		"unknown field": deflate(t, `{"strenght":1}`),
		"out of range":  deflate(t, `{"strength":1e9}`),
		"no object":     deflate(t, `[1]`),
		"preset":        deflate(t, `{"preset":"cubist"}`),
		"version":       deflate(t, `{"version":2}`),
	} {
		if r, err := share.ParseFragment(f); !isTold(err) {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	if _, err := share.Fragment(engine.Recipe{}); !isTold(err) {
		t.Errorf("an invalid recipe: %v", err)
	}
}

func FuzzParseFragment(f *testing.F) {
	f.Add(`{"preset":"gatys-notebook","size":300,"style_layers":["relu1_1:0.5"]}`, true)
	f.Add("r=AAAA", false)
	f.Fuzz(func(t *testing.T, text string, compress bool) {
		if compress {
			text = deflate(t, text)
		}
		r, err := share.ParseFragment(text)
		if err != nil {
			if !isTold(err) {
				t.Fatal(err)
			}
			return
		}
		fragment, err := share.Fragment(r)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := share.ParseFragment(fragment); err != nil || !bytes.Equal(got.JSON(), r.JSON()) {
			t.Fatalf("%+v became %+v, %v", r, got, err)
		}
	})
}
