package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/spf13/cobra"

	"trappedinart/engine"
	"trappedinart/weights"
	"trappedinart/weights/importer"
)

// importing is the flags of every command that imports a file of weights.
type importing struct {
	name, input, data string
	force             bool
}

func (im *importing) add(cmd *cobra.Command, name string) {
	cmd.Flags().StringVar(&im.name, "name", name, "the name by which recipes ask for the network: letters, digits, - and _")
	cmd.Flags().BoolVar(&im.force, "force", false, "replace a network of that name")
	addDataFlag(cmd, &im.data)
}

func newNetworksImportCommand() *cobra.Command {
	im := &importing{}
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Take in a VGG-19 from a file: .safetensors, PyTorch's .pth, Keras' .h5 or NumPy's .npz",
		Long: "Take in a VGG-19 from a file: .safetensors, PyTorch's .pth, Keras' .h5 or NumPy's .npz.\n" +
			"The format and which VGG-19 it is are found out from the content; where nothing tells the\n" +
			"latter, --input says how the network wants its pictures.",
		Example: "  trapped networks import vgg19-dcbb9e9d.pth\n  trapped networks import mine.npz --name mine --input caffe",
	}
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return wrongUse("Import takes one file; see trapped networks import --help.")
		}
		return nil
	}
	im.add(cmd, "vgg19")
	cmd.Flags().StringVar(&im.input, "input", "", "if the file does not say: caffe (the original) or torchvision")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := im.check(); err != nil {
			return err
		}
		return im.run(cmd, args[0])
	}
	return cmd
}

// goodName is what names may be, so that each is a file on every system.
var goodName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func (im *importing) path() string {
	return filepath.Join(im.data, "weights", im.name+weights.Extension)
}

// check finds what is wrong before anything is read or downloaded.
func (im *importing) check() error {
	switch {
	case !goodName.MatchString(im.name):
		return wrongUse("A network's name has 1 to 64 letters, digits, - and _; %.80q is none.", im.name)
	case im.name == weights.FineName || im.name == weights.SmallName:
		return wrongUse("%q is a network in this program; choose another --name.", im.name)
	case im.input != "" && im.input != "caffe" && im.input != "torchvision":
		return wrongUse("The input is caffe or torchvision, not %.80q.", im.input)
	}
	return im.free()
}

// free says whether the network may be written.
func (im *importing) free() error {
	if im.force {
		return nil
	}
	_, err := os.Lstat(im.path())
	switch {
	case err == nil:
		return engine.Errorf(engine.Unwritable, "There is a network %q already; choose another --name, or replace it with --force.", im.name)
	case !errors.Is(err, fs.ErrNotExist):
		return unwritable(im.path(), err)
	}
	return nil
}

// run reads the file at path, writes the network, and says what it is.
func (im *importing) run(cmd *cobra.Command, path string) error {
	n, info, err := im.take(cmd.Context(), path)
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: %s, %s to %s.\nIt is in %s; use it with --network %s.\n",
		filepath.Base(path), kindSentence(n), info.Taps[0], info.Taps[len(info.Taps)-1], im.path(), im.name)
	return nil
}

func (im *importing) take(ctx context.Context, path string) (*importer.Network, weights.Info, error) {
	n, err := importer.Read(ctx, path, importer.Options{Input: im.input})
	if err != nil {
		return nil, weights.Info{}, err
	}
	data, err := weights.Marshal(n.Weights, n.Metadata)
	if err != nil {
		return nil, weights.Info{}, err
	}
	info, err := weights.Inspect(data) // the file's own metadata may be too long
	if err != nil {
		return nil, weights.Info{}, err
	}
	if err := ctx.Err(); err != nil {
		return nil, weights.Info{}, err
	}
	if err := os.MkdirAll(filepath.Dir(im.path()), 0o700); err != nil {
		return nil, weights.Info{}, unwritable(filepath.Dir(im.path()), err)
	}
	if err := im.free(); err != nil { // by now somebody else may have written it
		return nil, weights.Info{}, err
	}
	return n, info, replaceFile(im.path(), data)
}

func kindSentence(n *importer.Network) string {
	switch n.Kind {
	case importer.Original:
		if n.Weights.Input.BGR {
			return "the original VGG-19 (blue first, 0 to 255, less the mean)"
		}
		return "the original VGG-19, turned (red first, 0 to 255, less the mean)"
	case importer.Torchvision:
		return "torchvision's VGG-19 (red first, mean and deviation)"
	}
	return "a network with preprocessing of its own"
}
