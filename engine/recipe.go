package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// RecipeVersion is the version of the recipe format that this program writes.
//
// Version 1 had no spectrum and no range: what it leaves out of these is 0.
const RecipeVersion = 2

// MaxStyles is how many style pictures one run takes.
const MaxStyles = 16

// SizeAuto is the Size of a recipe that leaves it to the device. A result's recipe has the size
// that it came to.
const SizeAuto = 0

// A Recipe is every setting of a run. Each field but Version is declared once more
// in Settings, with its words, unit and range: flags, page and validation are made
// from there.
//
// The zero Recipe is not valid; start from Preset or ParseRecipe.
type Recipe struct {
	Version       int          `json:"version"`
	Preset        string       `json:"preset"`
	Weights       string       `json:"weights"`
	Size          int          `json:"size"`
	Iterations    int          `json:"iterations"`
	Taper         float64      `json:"taper"`
	TimeBudget    float64      `json:"time_budget"`
	Strength      float64      `json:"strength"`
	StyleScale    float64      `json:"style_scale"`
	StyleScales   Numbers      `json:"style_scales,omitempty"`
	Detail        float64      `json:"detail"`
	Smoothness    float64      `json:"smoothness"`
	TVWeight      float64      `json:"tv_weight"`
	TVKind        string       `json:"tv_kind"`
	KeepColours   float64      `json:"keep_colours"`
	ColourMethod  string       `json:"colour_method"`
	Palette       float64      `json:"palette_colours"`
	Feather       float64      `json:"feather"`
	StyleWeights  Numbers      `json:"style_weights,omitempty"`
	Start         string       `json:"start"`
	Seed          int64        `json:"seed"`
	Scales        int          `json:"scales"`
	Copies        int          `json:"copies"`
	Moments       float64      `json:"moments"`
	Spectrum      float64      `json:"spectrum"`
	Range         float64      `json:"range"`
	Border        int          `json:"border"`
	ContentLayers LayerWeights `json:"content_layers"`
	StyleLayers   LayerWeights `json:"style_layers"`
	ContentWeight float64      `json:"content_weight"`
	StyleWeight   float64      `json:"style_weight"`
	LossScaling   string       `json:"loss_scaling"`
	Pooling       string       `json:"pooling"`
	Rounding      string       `json:"pooling_rounding"`
	White         int          `json:"white"`
	Optimizer     string       `json:"optimizer"`
	History       int          `json:"history"`
	LearningRate  float64      `json:"learning_rate"`
	Averaging     float64      `json:"averaging"`
}

// Values of the settings that are a choice.
const (
	Painterly     = "painterly"       // Preset
	GatysNotebook = "gatys-notebook"  // Preset, LossScaling
	NeuralStyle   = "neural-style"    // Preset, LossScaling
	NeuralStylePT = "neural-style-pt" // Preset

	Calibrated = "calibrated" // LossScaling: each loss divided by the square sum of its target

	StartContent = "content"
	StartNoise   = "noise"
	StartMean    = "mean"
	StartPicture = "picture"

	TVSquared      = "squared" // TVKind
	TVAbsolute     = "absolute"
	TVGradientOnly = "gradient-only"

	ColoursSymmetric = "symmetric" // ColourMethod
	ColoursPCA       = "pca"
	ColoursCholesky  = "cholesky"
	ColoursLuminance = "luminance"

	PoolNetwork = "network" // Pooling
	PoolAverage = "avg"
	PoolMax     = "max"

	RoundDown = "down" // Rounding
	RoundUp   = "up"

	LBFGS      = "lbfgs"
	LBFGSTorch = "lbfgs-torch"
	Adam       = "adam"
)

var presets = []struct {
	name   string
	change func(*Recipe)
}{
	{Painterly, func(*Recipe) {}},
	{GatysNotebook, func(r *Recipe) {
		original(r)
		r.LossScaling = GatysNotebook
		r.Iterations = 500
	}},
	{NeuralStyle, func(r *Recipe) {
		neuralStyle(r)
		r.White = 256
		r.Rounding = RoundUp
		r.TVKind = TVGradientOnly
	}},
	{NeuralStylePT, func(r *Recipe) {
		neuralStyle(r)
		r.TVKind = TVAbsolute
	}},
}

