package transfer

import (
	"context"
	"image"
	"math"
	"slices"
	"strings"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/vgg"
)

// Measures say how a picture came out, apart from the loss it was made by.
type Measures struct {
	// Distances relative to their targets, by layer: see Evaluation.
	Style   map[string]float64 `json:"relative_style"`
	Content map[string]float64 `json:"relative_content"`
	// MultiScaleStyle is the mean of the relative style distances of the picture and of
	// its 2 and 4 times smaller copies.
	MultiScaleStyle float64 `json:"multi_scale_style"`

	// Wang et al. 2021, "Evaluate and improve the quality of neural style transfer",
	// CVIU 207: the mean cosine of photograph's and picture's feature maps at the content
	// layers; the mean cosine of the painting's and the picture's histograms of red,
	// green and blue; and of their Gram matrices at the style layers. 1 is the same.
	ContentFidelity  float64 `json:"content_fidelity"`
	GlobalColours    float64 `json:"global_colours"`
	HolisticTextures float64 `json:"holistic_textures"`

	PixelMeasures
}

// Measure looks at the picture x with the network and the layers of the recipe. Nothing
// is resized, as in Evaluate; distances are those of pictures with the recipe's border.
func Measure(ctx context.Context, be backend.Backend, w *vgg.Weights, r engine.Recipe, content *image.NRGBA, styles []*image.NRGBA, x *image.NRGBA) (*Measures, error) {
	r.Copies, r.Moments, r.Spectrum = 2, 0, 0
	e, err := evaluate(ctx, be, w, r, content, styles, x, r.Border)
	if err != nil {
		return nil, err
	}
	m := &Measures{Style: map[string]float64{}, Content: map[string]float64{}}
	for _, p := range e.Relative {
		kind, name, _ := strings.Cut(p.Name, ":")
		if kind == contentPart {
			m.Content[name] = p.Value
			continue
		}
		m.Style[name] = p.Value
		m.MultiScaleStyle += p.Value
	}
	m.MultiScaleStyle /= float64(len(m.Style))
	m.PixelMeasures = measurePixels(asItIs(x, 0), asItIs(styles[0], 0))
	return m, m.compare(ctx, be, w, &r, content, styles[0], x)
}

// compare fills in the cosines; of several styles the first counts.
func (m *Measures) compare(ctx context.Context, be backend.Backend, w *vgg.Weights, r *engine.Recipe, content, style, x *image.NRGBA) error {
	net, err := network(be, w, r)
	if err != nil {
		return err
	}
	contentLayers, styleLayers := layerNames(r.ContentLayers), layerNames(r.StyleLayers)
	pooling := (&scene{recipe: r, net: net}).pooling()
	look := func(img *image.NRGBA, taps []string) (map[string]vgg.FeatureMap, error) {
		p := asItIs(img, 0)
		return net.Features(ctx, p.planes, p.h, p.w, pooling, taps)
	}
	painted, err := look(x, slices.Concat(contentLayers, styleLayers))
	if err != nil {
		return err
	}
	photograph, err := look(content, contentLayers)
	if err != nil {
		return err
	}
	painting, err := look(style, styleLayers)
	if err != nil {
		return err
	}
	for _, l := range contentLayers {
		m.ContentFidelity += cosine(painted[l].Values, photograph[l].Values) / float64(len(contentLayers))
	}
	for _, l := range styleLayers {
		m.HolisticTextures += cosine(gram(painted[l]), gram(painting[l])) / float64(len(styleLayers))
	}
	m.GlobalColours = colours(asItIs(x, 0), asItIs(style, 0))
	return nil
}

// gram is the Gram matrix of a feature map, divided by its places.
func gram(f vgg.FeatureMap) []float32 {
	n := f.H * f.W
	g := make([]float32, f.C*f.C)
	for i := range f.C {
		for j := range i + 1 {
			sum := 0.
			a, b := f.Values[i*n:][:n], f.Values[j*n:][:n]
			for p := range a {
				sum += float64(a[p]) * float64(b[p])
			}
			g[i*f.C+j], g[j*f.C+i] = float32(sum/float64(n)), float32(sum/float64(n))
		}
	}
	return g
}

func cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		ab, aa, bb = ab+x*y, aa+x*x, bb+y*y
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}

// colours is the mean cosine of the histograms of the three channels.
func colours(a, b picture) float64 {
	sum := 0.
	for c := range 3 {
		sum += cosine(histogram(a, c), histogram(b, c)) / 3
	}
	return sum
}

func histogram(p picture, c int) []float32 {
	counts := make([]float32, 256)
	n := p.w * p.h
	for _, v := range p.planes[c*n:][:n] {
		counts[int(min(max(v, 0), 255))]++
	}
	return counts
}
