package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Kind is the kind of value that a Setting takes.
type Kind int

const (
	Integer Kind = iota
	Number
	Choice     // one of Choices
	Text       // a name
	NumberList // comma-separated numbers: 1,0.5
	LayerList  // comma-separated layers, each with an optional weight: relu1_1,relu2_1:0.5
)

// A Setting declares one field of Recipe. The page's controls, the command line's
// flags, JSON validation and the documentation are all made from it.
type Setting struct {
	Name   string // in JSON; the flag's name with _ for -
	Label  string // on the page
	Help   string // one sentence
	Unit   string // "px", "%"; "" for plain numbers
	Kind   Kind
	Expert bool // shown in the Expert panel only
	Live   bool // acts while a run goes on

	Min, Max, Step float64  // of Integer and Number, and of each number in a list
	Zero           string   // what 0 is called where it has a meaning of its own, whatever Min is
	Choices        []string // of Choice
	Named          []Named  // of LayerList: what can be written for a list

	field func(*Recipe) any // *int, *int64, *float64, *string, *Numbers or *LayerWeights
}

// A Named is a list of layers that has a name of its own.
type Named struct {
	Name   string
	Layers LayerWeights
}

// The five reconstructions of Gatys et al. 2015, figure 1: of content by one layer each,
// of style by all layers up to it.
var contentReconstructions, styleReconstructions = reconstructions()

func reconstructions() (content, style []Named) {
	var all LayerWeights
	for i, name := range []string{"a", "b", "c", "d", "e"} {
		l := LayerWeight{fmt.Sprintf("relu%d_1", i+1), 1}
		all = append(all, l)
		content = append(content, Named{name, LayerWeights{l}})
		style = append(style, Named{name, slices.Clone(all)})
	}
	return content, style
}

