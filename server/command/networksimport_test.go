package command

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trappedinart/weights"
)

// testFile is a narrow network in Keras' format, which says nothing of its input.
func testFile(name string) string {
	return filepath.Join("..", "..", "weights", "importer", "testdata", name)
}

func TestImport(t *testing.T) {
	dir := t.TempDir()
	r := command(t, t.Context(), "networks", "import", testFile("keras1.h5"), "--input", "caffe", "--data", dir)
	path := filepath.Join(dir, "weights", "vgg19.safetensors")
	if r.code != exitDone || strings.Count(r.out, "\n") != 2 || !strings.Contains(r.out, "the original VGG-19") ||
		!strings.Contains(r.out, "relu1_1 to relu2_1") || !strings.Contains(r.out, path) {
		t.Fatalf("%+v", r)
	}
	first, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := weights.Inspect(first)
	if err != nil || info.Quantised || !info.Input.BGR || info.Metadata["file"] != "keras1.h5" || info.Metadata["kind"] != "original" {
		t.Errorf("what was written is %+v, %v", info, err)
	}

	// A network is not replaced by accident.
	again := []string{"networks", "import", testFile("torch.pth"), "--input", "torchvision", "--data", dir}
	if r := command(t, t.Context(), again...); r.code != exitFailed || !strings.Contains(r.err, "--force") {
		t.Errorf("%+v", r)
	}
	if now, _ := os.ReadFile(path); !bytes.Equal(now, first) {
		t.Error("it was replaced")
	}
	if r := command(t, t.Context(), append(again, "--name", "other_1-a")...); r.code != exitDone || !strings.Contains(r.out, "torchvision's VGG-19 (red first") {
		t.Errorf("%+v", r)
	}
	if r := command(t, t.Context(), append(again, "--force")...); r.code != exitDone {
		t.Errorf("%+v", r)
	}
	if now, _ := os.ReadFile(path); bytes.Equal(now, first) {
		t.Error("it was not replaced")
	}
	files, _ := os.ReadDir(filepath.Dir(path))
	if len(files) != 2 {
		t.Errorf("it leaves %v behind", files)
	}
	if r := command(t, t.Context(), "networks", "list", "--data", dir); !strings.Contains(r.out, "other_1-a  relu2_1") {
		t.Errorf("%+v", r)
	}
}

func TestImportWrongUse(t *testing.T) {
	dir := t.TempDir()
	good := testFile("torch.pth")
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no file":     {nil, exitWrongUse, "takes one file"},
		"two files":   {[]string{good, good}, exitWrongUse, "takes one file"},
		"small":       {[]string{good, "--name", "small"}, exitWrongUse, "choose another --name"},
		"elsewhere":   {[]string{good, "--name", "../vgg19"}, exitWrongUse, "letters, digits"},
		"empty":       {[]string{good, "--name", ""}, exitWrongUse, "letters, digits"},
		"dot":         {[]string{good, "--name", "a.b"}, exitWrongUse, "letters, digits"},
		"input":       {[]string{good, "--input", "keras"}, exitWrongUse, "caffe or torchvision"},
		"not there":   {[]string{filepath.Join(dir, "nothing.pth")}, exitFailed, "nothing.pth"},
		"not weights": {[]string{"networksimport_test.go"}, exitFailed, "networksimport_test.go: This is no file of weights"},
		"unknown":     {[]string{good}, exitFailed, "give --input caffe"},
		"unwritable":  {[]string{good, "--input", "caffe", "--data", good}, exitFailed, "cannot be written"},
	} {
		r := command(t, t.Context(), append([]string{"networks", "import", "--data", dir}, c.args...)...)
		if r.code != c.code || !strings.Contains(r.err, c.says) {
			t.Errorf("%s: exit code %d and %q, want %d and %q", name, r.code, r.err, c.code, c.says)
		}
	}
	if files, _ := os.ReadDir(dir); len(files) != 0 {
		t.Errorf("it leaves %v behind", files)
	}
}
