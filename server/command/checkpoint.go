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
}

func (f *checkpointFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.file, "checkpoint", "", "a file in which the run is kept while it goes on and when it is interrupted")
	cmd.Flags().DurationVar(&f.every, "checkpoint-every", 30*time.Second, "how often, from 1s")
	cmd.Flags().StringVar(&f.resume, "resume", "", "a file of --checkpoint to go on from, with the same pictures and its recipe; flags change what may change while it paints")
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
		return wrongUse("The checkpoint would be written over %s, which this command reads: name another file with --checkpoint.", input)
	}
	req.CheckpointEvery = f.every
	return writable(f.file, 0)
}

// begin gives a request its recipe, and returns the names of the styles' files. A run that
// goes on has the checkpoint's recipe, and is steered to what the flags change of it.
func (f *checkpointFlags) begin(req *engine.Request, flags *recipeFlags) (styles []string, err error) {
	if f.resume == "" {
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
		return nil, engine.Errorf(engine.TooLarge, "%s has more than 4 GiB and is no checkpoint.", path)
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
