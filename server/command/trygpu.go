package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/backend/webgpu"
)

// A trial is what became of trying the GPU.
type trial struct {
	Transforms bool   `json:"transforms,omitempty"` // as of webgpu.Backend
	None       bool   `json:"none,omitempty"`       // there is no GPU
	Why        string `json:"why,omitempty"`        // it is not used
}

// trialTime is more than what webgpu.Choose waits for a GPU, which a driver that hangs does not
// let it.
const trialTime = 30 * time.Second

const tryGPU = "try-gpu"

// newTryGPUCommand tries the GPU in a process of its own: a driver that crashes or hangs ends that
// one only.
func newTryGPUCommand() *cobra.Command {
	var threads int
	cmd := &cobra.Command{
		Use: tryGPU, Short: "Try whether the GPU is worth it", Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var t trial
			b, err := webgpu.Choose(cmd.Context(), cpu.New(threads), false)
			if err != nil {
				t.None, t.Why = errors.Is(err, webgpu.ErrNone), err.Error()
			} else {
				t.Transforms = b.Transforms()
				b.Close()
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(t)
		},
	}
	cmd.Flags().IntVar(&threads, "threads", 0, "number of threads of the processor to compare with; 0 uses every processor")
	return cmd
}

// triedGPU returns the GPU if it has passed its trial, which all workers have together. The error
// says why it is not used.
func (f *computeFlags) triedGPU(ctx context.Context) (*webgpu.Backend, error) {
	if f.trial == nil {
		program, err := os.Executable()
		if err != nil {
			return nil, err
		}
		limited, stop := context.WithTimeoutCause(ctx, trialTime, fmt.Errorf("its driver does not answer within %s", trialTime))
		defer stop()
		t := readTrial(limited, exec.CommandContext(limited, program, tryGPU, "--threads", strconv.Itoa(f.threads)))
		f.trial = &t
	}
	if err := f.trial.err(); err != nil {
		return nil, err
	}
	return webgpu.OpenTried(ctx, f.trial.Transforms)
}

// err says why the GPU is not used.
func (t *trial) err() error {
	switch {
	case t.None:
		return fmt.Errorf("%w: %s", webgpu.ErrNone, t.Why)
	case t.Why != "":
		return errors.New(t.Why)
	}
	return nil
}

// readTrial runs a trial. What drivers print before its result does not matter.
func readTrial(ctx context.Context, cmd *exec.Cmd) trial {
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	switch {
	case ctx.Err() != nil:
		return trial{Why: context.Cause(ctx).Error()}
	case err != nil:
		return trial{Why: fmt.Sprintf("trying it failed: %v", err)}
	}
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	var t trial
	if err := json.Unmarshal(lines[len(lines)-1], &t); err != nil {
		return trial{Why: fmt.Sprintf("trying it gave no result: %v", err)}
	}
	return t
}