// original is what the programs have in common that do just what Gatys et al. 2016
// describe: one scale, nothing but the picture itself, and L-BFGS.
func original(r *Recipe) {
	r.ContentLayers = LayerWeights{{"relu4_2", 1}}
	r.StyleLayers = LayerWeights{{"relu1_1", 1}, {"relu2_1", 1}, {"relu3_1", 1}, {"relu4_1", 1}, {"relu5_1", 1}}
	r.Pooling = PoolMax
	r.Scales = 1
	r.Copies = 0
	r.Moments = 0
	r.Spectrum, r.Range = 0, 0
	r.Border = 0
	r.Detail = 0
	r.Taper = 100
	r.Optimizer = LBFGSTorch
	r.History = 100
}

// neuralStyle is what J. Johnson's neural-style and its port to PyTorch have in common.
func neuralStyle(r *Recipe) {
	original(r)
	r.LossScaling = NeuralStyle
	r.ContentWeight, r.StyleWeight, r.TVWeight = 5, 100, 1e-3
	r.Start = StartMean
	r.Iterations = 1000
}

// Presets returns the names that Preset knows, the default first.
func Presets() []string {
	names := make([]string, len(presets))
	for i, p := range presets {
		names[i] = p.name
	}
	return names
}

// Preset returns the recipe of that name, ready to run.
func Preset(name string) (Recipe, error) {
	for _, p := range presets {
		if p.name == name {
			r := defaults()
			r.Preset = name
			p.change(&r)
			return r, nil
		}
	}
	return Recipe{}, Errorf(InvalidRecipe, "There is no preset %q. Choose one of %s.", name, strings.Join(Presets(), ", "))
}

// The networks that the program carries with it, by their names in recipes: the fine one, and a
// small one that costs a third of it, for devices that are slow.
const (
	FineNetwork  = "fine"
	SmallNetwork = "small"
)

func defaults() Recipe {
	return Recipe{
		Version:       RecipeVersion,
		Preset:        Painterly,
		Weights:       FineNetwork,
		Size:          512,
		Iterations:    70,
		Taper:         70,
		Strength:      50,
		StyleScale:    1,
		Detail:        50,
		TVKind:        TVSquared,
		ColourMethod:  ColoursSymmetric,
		Palette:       100,
		Feather:       1,
		Start:         StartContent,
		Copies:        2,
		Moments:       0.1,
		Spectrum:      0.05,
		Range:         20,
		Border:        12,
		ContentLayers: LayerWeights{{"relu3_2", 1}},
		StyleLayers:   LayerWeights{{"relu1_1", 1}, {"relu2_1", 1}, {"relu3_1", 1}},
		ContentWeight: 1,
		StyleWeight:   1,
		LossScaling:   Calibrated,
		Pooling:       PoolNetwork,
		Rounding:      RoundDown,
		White:         255,
		Optimizer:     LBFGS,
		History:       10,
		LearningRate:  1,
		Averaging:     0.9,
	}
}

