package main

import (
	"os"
	"time"

	"github.com/spf13/cobra"

	"trappedinart/engine"
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
	cmd.Flags().StringVar(&f.resume, "resume", "", "a file of --checkpoint to go on from, with the same pictures; its recipe counts")
}

// ask asks for checkpoints, and for going on from one.
func (f *checkpointFlags) ask(req *engine.Request) error {
	if f.file != "" {
		if f.every < time.Second {
			return wrongUse("Checkpoints are written every second at most: give --checkpoint-every 1s or more.")
		}
		if err := writable(f.file); err != nil {
			return err
		}
		req.CheckpointEvery = f.every
	}
	if f.resume == "" {
		return nil
	}
	const most = 4 << 30
	info, err := os.Stat(f.resume)
	if err == nil && info.Size() > most {
		return engine.Errorf(engine.TooLarge, "%s has more than 4 GiB and is no checkpoint.", f.resume)
	}
	if req.Checkpoint, err = os.ReadFile(f.resume); err != nil {
		return unreadable("checkpoint", f.resume, err)
	}
	return nil
}

// keep writes a checkpoint, if there is one.
func (f *checkpointFlags) keep(checkpoint []byte) error {
	if checkpoint == nil {
		return nil
	}
	return replaceFile(f.file, checkpoint)
}
