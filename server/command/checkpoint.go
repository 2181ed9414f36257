package command

import (
	"os"
	"time"

	"github.com/spf13/cobra"

	"trappedinart/engine"
	"trappedinart/engine/transfer"
)

// checkpointFlags keep a run on disk.
type checkpointFlags struct {
	file   string
	every  time.Duration
	resume string
	larger string
}

func (f *checkpointFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.file, "checkpoint", "", "save the run to this file while it paints and when it is interrupted")
	cmd.Flags().DurationVar(&f.every, "checkpoint-every", 30*time.Second, "how often to save the checkpoint, at least 1s")
	cmd.Flags().StringVar(&f.larger, "larger", "", "continue from this finished painting of the same pictures at twice its size, or at --size, with its recipe")
	cmd.Flags().StringVar(&f.resume, "resume", "", "continue from a file that --checkpoint saved, with the same pictures; flags can change the settings that may change while it paints")
}

// ask asks for checkpoints.
func (f *checkpointFlags) ask(req *engine.Request) error {
	if f.file == "" {
		return nil
	}
	if err := within(atLeast("checkpoint-every", f.every, time.Second)); err != nil {
		return err
	}
	if input := sameFile(f.file, inputs(req)); input != "" {
		return wrongUse("The checkpoint would overwrite %s, which this command reads. Name another file with --checkpoint.", input)
	}
	req.CheckpointEvery = f.every
	return writable(f.file, 0)
}

// begin gives a request its recipe, and returns the names of the styles' files. A run that
// goes on has the checkpoint's recipe, and is steered to what the flags change of it.
func (f *checkpointFlags) begin(req *engine.Request, flags *recipeFlags) (styles []string, err error) {
	if f.larger != "" {
		if req.Smaller, err = readFile(f.larger); err != nil {
			return nil, err
		}
	}
	if f.resume == "" {
		flags.smaller = f.larger
		req.Recipe, styles, err = flags.withStyles()
		return styles, err
	}
	if req.Checkpoint, err = readCheckpoint(f.resume); err != nil {
		return nil, err
	}
	if req.Recipe, err = transfer.RecipeOf(req.Checkpoint); err != nil {
		return nil, err
	}
	next, styles, err := flags.steered(req.Recipe)
	if err != nil {
		return nil, err
	}
	req.Control = &engine.Control{}
	return styles, req.Control.Change(next)
}

func readCheckpoint(path string) ([]byte, error) {
	const most = 4 << 30
	info, err := os.Stat(path)
	if err == nil && info.Size() > most {
		return nil, engine.Errorf(engine.TooLarge, "%s is larger than 4 GiB, so it is not a checkpoint.", path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, unreadable("checkpoint", path, err)
	}
	return data, nil
}

// keep writes a checkpoint, if there is one.
func (f *checkpointFlags) keep(checkpoint []byte) error {
	if checkpoint == nil {
		return nil
	}
	return replaceFile(f.file, checkpoint)
}
