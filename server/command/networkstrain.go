package command

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/backend/cpu"
	"trappedinart/weights"
	"trappedinart/weights/train"
)

// trainFlags are the flags of trapped networks train.
type trainFlags struct {
	train.Options
	teacher, images, out string
	pooling, from        string
	licence              string
	threads              int
	data                 string
}

// newNetworksTrainCommand trains a small network.
func newNetworksTrainCommand() *cobra.Command {
	var f trainFlags
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Train a small network to see as VGG-19 does",
		Long: "Train a network with fewer channels to predict what VGG-19 sees at relu1_1 to relu3_2.\n" +
			"The state is kept beside the result, in FILE.state, and the errors are written to FILE.csv:\n" +
			"the same command goes on where it was stopped.",
		Example: "  trapped networks train --teacher vgg19 --images pictures --out small.safetensors",
		Args:    cobra.NoArgs,
	}
	f.add(cmd)
	require(cmd, "teacher", "images", "out")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := f.check(); err != nil {
			return err
		}
		t, err := f.trainer(cmd.Context())
		if err != nil {
			return err
		}
		r := &training{Trainer: t, cmd: cmd, out: f.out, licence: f.licence}
		return r.run(cmd.Context())
	}
	return cmd
}

func (f *trainFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.teacher, "teacher", "", "the name or file of the VGG-19 that teaches")
	flags.StringVar(&f.images, "images", "", "a directory of pictures")
	flags.StringVar(&f.out, "out", "", "where the network goes: a .safetensors file")
	flags.IntSliceVar(&f.Widths, "widths", []int{16, 16, 32, 32, 96, 96}, "channels of conv1_1, conv1_2, conv2_1, conv2_2, conv3_1, conv3_2")
	flags.IntVar(&f.Steps, "steps", 20000, "how many steps, in all")
	flags.IntVar(&f.Batch, "batch", 16, "crops of a step")
	flags.IntVar(&f.Side, "side", 80, "width and height of a crop, in pixels, a multiple of 4")
	flags.Float64Var(&f.Rate, "rate", 4e-3, "the highest learning rate of Adam")
	flags.Float64Var(&f.Gram, "gram", 0, "weight of the loss on Gram matrices beside that on features")
	flags.Float64Var(&f.Painted, "painted", 0.3, "share of crops that are taken from pictures painted with the network itself")
	flags.StringVar(&f.pooling, "pooling", engine.PoolMax, "how teacher and student pool: max, as VGG-19 was trained, or avg")
	flags.StringVar(&f.from, "from", "", "a network, or the .state of a training, of the same widths to begin from")
	flags.Uint64Var(&f.Seed, "seed", 1, "another seed draws other crops")
	flags.StringVar(&f.licence, "licence", "", "what the network's file says of its licence")
	flags.IntVar(&f.threads, "threads", runtime.GOMAXPROCS(0), "threads")
	addDataFlag(cmd, &f.data)
}

func (f *trainFlags) check() error {
	if filepath.Ext(f.out) != weights.Extension {
		return wrongUse("The network's file must end in %s.", weights.Extension)
	}
	switch f.pooling {
	case engine.PoolMax:
		f.Pooling = backend.Maximum
	case engine.PoolAverage:
	default:
		return wrongUse("Pooling is max or avg.")
	}
	return within(between("threads", f.threads, 1, 256, ""))
}

// trainer returns a training that begins anew, or from the parameters that are named.
func (f *trainFlags) trainer(ctx context.Context) (*train.Trainer, error) {
	w, err := storeIn(f.data).Load(ctx, f.teacher)
	if err != nil {
		return nil, err
	}
	var backends []backend.Trainer
	for range f.threads {
		backends = append(backends, cpu.New(1))
	}
	t, err := train.New(ctx, f.Options, w, f.images, backends)
	if err != nil {
		return nil, err
	}
	return t, beginFrom(ctx, t, storeIn(f.data), f.from)
}

// beginFrom gives a training the parameters of a file, if one is named.
func beginFrom(ctx context.Context, t *train.Trainer, store *weights.Store, file string) error {
	if file == "" {
		return nil
	}
	if filepath.Ext(file) == ".state" {
		old, err := os.ReadFile(file)
		if err != nil {
			return engine.Errorf(engine.Unreadable, "The training to begin from cannot be read (%w); name its .state file.", err)
		}
		return t.From(old, nil)
	}
	network, err := store.Load(ctx, file)
	if err != nil {
		return err
	}
	return t.From(nil, network)
}