// ParseRecipe reads a recipe from JSON. Settings that the JSON leaves out are those of its
// preset, and from painterly if it names none. Unknown fields are errors, as a
// mistyped name would otherwise be a setting without effect.
func ParseRecipe(data []byte) (Recipe, error) {
	var head struct {
		Version *int    `json:"version"`
		Preset  *string `json:"preset"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return Recipe{}, recipeError(data, err)
	}
	if v := head.Version; v != nil && (*v < 1 || *v > RecipeVersion) {
		return Recipe{}, Errorf(InvalidRecipe, "This recipe has version %d, and this program reads versions 1 to %d.", *v, RecipeVersion)
	}
	preset := Painterly
	if head.Preset != nil {
		preset = *head.Preset
	}
	r, err := Preset(preset)
	if err != nil {
		return Recipe{}, err
	}
	if head.Version != nil && *head.Version == 1 {
		r.Spectrum, r.Range = 0, 0
	}
	// Lists of the preset would be overwritten element by element, in arrays that
	// are shared with it: the JSON's own lists begin empty.
	blank := r
	blank.ContentLayers, blank.StyleLayers, blank.StyleWeights, blank.StyleScales = nil, nil, nil, nil
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&blank); err != nil {
		return Recipe{}, recipeError(data, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Recipe{}, Errorf(InvalidRecipe, "The recipe goes on after its closing brace. Keep one JSON object.")
	}
	if blank.ContentLayers == nil {
		blank.ContentLayers = r.ContentLayers
	}
	if blank.StyleLayers == nil {
		blank.StyleLayers = r.StyleLayers
	}
	blank.Version = RecipeVersion
	if err := blank.Validate(); err != nil {
		return Recipe{}, err
	}
	return blank, nil
}

func recipeError(data []byte, err error) error {
	var (
		syntax *json.SyntaxError
		typ    *json.UnmarshalTypeError
	)
	switch {
	case errors.As(err, &syntax):
		line := 1 + bytes.Count(data[:min(int(syntax.Offset), len(data))], []byte("\n"))
		return Errorf(InvalidRecipe, "The recipe is not valid JSON (line %d: %w).", line, err)
	case errors.As(err, &typ) && typ.Field != "":
		return Errorf(InvalidRecipe, "The recipe's %q cannot be a %s.", typ.Field, typ.Value)
	case strings.Contains(err.Error(), "unknown field"):
		_, name, _ := strings.Cut(err.Error(), "unknown field ")
		return Errorf(InvalidRecipe, "The recipe has a setting %s that this program does not know.", name)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return Errorf(InvalidRecipe, "The recipe ends too early. It must be one whole JSON object.")
	}
	return Errorf(InvalidRecipe, "The recipe cannot be read: %w.", err)
}

// Validate says what is wrong with the recipe, in one sentence, or returns nil.
func (r *Recipe) Validate() error {
	if r.Version != RecipeVersion {
		return Errorf(InvalidRecipe, "This recipe has version %d, and this program reads version %d.", r.Version, RecipeVersion)
	}
	for _, s := range Settings() {
		if err := s.check(r); err != nil {
			return err
		}
	}
	if r.ContentWeight == 0 && r.StyleWeight == 0 {
		return Errorf(InvalidRecipe, "Content weight and style weight are both 0. Give one of them a value.")
	}
	return nil
}

// Larger returns the recipe of the same painting at twice the size, whose scales are those of r
// and one more, or false if a recipe cannot have so many pixels or scales.
func (r Recipe) Larger() (Recipe, bool) {
	r.Size *= 2
	if r.Scales > 0 {
		r.Scales++
	}
	return r, r.Size != SizeAuto && r.Validate() == nil
}

// IterationsAt returns how many iterations scale i has, counted from 0, the smallest.
func (r *Recipe) IterationsAt(i int) int {
	return max(1, int(math.Round(float64(r.Iterations)*math.Pow(r.Taper/100, float64(i)))))
}

// StyleScaleOf returns the scale of style i beside a picture.
func (r *Recipe) StyleScaleOf(i int) float64 {
	if i < len(r.StyleScales) {
		return r.StyleScale * r.StyleScales[i]
	}
	return r.StyleScale
}

// StyleShares returns the weights of n styles, scaled to sum to 1. Styles that
// StyleWeights does not reach count 1.
func (r *Recipe) StyleShares(n int) ([]float64, error) {
	if len(r.StyleWeights) > n {
		return nil, Errorf(InvalidRecipe, "There are %d style weights for %d style pictures.", len(r.StyleWeights), n)
	}
	if len(r.StyleScales) > n {
		return nil, Errorf(InvalidRecipe, "There are %d style scales for %d style pictures.", len(r.StyleScales), n)
	}
	shares, sum := make([]float64, n), 0.0
	for i := range shares {
		shares[i] = 1
		if i < len(r.StyleWeights) {
			shares[i] = r.StyleWeights[i]
		}
		sum += shares[i]
	}
	if !(sum > 0) {
		return nil, Errorf(InvalidRecipe, "All style weights are 0. Give at least one style a weight.")
	}
	for i := range shares {
		shares[i] /= sum
	}
	return shares, nil
}

// JSON returns the recipe as indented JSON that ParseRecipe reads back.
func (r Recipe) JSON() []byte {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("engine: recipe does not marshal: %v", err)) // only NaN, which Validate refuses
	}
	return append(data, '\n')
}