var settings = []Setting{
	{Name: "preset", Label: "Preset", Kind: Choice, Choices: Presets(), Expert: true,
		Help:  "The recipe that supplies every setting you do not give.",
		field: func(r *Recipe) any { return &r.Preset }},
	{Name: "weights", Label: "Network", Kind: Text,
		Help:  "The network that looks at the pictures: a name from the list of weights or, on the command line, a file.",
		field: func(r *Recipe) any { return &r.Weights }},
	{Name: "size", Label: "Size", Unit: "px", Kind: Integer, Min: 16, Max: 8192, Step: 16, Zero: "auto",
		Help:  "The longer side of the result. Auto is the largest that this device paints in about half a minute, or in the time budget: at least 512 pixels, and never more than the photograph.",
		field: func(r *Recipe) any { return &r.Size }},
	{Name: "iterations", Label: "Iterations", Kind: Integer, Min: 1, Max: 10000, Step: 10, Expert: true,
		Help:  "How many times the picture is improved at the smallest scale.",
		field: func(r *Recipe) any { return &r.Iterations }},
	{Name: "taper", Label: "Taper", Unit: "%", Kind: Number, Min: 1, Max: 100, Step: 5, Expert: true,
		Help:  "Iterations at each larger scale, as a percentage of the scale before.",
		field: func(r *Recipe) any { return &r.Taper }},
	{Name: "time_budget", Label: "Time budget", Unit: "s", Kind: Number, Min: 0, Max: 86400, Step: 1, Live: true,
		Help:  "How long the painting may take; each scale gets a share by its cost. 0 sets no limit.",
		field: func(r *Recipe) any { return &r.TimeBudget }},
	{Name: "strength", Label: "Strength", Unit: "%", Kind: Number, Min: 0, Max: 100, Step: 1, Live: true,
		Help:  "How much the painting changes the photograph: 0 keeps the photograph, 100 shows only the painting's style. It needs calibrated loss scaling.",
		field: func(r *Recipe) any { return &r.Strength }},
	{Name: "style_scale", Label: "Style scale", Kind: Number, Min: 0.1, Max: 4, Step: 0.05, Live: true,
		Help:  "The size of the brush strokes. At 1, the style picture is as large as the result.",
		field: func(r *Recipe) any { return &r.StyleScale }},
	{Name: "style_scales", Label: "Style scales", Kind: NumberList, Min: 0.1, Max: 10, Expert: true, Live: true,
		Help:  "A factor on the style scale for each style picture, in order. The default is 1.",
		field: func(r *Recipe) any { return &r.StyleScales }},
	{Name: "detail", Label: "Detail", Unit: "%", Kind: Number, Min: 0, Max: 100, Step: 5, Live: true,
		Help:  "How much fine detail of the photograph each larger scale starts with.",
		field: func(r *Recipe) any { return &r.Detail }},
	{Name: "smoothness", Label: "Smoothness", Unit: "%", Kind: Number, Min: 0, Max: 100, Step: 1, Live: true,
		Help:  "How strongly neighbouring pixels are made alike (total variation).",
		field: func(r *Recipe) any { return &r.Smoothness }},
	{Name: "tv_kind", Label: "Variation kind", Kind: Choice, Choices: []string{TVSquared, TVAbsolute, TVGradientOnly}, Expert: true, Live: true,
		Help:  "How differences between neighbouring pixels count: squared; absolute, as in neural-style-pt; or half the squares and only in the gradient, as in neural-style.",
		field: func(r *Recipe) any { return &r.TVKind }},
	{Name: "tv_weight", Label: "Variation weight", Kind: Number, Max: 1e6, Step: 0.001, Expert: true, Live: true,
		Help:  "An extra weight on the differences between neighbouring pixels, in grey levels, on top of smoothness.",
		field: func(r *Recipe) any { return &r.TVWeight }},
	{Name: "keep_colours", Label: "Keep colours", Unit: "%", Kind: Number, Min: 0, Max: 100, Step: 1, Live: true,
		Help:  "How much the result keeps the photograph's colours: 0 takes the painting's, 100 the photograph's.",
		field: func(r *Recipe) any { return &r.KeepColours }},
	{Name: "palette_colours", Label: "Palette's colours", Unit: "%", Kind: Number, Min: 0, Max: 100, Step: 1, Live: true,
		Help:  "How much the result takes the colours of the palette, a separate picture: 0 keeps the painting's, 100 takes the palette's.",
		field: func(r *Recipe) any { return &r.Palette }},
	{Name: "colour_method", Label: "Colour method", Kind: Choice, Choices: []string{ColoursSymmetric, ColoursPCA, ColoursCholesky, ColoursLuminance}, Expert: true, Live: true,
		Help:  "How colours are kept: the painting first gets the photograph's mean and covariance of colours (symmetric, pca or cholesky), or only brightness is painted (luminance). It gets a palette's colours in the same way; luminance then does the same as symmetric.",
		field: func(r *Recipe) any { return &r.ColourMethod }},
	{Name: "feather", Label: "Feather", Unit: "%", Kind: Number, Min: 0, Max: 20, Step: 0.5, Expert: true, Live: true,
		Help:  "How far the edges of masks are softened, as a percentage of the longer side.",
		field: func(r *Recipe) any { return &r.Feather }},
	{Name: "style_weights", Label: "Style weights", Kind: NumberList, Max: 1000, Expert: true, Live: true,
		Help:  "How much each style picture counts, in order. The default is 1.",
		field: func(r *Recipe) any { return &r.StyleWeights }},
	{Name: "start", Label: "Start from", Kind: Choice, Choices: []string{StartContent, StartNoise, StartMean, StartPicture}, Expert: true,
		Help:  "The start of the first scale: the photograph, noise from the seed, the network's mean colour with a trace of noise (0.001 grey levels), or a picture you give.",
		field: func(r *Recipe) any { return &r.Start }},
	{Name: "seed", Label: "Seed", Kind: Integer, Min: 0, Max: 1 << 53, Step: 1, Expert: true,
		Help:  "Seed of the starting noise. The same seed gives the same picture.",
		field: func(r *Recipe) any { return &r.Seed }},
	{Name: "scales", Label: "Scales", Kind: Integer, Min: 0, Max: 8, Step: 1, Expert: true,
		Help:  "How many sizes are painted, each starting from the one half as large. 0 chooses by the size.",
		field: func(r *Recipe) any { return &r.Scales }},
	{Name: "copies", Label: "Smaller copies", Kind: Integer, Min: 0, Max: 4, Step: 1, Expert: true,
		Help:  "On how many smaller copies of the picture the style is compared as well; each is half as large as the one before.",
		field: func(r *Recipe) any { return &r.Copies }},
	{Name: "moments", Label: "Means and deviations", Kind: Number, Min: 0, Max: 100, Step: 0.1, Expert: true, Live: true,
		Help:  "How much the mean and standard deviation of every channel count beside the Gram matrices. It needs calibrated loss scaling.",
		field: func(r *Recipe) any { return &r.Moments }},
	{Name: "spectrum", Label: "Spectrum", Kind: Number, Min: 0, Max: 100, Step: 0.001, Expert: true, Live: true,
		Help:  "How much fine grain counts beside the Gram matrices: the power of 3 x 3 pixel patches in every direction. It needs calibrated loss scaling.",
		field: func(r *Recipe) any { return &r.Spectrum }},
	{Name: "range", Label: "Within black and white", Kind: Number, Min: 0, Max: 10000, Step: 1, Expert: true, Live: true,
		Help:  "How strongly values beyond black and white are held back, because a file cannot hold them. It needs calibrated loss scaling.",
		field: func(r *Recipe) any { return &r.Range }},
	{Name: "border", Label: "Border", Unit: "px", Kind: Integer, Min: 0, Max: 64, Step: 1, Expert: true,
		Help:  "How far the picture is extended by reflection while it is painted. The extension is cut off afterwards, so that no frame is left.",
		field: func(r *Recipe) any { return &r.Border }},
	{Name: "content_layers", Label: "Content layers", Kind: LayerList, Max: 1e6, Expert: true, Named: contentReconstructions, Live: true,
		Help:  "The layers that compare the photograph, each with an optional weight; or a to e for the paper's reconstructions, relu1_1 to relu5_1.",
		field: func(r *Recipe) any { return &r.ContentLayers }},
	{Name: "style_layers", Label: "Style layers", Kind: LayerList, Max: 1e6, Expert: true, Named: styleReconstructions, Live: true,
		Help:  "The layers that compare the painting, each with an optional weight; or a to e for the paper's reconstructions, from relu1_1 alone to relu1_1 to relu5_1 together.",
		field: func(r *Recipe) any { return &r.StyleLayers }},
	{Name: "content_weight", Label: "Content weight", Kind: Number, Max: 1e9, Step: 0.1, Expert: true, Live: true,
		Help:  "A factor on the whole content loss.",
		field: func(r *Recipe) any { return &r.ContentWeight }},
	{Name: "style_weight", Label: "Style weight", Kind: Number, Max: 1e9, Step: 0.1, Expert: true, Live: true,
		Help:  "A factor on the whole style loss.",
		field: func(r *Recipe) any { return &r.StyleWeight }},
	{Name: "loss_scaling", Label: "Loss scaling", Kind: Choice, Choices: []string{Calibrated, GatysNotebook, NeuralStyle}, Expert: true,
		Help:  "How losses are made comparable: each divided by the sum of squares of its target, or by means, as in Gatys' notebook or in neural-style.",
		field: func(r *Recipe) any { return &r.LossScaling }},
	{Name: "pooling", Label: "Pooling", Kind: Choice, Choices: []string{PoolNetwork, PoolAverage, PoolMax}, Expert: true,
		Help:  "How the network halves its feature maps: as it was trained, by averages (smoother strokes), or by maxima.",
		field: func(r *Recipe) any { return &r.Pooling }},
	{Name: "pooling_rounding", Label: "Pooling rounds", Kind: Choice, Choices: []string{RoundDown, RoundUp}, Expert: true,
		Help:  "The last odd row or column when a feature map is halved: down leaves it out, up keeps it, as in Caffe and neural-style.",
		field: func(r *Recipe) any { return &r.Rounding }},
	{Name: "white", Label: "White", Kind: Integer, Min: 255, Max: 256, Step: 1, Expert: true,
		Help:  "The value the network gets for white: 255, or 256 as in neural-style.",
		field: func(r *Recipe) any { return &r.White }},
	{Name: "optimizer", Label: "Optimiser", Kind: Choice, Choices: []string{LBFGS, LBFGSTorch, Adam}, Expert: true,
		Help:  "How the picture is improved: by L-BFGS, by L-BFGS exactly as in PyTorch, or by Adam.",
		field: func(r *Recipe) any { return &r.Optimizer }},
	{Name: "history", Label: "L-BFGS history", Kind: Integer, Min: 1, Max: 100, Step: 1, Expert: true,
		Help:  "How many past steps L-BFGS remembers. Each takes as much memory as two pictures.",
		field: func(r *Recipe) any { return &r.History }},
	{Name: "learning_rate", Label: "Learning rate", Kind: Number, Min: 1e-6, Max: 1000, Step: 0.1, Expert: true,
		Help:  "The length of a step: a factor for PyTorch's L-BFGS, grey levels for Adam.",
		field: func(r *Recipe) any { return &r.LearningRate }},
	{Name: "averaging", Label: "Averaging", Kind: Number, Min: 0, Max: 0.999, Step: 0.01, Expert: true,
		Help:  "How much of earlier pictures stays in Adam's result, a moving average of its steps. 0 takes the last picture.",
		field: func(r *Recipe) any { return &r.Averaging }},
}

