package command

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"github.com/nlpodyssey/safetensors"
	"github.com/spf13/cobra"

	"trappedinart/engine"
	"trappedinart/engine/patch"
	"trappedinart/engine/transfer"
)

const evaluateHelp = `Measure a picture by the loss of a recipe (every part of the loss, and their sum) and by
measures of the network and the pixels that do not depend on the recipe's weights.
Pictures are not resized: the picture and the content must have the same size.

The last two measures need no network. They compare patches of the picture with patches of the
first style, resized so that its longer side is the picture's:

patch distance 5x5, 9x9: a sliced Wasserstein distance between patches of this many pixels,
minus their mean: the root mean square of the differences of sorted products, in 256 random
directions, divided by the style's own root mean square. 0 is the style itself, 1 a flat picture.
9x9/2 is measured on copies of half the size. A distance is left out if a copy is smaller than
the patch or the style is flat.

excess of power: in the direction of 3x3 patches where the picture has most power beyond the
style's, log2 of the picture's power over the style's. 1 means twice as much, as from a weave
or a grain.`

// evaluateFlags are the flags of trapped evaluate.
type evaluateFlags struct {
	content, picture string
	gradient         string
	asJSON           bool
	compute          computeFlags
	recipe           *recipeFlags
}

// newEvaluateCommand measures a picture by the loss of a recipe, and by its patches, for
// which package patch has the definition.
func newEvaluateCommand() *cobra.Command {
	var f evaluateFlags
	cmd := &cobra.Command{
		Use:   "evaluate",
		Short: "Measure a picture by the loss of a recipe",
		Long:  evaluateHelp,
		Args:  cobra.NoArgs,
	}
	cmd.Flags().StringVar(&f.content, "content", "", "the file of the photograph")
	cmd.Flags().StringVar(&f.picture, "image", "", "the file of the picture to measure")
	cmd.Flags().StringVar(&f.gradient, "gradient", "", "write the gradient to this .safetensors file, as one tensor: gradient, [3,H,W], red first, for pixels of 0 to 255")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "print JSON")
	f.compute.add(cmd, processor)
	f.recipe = addRecipeFlags(cmd, engine.GatysNotebook)
	require(cmd, "content", "style", "image")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		e, err := f.evaluate(cmd.Context())
		if err != nil {
			return err
		}
		if f.asJSON {
			return printJSON(cmd.OutOrStdout(), e)
		}
		return e.describe(cmd.OutOrStdout())
	}
	return cmd
}

// An evaluated picture is what evaluate prints with --json.
type evaluated struct {
	Loss     float64            `json:"loss"`
	Measures *transfer.Measures `json:"measures"`
	Parts    map[string]float64 `json:"parts"`
	Patches  *patch.Measures    `json:"patches"`
	order    []transfer.Part    // of the loss, as it is computed
}

// evaluate measures what the flags name, and writes the gradient.
func (f *evaluateFlags) evaluate(ctx context.Context) (*evaluated, error) {
	r, names, err := f.recipe.withStyles()
	if err != nil {
		return nil, err
	}
	pictures, err := readPictures(ctx, append([]string{f.content, f.picture}, names...)...)
	if err != nil {
		return nil, err
	}
	content, picture, styles := pictures[0], pictures[1], pictures[2:]
	be, err := f.compute.backend(ctx)
	if err != nil {
		return nil, err
	}
	w, err := f.compute.store().Load(ctx, r.Weights)
	if err != nil {
		return nil, err
	}
	loss, err := transfer.Evaluate(ctx, be, w, r, content, styles, picture)
	if err != nil {
		return nil, err
	}
	e := &evaluated{Loss: loss.Loss, order: loss.Parts, Parts: map[string]float64{}}
	for _, p := range loss.Parts {
		e.Parts[p.Name] = p.Value
	}
	if e.Measures, err = transfer.Measure(ctx, be, w, r, content, styles, picture); err != nil {
		return nil, err
	}
	if e.Patches, err = patch.Measure(ctx, picture, styles[0]); err != nil || f.gradient == "" {
		return e, err
	}
	return e, writeGradient(f.gradient, loss.Gradient, picture.Rect.Dx(), picture.Rect.Dy())
}

func (e *evaluated) describe(out io.Writer) error {
	for _, p := range append(e.order, transfer.Part{Name: "loss", Value: e.Loss}) {
		if _, err := fmt.Fprintf(out, "%-20s %.8g\n", p.Name, p.Value); err != nil {
			return err
		}
	}
	if err := describeMeasures(out, e.Measures); err != nil {
		return err
	}
	return describePatches(out, e.Patches)
}

// describeMeasures prints the measures in their order, layers by name.
func describeMeasures(out io.Writer, m *transfer.Measures) error {
	for _, group := range []struct {
		name   string
		layers map[string]float64
	}{{"content", m.Content}, {"style", m.Style}} {
		for _, layer := range slices.Sorted(maps.Keys(group.layers)) {
			fmt.Fprintf(out, "%-32s %.8g\n", "relative "+group.name+" "+layer, group.layers[layer])
		}
	}
	for _, v := range []struct {
		name  string
		value float64
	}{
		{"multi-scale style", m.MultiScaleStyle}, {"content fidelity", m.ContentFidelity}, {"global colours", m.GlobalColours},
		{"holistic textures", m.HolisticTextures}, {"clipped", m.Clipped}, {"border ratio", m.BorderRatio},
		{"seam ratio", m.SeamRatio}, {"high frequency", m.HighFrequency},
	} {
		if _, err := fmt.Fprintf(out, "%-32s %.8g\n", v.name, v.value); err != nil {
			return err
		}
	}
	return nil
}

// describePatches prints the distances by side and size, and the excess.
func describePatches(out io.Writer, m *patch.Measures) error {
	for _, name := range slices.Sorted(maps.Keys(m.Distances)) {
		fmt.Fprintf(out, "%-32s %.8g\n", "patch distance "+name, m.Distances[name])
	}
	_, err := fmt.Fprintf(out, "%-32s %.8g\n", "excess of power", m.Excess)
	return err
}

// writeGradient writes a gradient [3,h,w] as a safetensors file.
func writeGradient(path string, gradient []float32, w, h int) error {
	data := make([]byte, 0, 4*len(gradient))
	for _, v := range gradient {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	view, err := safetensors.NewTensorView(safetensors.F32, []uint64{3, uint64(h), uint64(w)}, data)
	if err != nil {
		return err
	}
	file, err := safetensors.Serialize(map[string]safetensors.TensorView{"gradient": view}, nil)
	if err != nil {
		return err
	}
	return replaceFile(path, file)
}
