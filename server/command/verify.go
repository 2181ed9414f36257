package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"golang.org/x/image/draw"

	"trappedinart/engine"
	"trappedinart/engine/transfer"
	"trappedinart/engine/vgg"
)

// A trace is a run whose losses somebody published.
type trace struct {
	recipe engine.Recipe // of which sizes are not used
	short  int           // the pictures' shorter side, in pixels; 0 leaves them as they are
	losses []published
}

// A published loss. The notebook counts the iterations that it prints from 2.
type published struct {
	Iteration  int     `json:"iteration"`  // as it is printed
	Evaluation int     `json:"evaluation"` // which it is
	Loss       float64 `json:"published"`
}

// gatysTrace is what the notebook prints that Gatys published with his code in PyTorch
// (github.com/leongatys/PytorchNeuralStyleTransfer), for the starry night onto Tuebingen.
func gatysTrace() trace {
	r, err := engine.Preset(engine.GatysNotebook)
	if err != nil {
		panic(err) // it is one of ours
	}
	t := trace{recipe: r, short: 512}
	for _, p := range []struct {
		iteration int
		loss      float64
	}{{50, 1388532}, {100, 707861}, {150, 538045}, {200, 469375}, {300, 411658}, {500, 368494}} {
		t.losses = append(t.losses, published{p.iteration, p.iteration - 1, p.loss})
	}
	return t
}

// A verification is what verify prints with --json.
type verification struct {
	Network string     `json:"network"`
	Content [2]int     `json:"content_size"`
	Style   [2]int     `json:"style_size"`
	Losses  []verified `json:"losses"`
}

type verified struct {
	published
	Ours       float64 `json:"ours"`
	Difference float64 `json:"difference_percent"`
}

// verifyFlags are the flags of trapped verify.
type verifyFlags struct {
	network, content, style string
	asJSON                  bool
	compute                 computeFlags
}

// newVerifyCommand holds this program against a published run.
func newVerifyCommand(t trace) *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Compare the loss with the one that Gatys published",
		Long: "Run Gatys' own notebook (the starry night onto Tuebingen, with shorter sides of 512 pixels and the\n" +
			"recipe gatys-notebook) and print the loss beside the one he published. This needs a whole VGG-19, to\n" +
			"relu5_1, as trapped networks fetch downloads it, and the notebook's two pictures. Rounding decides\n" +
			"which way L-BFGS goes: PyTorch's own runs differ by half before evaluation 20, and by 2 % after 100.",
		Example: "  trapped verify --network vgg19 --content Tuebingen_Neckarfront.jpg --style vangogh_starry_night.jpg",
		Args:    cobra.NoArgs,
	}
	cmd.Flags().StringVar(&f.network, "network", "", "a whole VGG-19: its name or file")
	cmd.Flags().StringVar(&f.content, "content", "", "the file of the photograph of Tuebingen")
	cmd.Flags().StringVar(&f.style, "style", "", "the file of the starry night")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "print JSON")
	f.compute.add(cmd, processor)
	formerly(cmd, "weights", "network")
	require(cmd, "network", "content", "style")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		v, runErr := f.run(cmd, &t)
		if v == nil || len(v.Losses) == 0 && runErr != nil {
			return runErr
		}
		if f.asJSON {
			return cmp.Or(runErr, printJSON(cmd.OutOrStdout(), v))
		}
		return cmp.Or(runErr, v.describe(cmd.OutOrStdout()))
	}
	return cmd
}

// run makes the run. It returns what it has compared when it is interrupted, with the error.
func (f *verifyFlags) run(cmd *cobra.Command, t *trace) (*verification, error) {
	ctx := cmd.Context()
	content, style, err := f.pictures(ctx, t.short)
	if err != nil {
		return nil, err
	}
	be, err := f.compute.backend(ctx)
	if err != nil {
		return nil, err
	}
	w, err := f.compute.store().Load(ctx, f.network)
	if err != nil {
		return nil, err
	}
	if err := t.check(w); err != nil {
		return nil, err
	}
	t.recipe.Iterations = t.losses[len(t.losses)-1].Evaluation
	show := newReporter(cmd.ErrOrStderr())
	var notes []string // that the optimiser was replaced, after which nothing compares
	losses, err := transfer.Trace(ctx, be, w, t.recipe, content, style, func(p engine.Progress) {
		show.report(p)
		if p.Note != "" {
			notes = append(notes, p.Note)
		}
	})
	show.end()
	for _, note := range notes {
		fmt.Fprintln(cmd.ErrOrStderr(), note)
	}
	return &verification{Network: w.Name, Content: sides(content), Style: sides(style), Losses: t.compare(losses)}, err
}