// Settings returns the declarations of every setting, in the order in which they
// are shown.
func Settings() []Setting { return slices.Clone(settings) }

// SettingByName returns the declaration of that name.
func SettingByName(name string) (Setting, bool) {
	i := slices.IndexFunc(settings, func(s Setting) bool { return s.Name == name })
	if i < 0 {
		return Setting{}, false
	}
	return settings[i], true
}

// Get returns the setting's value in r as text that Set reads back.
func (s Setting) Get(r *Recipe) string {
	switch p := s.field(r).(type) {
	case *int:
		if s.Zero != "" && *p == 0 {
			return s.Zero
		}
		return strconv.Itoa(*p)
	case *int64:
		return strconv.FormatInt(*p, 10)
	case *float64:
		return formatNumber(*p)
	case *string:
		return *p
	case *Numbers:
		return p.String()
	case *LayerWeights:
		return p.String()
	}
	panic("engine: setting of unknown type")
}

// Set reads text into the setting of r and checks it. Setting the preset only
// changes its name: start from Preset to take its values.
func (s Setting) Set(r *Recipe, text string) error {
	text = strings.TrimSpace(text)
	next := *r
	if err := s.parse(&next, text); err != nil {
		return err
	}
	if err := s.check(&next); err != nil {
		return err
	}
	*r = next
	return nil
}

