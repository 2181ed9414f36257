package command

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/pixel"
	"trappedinart/engine/vgg"
	"trappedinart/weights"
	"trappedinart/weights/quantize"
)

const (
	// quantizeSize is the longer side of the pictures on which scales are chosen.
	quantizeSize = 192
	// quantizePictures is how many pictures of a directory are taken.
	quantizePictures = 6
)

// quantizeFlags are the flags of trapped networks quantize.
type quantizeFlags struct {
	images, out, grade, deepest, data string
	threads                           int
}

// newNetworksQuantizeCommand brings a network to few bits.
func newNetworksQuantizeCommand() *cobra.Command {
	var f quantizeFlags
	cmd := &cobra.Command{
		Use:   "quantize FILE-or-name",
		Short: "Make a network a quarter of its size, as browsers fetch it",
		Long: "Bring each filter to 8 bits or less, with the scale at which what its layer gives changes least on a few\n" +
			"pictures. Prints for each layer the ratio of signal to noise and how far its feature maps are off, and what\n" +
			"that does to a painting of the first picture with the second.",
		Example: "  trapped networks quantize vgg19 --images pictures",
	}
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return wrongUse("Quantize takes one file or name; see trapped networks list.")
		}
		return nil
	}
	cmd.Flags().StringVar(&f.images, "images", "", "a directory of pictures, of which the first six are looked at")
	cmd.Flags().StringVar(&f.out, "out", "", "where the network goes; NAME-GRADE in the data directory if this is not given")
	cmd.Flags().StringVar(&f.grade, "grade", quantize.Grades[0].Name, gradeNames())
	cmd.Flags().StringVar(&f.deepest, "to", "conv5_1", "the last layer that is kept; recipes look no deeper than relu5_1")
	cmd.Flags().IntVar(&f.threads, "threads", 0, "threads; 0 takes every processor")
	addDataFlag(cmd, &f.data)
	require(cmd, "images")
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) }
	return cmd
}

// gradeNames lists the grades with what each is for.
func gradeNames() string {
	var names []string
	for _, g := range quantize.Grades {
		names = append(names, g.Name+" ("+g.Help+")")
	}
	return strings.Join(names, ", ")
}

func (f *quantizeFlags) run(cmd *cobra.Command, network string) error {
	if err := within(between("threads", f.threads, 0, 1024, "")); err != nil {
		return err
	}
	g := slices.IndexFunc(quantize.Grades, func(g quantize.Grade) bool { return g.Name == f.grade })
	if g < 0 {
		return wrongUse("There is no grade %q; choose one of %s.", f.grade, gradeNames())
	}
	w, entry, err := f.load(cmd, network)
	if err != nil {
		return err
	}
	out := cmp.Or(f.out, filepath.Join(storeIn(f.data).Dir, entry.Name+"-"+f.grade+weights.Extension))
	files, err := pictureFiles(f.images)
	if err != nil {
		return err
	}
	q := &quantizing{cmd: cmd, be: cpu.New(f.threads), float: w, files: files}
	if err := q.round(cmd.Context(), quantize.Grades[g]); err != nil {
		return err
	}
	return q.write(out, entry.Metadata, f.grade)
}

// load reads a network in float32, down to the deepest layer that is asked for.
func (f *quantizeFlags) load(cmd *cobra.Command, network string) (*vgg.Weights, weights.Entry, error) {
	store := storeIn(f.data)
	w, err := store.Load(cmd.Context(), network)
	if err != nil {
		return nil, weights.Entry{}, err
	}
	entry, err := store.Look(network)
	if err != nil {
		return nil, entry, err
	}
	if entry.Quantised {
		return nil, entry, engine.Errorf(engine.InvalidWeights, "%s is in int8 already; give the float32 file that it was made from.", entry.Name)
	}
	last := slices.IndexFunc(w.Convs, func(c vgg.Conv) bool { return c.Name == f.deepest })
	switch {
	case last >= 0:
		w.Convs = w.Convs[:last+1]
	case cmd.Flags().Changed("to"):
		return nil, entry, engine.Errorf(engine.MissingLayer, "%s has no layer %q; it has conv1_1 to %s.", entry.Name, f.deepest, w.Convs[len(w.Convs)-1].Name)
	}
	return w, entry, nil
}

// pictureFiles reads the first pictures of a directory.
func pictureFiles(dir string) ([]engine.File, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, engine.Errorf(engine.Unreadable, "The pictures in %q cannot be read (%w); name a directory that is there.", dir, err)
	}
	var files []engine.File
	for _, e := range entries {
		if _, err := pixel.FormatOf(e.Name()); err != nil || len(files) == quantizePictures {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		files = append(files, engine.File{Name: e.Name(), Data: data})
	}
	if len(files) < 2 {
		return nil, engine.Errorf(engine.MissingPicture, "%q holds %d pictures; at least two are needed.", dir, len(files))
	}
	return files, nil
}

// A quantizing is a network on its way to fewer bits.
type quantizing struct {
	cmd       *cobra.Command
	be        backend.Trainer
	float     *vgg.Weights
	quantised *vgg.Weights
	files     []engine.File
}

func (q *quantizing) round(ctx context.Context, grade quantize.Grade) error {
	var pictures []quantize.Picture
	for _, f := range q.files {
		img, err := pixel.Decode(ctx, f)
		if err != nil {
			return err
		}
		b := img.Bounds()
		w, h := pixel.Fit(b.Dx(), b.Dy(), quantizeSize)
		pictures = append(pictures, quantize.Picture{W: w, H: h, Planes: pixel.Planes(img, w, h)})
	}
	var layers []quantize.Layer
	var err error
	if q.quantised, layers, err = quantize.Network(ctx, q.be, q.float, pictures, grade); err != nil {
		return err
	}
	off, err := quantize.Errors(ctx, q.be, q.quantised, q.float, pictures)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(q.cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "LAYER\tBITS\tSIGNAL TO NOISE\tWITH THE LARGEST SCALES\tFEATURE MAPS OFF BY")
	for i, l := range layers {
		fmt.Fprintf(t, "%s\t%d\t%.1f dB\t%.1f dB\t%.2f %%\n", l.Name, l.Bits, l.SNR, l.LargestScale, 100*off[q.float.Taps()[i]])
	}
	return t.Flush()
}

// paintSize is the longer side of the painting that shows the effect.
const paintSize = 128

// write writes the file and says what it does to a painting.
func (q *quantizing) write(path string, metadata map[string]string, grade string) error {
	all := maps.Clone(metadata)
	if all == nil {
		all = map[string]string{}
	}
	all["grade"] = grade
	file, err := weights.Marshal(q.quantised, all)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return unwritable(path, err)
	}
	if err := replaceFile(path, file); err != nil {
		return err
	}
	fmt.Fprintf(q.cmd.OutOrStdout(), "%s has %.2f MB.\n", path, float64(len(file))/1e6)
	if len(q.float.Convs) < 6 {
		return nil // too shallow to paint with
	}
	e, err := quantize.Paint(q.cmd.Context(), q.be, q.float, q.quantised, q.files[0], q.files[1], paintSize)
	if err != nil {
		return err
	}
	fmt.Fprintf(q.cmd.OutOrStdout(), "A painting of %s with %s closes %.2f %% of the gap in style that float32 closes; content distance %.3f of float32's.\n",
		q.files[0].Name, q.files[1].Name, 100*e.Mean, e.Content)
	return nil
}