// pictures reads the two pictures and brings them to the size of the run.
func (f *verifyFlags) pictures(ctx context.Context, short int) (content, style *image.NRGBA, err error) {
	names := []string{f.content, f.style}
	pictures, err := readPictures(ctx, names...)
	if err != nil {
		return nil, nil, err
	}
	for i, img := range pictures {
		if pictures[i], err = shortened(img, short); err != nil {
			return nil, nil, engine.Errorf(engine.InvalidPicture, "%s %w.", names[i], err)
		}
	}
	return pictures[0], pictures[1], nil
}

func sides(img *image.NRGBA) [2]int { return [2]int{img.Rect.Dx(), img.Rect.Dy()} }

// check says what a network lacks of VGG-19, as far as the trace looks.
func (t *trace) check(w *vgg.Weights) error {
	taps, depth := w.Taps(), 0
	var missing []string
	for _, l := range slices.Concat(t.recipe.ContentLayers, t.recipe.StyleLayers) {
		at := slices.Index(taps, l.Layer)
		if at < 0 {
			missing = append(missing, l.Layer)
		}
		depth = max(depth, at+1)
	}
	if missing != nil {
		slices.Sort(missing)
		return engine.Errorf(engine.MissingLayer, "%s ends at %s, but the published run also looks at %s. Give a whole VGG-19, which trapped networks fetch downloads.",
			w.Name, taps[len(taps)-1], strings.Join(missing, ", "))
	}
	for i, c := range w.Convs[:depth] {
		if c.O != vgg.Widths[i] {
			return engine.Errorf(engine.InvalidWeights, "%s is not the VGG-19 of the published run: %s has %d channels instead of %d.", w.Name, c.Name, c.O, vgg.Widths[i])
		}
	}
	return nil
}

// shortened brings a picture's shorter side to a size as the notebook does: by PIL's
// bilinear filter, which is stretched when the size goes down, in encoded grey levels and
// with the longer side cut to whole pixels.
func shortened(img *image.NRGBA, short int) (*image.NRGBA, error) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	if max(w, h) > 4*min(w, h) {
		return nil, errors.New("is more than four times as long as wide. Give the picture that was published")
	}
	if short == 0 || min(w, h) == short {
		return img, nil
	}
	to := image.Rect(0, 0, short, short)
	if w < h {
		to.Max.Y = short * h / w
	} else {
		to.Max.X = short * w / h
	}
	wide := image.NewNRGBA64(to) // as in 8 bits draw would round down
	draw.BiLinear.Scale(wide, to, img, img.Rect, draw.Src, nil)
	small := image.NewNRGBA(to)
	for i := range small.Pix {
		small.Pix[i] = uint8((uint32(wide.Pix[2*i])<<8 | uint32(wide.Pix[2*i+1]) + 128) / 257)
	}
	return small, nil
}

// compare puts our losses, by evaluation, beside the published ones, as far as they go.
func (t *trace) compare(losses []float64) []verified {
	var rows []verified
	for _, p := range t.losses {
		if p.Evaluation <= len(losses) {
			ours := losses[p.Evaluation-1]
			rows = append(rows, verified{p, ours, 100 * (ours/p.Loss - 1)})
		}
	}
	return rows
}

func (v *verification) describe(out io.Writer) error {
	fmt.Fprintf(out, "%s, content %d x %d, style %d x %d\n", v.Network, v.Content[0], v.Content[1], v.Style[0], v.Style[1])
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "iteration\tpublished\tours\tdifference\t")
	for _, r := range v.Losses {
		fmt.Fprintf(t, "%d\t%.0f\t%.0f\t%+.2f %%\t\n", r.Iteration, r.Loss, r.Ours, r.Difference)
	}
	return t.Flush()
}