// A training is a Trainer with its files.
type training struct {
	*train.Trainer
	cmd     *cobra.Command
	out     string
	licence string
	began   time.Time // as if all had been done in one run
}

// saveEvery is how often the state and the errors are written.
const saveEvery = 250 // steps

func (r *training) run(ctx context.Context) error {
	if err := r.resume(); err != nil {
		return err
	}
	r.began = time.Now().Add(-r.Spent)
	var sum train.Errors
	n := 0
	var stopped error
	for r.Step < r.Steps && stopped == nil {
		errs, err := r.Next(ctx)
		if err != nil && ctx.Err() == nil {
			return err
		}
		stopped = ctx.Err()
		sum.Add(&errs)
		n++
		if r.Step%10 == 0 {
			r.tell(&errs)
		}
		if r.Step%saveEvery == 0 || r.Step == r.Steps || stopped != nil {
			if err := r.save(&sum, n); err != nil {
				return err
			}
			sum, n = train.Errors{}, 0
		}
	}
	fmt.Fprintln(r.cmd.ErrOrStderr())
	return stopped
}

func (r *training) resume() error {
	data, err := os.ReadFile(r.out + ".state")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = r.Resume(data)
	}
	if err == nil {
		fmt.Fprintf(r.cmd.ErrOrStderr(), "Going on from step %d.\n", r.Step)
	}
	return err
}

// tell draws the progress bar.
func (r *training) tell(errs *train.Errors) {
	const wide = 30
	done := r.Step * wide / r.Steps
	bar := make([]byte, wide)
	for i := range bar {
		bar[i] = '.'
		if i < done {
			bar[i] = '#'
		}
	}
	fmt.Fprintf(r.cmd.ErrOrStderr(), "\r[%s] %d of %d, %s, errors %s ", bar, r.Step, r.Steps, time.Since(r.began).Round(time.Second), short(errs.Feature[:]))
}

func short(values []float64) string {
	text := ""
	for _, v := range values {
		text += fmt.Sprintf(" %.3f", v)
	}
	return text[1:]
}

// save writes the network, the state and a line of the log.
func (r *training) save(sum *train.Errors, n int) error {
	held, err := r.Held()
	if err != nil {
		return err
	}
	network := r.Network("small")
	if r.Step == r.Steps && r.cmd.Context().Err() == nil {
		if network, err = r.Finished(r.cmd.Context(), "small"); err != nil {
			return err
		}
	}
	metadata := map[string]string{
		"network": "VGG's first three blocks with fewer channels, trained to see as VGG-19 does",
		"source":  fmt.Sprintf("trapped networks train, %d steps of %+v", r.Step, r.Options),
	}
	if r.licence != "" {
		metadata["licence"] = r.licence
	}
	file, err := weights.Marshal(network, metadata)
	if err != nil {
		return err
	}
	r.Spent = time.Since(r.began)
	state, err := r.State()
	if err != nil {
		return err
	}
	for path, data := range map[string][]byte{r.out: file, r.out + ".state": state} {
		if err := replaceFile(path, data); err != nil {
			return err
		}
	}
	return r.log(sum, n, &held)
}

// replaceFile writes a file that is its owner's alone.
func replaceFile(path string, data []byte) error { return writeWhole(path, data, 0o600) }

func (r *training) log(sum *train.Errors, n int, held *train.Errors) error {
	path := r.out + ".csv"
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return unwritable(path, err)
	}
	w := csv.NewWriter(f)
	if at, err := f.Seek(0, 2); err == nil && at == 0 {
		row := []string{"step", "seconds"}
		for _, what := range []string{"feature", "held_feature", "held_gram"} {
			for l := range train.Layers {
				row = append(row, what+"_"+r.Taps()[l])
			}
		}
		w.Write(row)
	}
	row := []string{strconv.Itoa(r.Step), strconv.FormatFloat(time.Since(r.began).Seconds(), 'f', 0, 64)}
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }
	for _, v := range sum.Feature {
		row = append(row, number(v/float64(n)))
	}
	for _, list := range [][train.Layers]float64{held.Feature, held.Gram} {
		for _, v := range list {
			row = append(row, number(v))
		}
	}
	w.Write(row)
	w.Flush()
	return errors.Join(w.Error(), f.Close())
}