func (s Setting) parse(r *Recipe, text string) error {
	var err error
	switch p := s.field(r).(type) {
	case *int:
		if s.Zero != "" && text == s.Zero {
			text = "0"
		}
		*p, err = strconv.Atoi(text)
	case *int64:
		*p, err = strconv.ParseInt(text, 10, 64)
	case *float64:
		*p, err = strconv.ParseFloat(text, 64)
	case *string:
		*p = text
	case *Numbers:
		*p, err = parseNumbers(text)
	case *LayerWeights:
		if i := slices.IndexFunc(s.Named, func(n Named) bool { return n.Name == text }); i >= 0 {
			*p = slices.Clone(s.Named[i].Layers)
			break
		}
		*p, err = parseLayers(text)
	}
	if err != nil {
		return Errorf(InvalidRecipe, "%s cannot be %q. It takes %s.", s.Label, text, s.Takes())
	}
	return nil
}

// Takes says in words what values the setting takes: "a whole number from 16 to
// 8192 px".
func (s Setting) Takes() string {
	unit := ""
	if s.Unit != "" {
		unit = " " + s.Unit
	}
	switch s.Kind {
	case Integer:
		takes := fmt.Sprintf("a whole number from %s to %s%s", formatNumber(s.Min), formatNumber(s.Max), unit)
		if s.Zero != "" {
			takes += ", or " + s.Zero
		}
		return takes
	case Number:
		return fmt.Sprintf("a number from %s to %s%s", formatNumber(s.Min), formatNumber(s.Max), unit)
	case Choice:
		return "one of " + strings.Join(s.Choices, ", ")
	case Text:
		return "a name"
	case NumberList:
		return fmt.Sprintf("numbers from %s to %s with commas between them", formatNumber(s.Min), formatNumber(s.Max))
	}
	return "layers with commas between them, such as relu1_1,relu2_1:0.5"
}

// take copies the setting from one recipe to another.
func (s Setting) take(to, from *Recipe) {
	switch p := s.field(to).(type) {
	case *int:
		*p = *s.field(from).(*int)
	case *int64:
		*p = *s.field(from).(*int64)
	case *float64:
		*p = *s.field(from).(*float64)
	case *string:
		*p = *s.field(from).(*string)
	case *Numbers:
		*p = *s.field(from).(*Numbers)
	case *LayerWeights:
		*p = *s.field(from).(*LayerWeights)
	}
}

func (s Setting) check(r *Recipe) error {
	ok := true
	inRange := func(v float64) bool { return v >= s.Min && v <= s.Max } // false for NaN
	switch p := s.field(r).(type) {
	case *int:
		ok = inRange(float64(*p)) || s.Zero != "" && *p == 0
	case *int64:
		ok = inRange(float64(*p))
	case *float64:
		ok = inRange(*p)
	case *string:
		ok = *p != "" && (s.Kind != Choice || slices.Contains(s.Choices, *p))
	case *Numbers:
		ok = len(*p) <= MaxStyles
		for _, v := range *p {
			ok = ok && inRange(v)
		}
	case *LayerWeights:
		ok = len(*p) > 0 && len(*p) <= 16
		seen := map[string]bool{}
		for _, l := range *p {
			ok = ok && l.Layer != "" && inRange(l.Weight) && !seen[l.Layer]
			seen[l.Layer] = true
		}
	}
	if !ok {
		return Errorf(InvalidRecipe, "%s cannot be %q. It takes %s.", s.Label, s.Get(r), s.Takes())
	}
	return nil
}
