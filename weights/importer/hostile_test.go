//go:build !js

package importer_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/weights/importer"
)

// allocated returns how many bytes f takes from the heap, given back or not.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// bound is the most memory that reading a file may take: bytes become float64, which
// become float32, which are put into another order.
func bound(data []byte) uint64 { return 16<<20 + 5*uint64(len(data)) }

// patch replaces the only or first place of old by new, of the same length.
func patch(t testing.TB, data []byte, old, new string) []byte {
	t.Helper()
	if len(old) != len(new) || !bytes.Contains(data, []byte(old)) {
		t.Fatalf("%q is not in the file, or not as long as %q", old, new)
	}
	return bytes.Replace(data, []byte(old), []byte(new), 1)
}

// put writes a number of 64 bits at the n-th place from where mark is.
func put(t testing.TB, data []byte, mark string, at int, v uint64) []byte {
	t.Helper()
	i := bytes.Index(data, []byte(mark))
	if i < 0 {
		t.Fatalf("%q is not in the file", mark)
	}
	data = slices.Clone(data)
	binary.LittleEndian.PutUint64(data[i+at:], v)
	return data
}

// pickled makes a PyTorch file of that pickle.
func pickled(t testing.TB, pickle string, more ...entry) []byte {
	return zipped(t, zip.Store, append([]entry{{"a/data.pkl", []byte(pickle)}}, more...)...)
}

// layerOf is the pickle of a dictionary that also holds conv1_1.bias.
func layerOf(class, key, count, offset, shape, stride string) string {
	first := tensorOf(class, key, count, offset, shape, stride)
	second := tensorOf("FloatStorage", "b", "K\x04", zero, "(K\x04t", "(K\x01t")
	return first[:len(first)-1] + strings.Replace(second[3:], "\x0e\x00\x00\x00conv1_1.weight", "\x0c\x00\x00\x00conv1_1.bias", 1)
}

// tensorOf is the pickle of a dictionary that holds conv1_1.weight.
func tensorOf(class, key, count, offset, shape, stride string) string {
	return "\x80\x02}X\x0e\x00\x00\x00conv1_1.weight" + "ctorch._utils\n_rebuild_tensor_v2\n(" +
		"(U\x07storagectorch\n" + class + "\nU\x01" + key + "U\x03cpu" + count + "tQ" + offset + shape + stride + "\x89NtRs."
}

const (
	seven     = "K\x07"
	zero      = "K\x00"
	count108  = "K\x6c"
	filter    = "(K\x04K\x03K\x03K\x03t"
	steps     = "(K\x1bK\x09K\x03K\x01t"
	twoGiB    = "J\xff\xff\xff\x7f"
	minus     = "J\xff\xff\xff\xff"
	tooLong   = "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f"
	undefined = math.MaxUint64
)

type hostile struct {
	name string
	data []byte
	says string
}

func TestReadRefuses(t *testing.T) {
	for _, tests := range [][]hostile{common(t), torchFiles(t), legacyFiles(t), kerasFiles(t), numpyFiles(t)} {
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "file")
				if err := os.WriteFile(path, test.data, 0o600); err != nil {
					t.Fatal(err)
				}
				var err error
				bytes := allocated(func() { _, err = importer.Read(t.Context(), path, importer.Options{Input: "caffe"}) })
				wantCode(t, err, engine.InvalidWeights, test.says)
				if bytes > bound(test.data) {
					t.Errorf("a file of %d bytes took %d", len(test.data), bytes)
				}
				if testing.Verbose() {
					t.Logf("%d bytes took %d KiB: %v", len(test.data), bytes>>10, err)
				}
			})
		}
	}
}

func common(t *testing.T) []hostile {
	all := parts(named("%s.weight"), named("%s.bias"))
	without := func(i int) []byte { return safetensors(nil, slices.Delete(slices.Clone(all), i, i+1)...) }
	with := func(i int, p part) []byte {
		list := slices.Clone(all)
		list[i] = p
		return safetensors(nil, list...)
	}
	good := safetensors(nil, all...)
	nan := floats(append(make([]float32, 107), float32(math.NaN())))
	return []hostile{
		{"nothing", nil, "no file of weights that this program reads"},
		{"a page", []byte("<html><body>Not found</body></html>"), "no file of weights"},
		{"a long header", append(binary.LittleEndian.AppendUint64(nil, 1<<20), []byte("{"+strings.Repeat(" ", 1<<20))...), "has 1024 KiB"},
		{"no JSON", append([]byte("\x04\x00\x00\x00\x00\x00\x00\x00{abc"), 0), "no whole safetensors file"},
		{"deep JSON", append(append(binary.LittleEndian.AppendUint64(nil, 40000), strings.Repeat(`{"a":`, 8000)...), make([]byte, 9)...), "no whole safetensors file"},
		{"cut numbers", good[:len(good)-1], "no whole safetensors file"},
		{"described wrong", safetensors(map[string]string{"input": "as it comes"}, all...), "do not say how pixels become"},

		{"no filters", without(0), "lacks the filters of conv1_1"},
		{"no biases", without(3), "lacks the biases of conv1_2"},
		{"no layer in the middle", safetensors(nil, append(slices.Clone(all[:2]), all[4:]...)...), "lacks the filters of conv1_2"},
		{"no layers", safetensors(nil, part{"classifier.0.weight", []int{1}, make([]byte, 4)}), "no convolution of a VGG-19"},
		{"VGG-16", safetensors(nil, append(slices.Clone(all), part{"features.17.weight", []int{1}, make([]byte, 4)})...), "it is another network's"},
		{"a layer twice", safetensors(nil, append(slices.Clone(all), part{"features.0.bias", []int{4}, make([]byte, 16)})...), "the same part"},
		{"filters of 1x1", with(0, part{"conv1_1.weight", []int{4, 3, 1, 1}, make([]byte, 48)}), "filters of 3x3"},
		{"TensorFlow's order in PyTorch", with(0, part{"conv1_1.weight", []int{3, 3, 3, 4}, make([]byte, 432)}), "filters of 3x3"},
		{"flat filters", with(0, part{"conv1_1.weight", []int{108}, make([]byte, 432)}), "four dimensions"},
		{"an empty layer", with(0, part{"conv1_1.weight", []int{0, 3, 3, 3}, nil}), "holds no filters"},
		{"channels that do not fit", with(2, part{"conv1_2.weight", []int{2, 3, 3, 3}, make([]byte, 216)}), `"conv1_2.weight" takes 3 channels where the layer before gives 4`},
		{"too few biases", with(1, part{"conv1_1.bias", []int{3}, make([]byte, 12)}), "where [4] is needed"},
		{"no number", with(0, part{"conv1_1.weight", []int{4, 3, 3, 3}, nan}), "infinite or not a number"},
		{"half precision", bytes.Replace(safetensors(nil, part{"conv1_1.weight", []int{4, 3, 3, 3}, make([]byte, 432)}, part{"conv1_1.bias", []int{4}, make([]byte, 16)}), []byte("F32"), []byte("I32"), 1), "is of type I32"},
	}
}

func torchFiles(t *testing.T) []hostile {
	good := sample(t, "torch.pth")
	both := func(class, key, count, offset, shape, stride string) []byte {
		return pickled(t, layerOf(class, key, count, offset, shape, stride), entry{"a/data/0", make([]byte, 432)}, entry{"a/data/b", make([]byte, 16)})
	}
	whole := layerOf("FloatStorage", "0", count108, zero, filter, steps)
	flate := zipped(t, zip.Deflate, entry{"a/data.pkl", []byte(whole)}, entry{"a/data/0", make([]byte, 432)}, entry{"a/data/b", make([]byte, 16)})
	return []hostile{
		{"torch: cut", good[:len(good)-30], "no whole .pth or .npz"},
		{"torch: cut in front", good[:200], "no whole .pth or .npz"},
		{"torch: numbers that do not begin", append(good[:4:4], bytes.ReplaceAll(good[4:], []byte("PK\x03\x04"), []byte("none"))...), "not a valid zip file"},
		{"torch: changed numbers", changed(t, good), "checksum error"},
		{"zip of something else", zipped(t, zip.Store, entry{"photo.jpg", nil}), "neither PyTorch's data.pkl nor"},
		{"zip of many", manyEntries(t), "directory is too long"},
		{"torch: high byte first", zipped(t, zip.Store, entry{"a/data.pkl", nil}, entry{"a/byteorder", []byte("big")}), "high byte first"},
		{"torch: no pickle", pickled(t, ""), "does not end"},
		{"torch: no end", pickled(t, "\x80\x02}"), "does not end"},
		{"torch: a bomb", zipped(t, zip.Deflate, entry{"a/data.pkl", bytes.Repeat([]byte("("), 1<<26)}), "does not end"},
		{"torch: marks", pickled(t, strings.Repeat("(", 30000)+"."), "no PyTorch file"},
		{"torch: dictionaries", pickled(t, strings.Repeat("ccollections\nOrderedDict\n)R", 1000)+"."), "no convolution of a VGG-19"},
		{"torch: a long text", pickled(t, "\x80\x02X\xff\xff\xff\xff."), "does not end"},
		{"torch: long bytes", pickled(t, "\x80\x03B\xff\xff\xff\x7f."), "does not end"},
		{"torch: a long frame", pickled(t, "\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7f}."), "does not end"},
		{"torch: runs a program", pickled(t, "cposix\nsystem\n(S'id'\ntR."), "uses operation 0x53"},
		{"torch: names a program", pickled(t, "cposix\nsystem\n(U\x02idtR."), `"posix.system"`},
		{"torch: names it otherwise", pickled(t, "\x80\x04\x8c\x02os\x8c\x06system\x93."), `"os.system"`},
		{"torch: a whole model", pickled(t, "\x80\x02ctorchvision.models.vgg\nVGG\n)\x81."), "save the model's state_dict()"},
		{"torch: an object", pickled(t, "c__builtin__\nobject\n)\x81."), "no PyTorch file"},
		{"torch: a number", pickled(t, "K\x01."), "no list of tensors"},
		{"torch: empty stack", pickled(t, "tRQ."), "no PyTorch file"},
		{"torch: key that is none", pickled(t, "ccollections\nOrderedDict\n)R}K\x01s."), "no convolution"},
		{"torch: a key with no hash", pickled(t, "ccollections\nOrderedDict\n)R}}su."), "no PyTorch file"},
		{"torch: two GiB", both("FloatStorage", "0", twoGiB, zero, filter, steps), "not described as PyTorch does"},
		{"torch: less than nothing", both("FloatStorage", "0", minus, zero, filter, steps), "not described as PyTorch does"},
		{"torch: beyond numbers", both("FloatStorage", "0", tooLong, zero, filter, steps), "not described as PyTorch does"},
		{"torch: other count", both("FloatStorage", "0", seven, zero, filter, steps), "reaches beyond"},
		{"torch: other size", both("DoubleStorage", "0", count108, zero, filter, steps), "holds 432 bytes where it says 108"},
		{"torch: half precision", both("HalfStorage", "0", count108, zero, filter, steps), "is of type half"},
		{"torch: no class", both("storage", "0", count108, zero, filter, steps), `"torch.storage"`},
		{"torch: no numbers", both("FloatStorage", "9", count108, zero, filter, steps), `lacks the numbers called "9"`},
		{"torch: far offset", both("FloatStorage", "0", count108, seven, filter, steps), "reaches beyond"},
		{"torch: offset below", both("FloatStorage", "0", count108, minus, filter, steps), "not described as PyTorch does"},
		{"torch: scattered", both("FloatStorage", "0", count108, zero, filter, "(K\x1bK\x09K\x03K\x02t"), "do not stand together"},
		{"torch: all at one place", both("FloatStorage", "0", count108, zero, filter, "(K\x00K\x00K\x00K\x00t"), "do not stand together"},
		{"torch: huge shape", both("FloatStorage", "0", count108, zero, "("+twoGiB+"K\x03K\x03K\x03t", steps), "not described as PyTorch does"},
		{"torch: many filters", both("FloatStorage", "0", count108, zero, "(J\xff\xff\xff\x3fK\x03K\x03K\x03t", steps), "where [1073741823] is needed"},
		{"torch: compressed", flate, "are compressed"},
	}
}

// changed returns the file with one bit of the numbers changed.
func changed(t *testing.T, data []byte) []byte {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	data = slices.Clone(data)
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/data/0") {
			at, err := f.DataOffset()
			if err != nil {
				t.Fatal(err)
			}
			data[at] ^= 1
		}
	}
	return data
}

func manyEntries(t *testing.T) []byte {
	var entries []entry
	for range 12000 {
		entries = append(entries, entry{name: "conv1_1.weight.npy"})
	}
	return zipped(t, zip.Store, entries...)
}

func legacyFiles(t *testing.T) []hostile {
	good := sample(t, "torch-legacy.pth")
	at := bytes.Index(good, floats(network().Convs[0].Weight))
	longer := slices.Clone(good)
	binary.LittleEndian.PutUint64(longer[at-8:], 1<<40)
	const magic = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
	const version = "\x80\x02M\xe9\x03."
	// 2^24 filters, of which the file has none.
	many := tensorOf("FloatStorage", "0", "J\x00\x00\x00\x1b", zero, "(J\x00\x00\x00\x01K\x03K\x03K\x03t", steps)
	biases := strings.Replace(tensorOf("FloatStorage", "b", "J\x00\x00\x00\x01", zero, "(J\x00\x00\x00\x01t", "(K\x01t"), "\x0e\x00\x00\x00conv1_1.weight", "\x0c\x00\x00\x00conv1_1.bias", 1)
	large := magic + version + "}." + many[:len(many)-1] + biases[3:] + "](U\x010e.\x00\x00\x00\x1b\x00\x00\x00\x00"
	return []hostile{
		{"legacy: numbers that are not there", []byte(large), "unexpected EOF"},
		{"legacy: marks", []byte(magic + version + "}." + strings.Repeat("(", 100<<10) + "."), "does not end"},
		{"legacy: cut", good[:len(good)-1], "unexpected EOF"},
		{"legacy: numbers cut", good[:at+3], "unexpected EOF"},
		{"legacy: only the magic", good[:20], "does not end"},
		{"legacy: another version", patch(t, good, "\x80\x02M\xe9\x03.", "\x80\x02M\xe8\x03."), "of another version"},
		{"legacy: another count", longer, "not as many numbers"},
		{"legacy: a program", patch(t, good, "ccollections\nOrderedDict\n", "ccollections\nOrderedDicx\n"), `"collections.OrderedDicx"`},
		{"legacy: other numbers", patch(t, good, "FloatStorage", "DublsStorage"), `"torch.DublsStorage"`},
	}
}

func kerasFiles(t *testing.T) []hostile {
	good := sample(t, "keras2.h5")
	tree := func(kind byte) string { return "TREE\x00" + string([]byte{kind}) }
	layout := "\x08\x00\x18\x00\x00\x00\x00\x00\x03\x01"
	shape := string(binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, 3), 4))
	root := binary.LittleEndian.Uint64(good[64:])
	cut := func(n int) []byte { return good[:n] }
	latest := slices.Clone(good)
	latest[8] = 3
	newGroup := slices.Clone(good)
	newGroup[root+16] = 6 // a link where the symbol table was
	return []hostile{
		{"keras: signature alone", cut(8), "no .h5 file"},
		{"keras: cut in front", cut(100), "no .h5 file"},
		{"keras: cut", cut(len(good) / 2), "no .h5 file"},
		{"keras: new version", latest, "libver='earliest'"},
		{"keras: root far away", put(t, good, "\x89HDF", 64, 1<<40), "unexpected EOF"},
		{"keras: root nowhere", put(t, good, "\x89HDF", 64, undefined), "unexpected EOF"},
		{"keras: names of everything", put(t, good, "HEAP", 8, 1<<40), "has no names"},
		{"keras: names beyond", put(t, good, "HEAP", 24, uint64(len(good))), "unexpected EOF"},
		{"keras: a heap that is none", patch(t, good, "HEAP", "HEAD"), "has no names"},
		{"keras: a tree of trees", patch(t, good, tree(0), tree(1)), "more members"},
		{"keras: a tree that is none", patch(t, good, "TREE", "TREF"), "more members"},
		{"keras: a node that is none", patch(t, good, "SNOD", "SNOE"), "no members"},
		{"keras: many members", put(t, good, "SNOD", 0, binary.LittleEndian.Uint64([]byte("SNOD\x01\x00\xff\xff"))), "no .h5 file"},
		{"keras: a group in itself", put(t, good, "SNOD", 8+8, root), "refers to one thing twice"},
		{"keras: a group twice", put(t, good, "SNOD", 8+40+8, binary.LittleEndian.Uint64(good[bytes.Index(good, []byte("SNOD"))+16:])), "refers to one thing twice"},
		{"keras: a link", put(t, good, "SNOD", 8+16, 2), "it has links"},
		{"keras: a group in two places", put(t, good, "SNOD", 8+24, 1<<20), "in two places"},
		{"keras: a group of links", newGroup, "libver='earliest'"},
		{"keras: two shapes", patch(t, good, layout, "\x01"+layout[1:]), "one thing twice"},
		{"keras: a name without end", endlessName(good), "a name is too long"},
		{"keras: a header without end", endlessHeader(good), "no .h5 file"},
		{"keras: chunks", patch(t, good, layout, layout[:9]+"\x02"), "stored in chunks"},
		{"keras: numbers beyond", put(t, good, layout, 10, uint64(len(good))), "more than the file holds"},
		{"keras: numbers nowhere", put(t, good, layout, 10, undefined), "more than the file holds"},
		{"keras: many filters", put(t, good, shape, 8, 1<<33), "where [1073741825] is needed"},
		{"keras: Theano's order", put(t, good, shape, 8, 5), "where [5] is needed"},
	}
}

// endlessName fills the first group's names.
func endlessName(good []byte) []byte {
	data := slices.Clone(good)
	at := bytes.Index(data, []byte("HEAP"))
	first := binary.LittleEndian.Uint64(data[at+24:])
	for i := range binary.LittleEndian.Uint64(data[at+8:]) {
		data[first+i] = 'x'
	}
	return data
}

// endlessHeader lets the first object's header go on in itself.
func endlessHeader(good []byte) []byte {
	data := slices.Clone(good)
	root := int(binary.LittleEndian.Uint64(data[64:]))
	binary.LittleEndian.PutUint16(data[root+16:], 16) // continuation
	binary.LittleEndian.PutUint16(data[root+18:], 16)
	binary.LittleEndian.PutUint64(data[root+24:], uint64(root+16))
	binary.LittleEndian.PutUint64(data[root+32:], 24)
	return data
}

func numpyFiles(t *testing.T) []hostile {
	weight := part{"conv1_1_W", []int{4, 3, 3, 3}, make([]byte, 432)}
	bias := part{"conv1_1_b", []int{4}, make([]byte, 16)}
	of := func(a []byte) []byte {
		return zipped(t, zip.Store, entry{"conv1_1_W.npy", a}, entry{"conv1_1_b.npy", array("<f4", bias.shape, bias.data)})
	}
	good := array("<f4", weight.shape, weight.data)
	long := slices.Clone(good)
	long[6] = 2
	binary.LittleEndian.PutUint32(long[8:], math.MaxUint32)
	raw := func(text string) []byte {
		text += strings.Repeat(" ", 117-len(text)) + "\n"
		return append(append([]byte("\x93NUMPY\x01\x00"), byte(len(text)), 0), text...)
	}
	return []hostile{
		{"numpy: another network's", npz(t, part{"conv1_9_W", []int{1}, make([]byte, 4)}), "another network's"},
		{"numpy: no array", of([]byte("not an array")), "no array"},
		{"numpy: nothing", of(nil), "no array"},
		{"numpy: a long header", of(long), "cut or too long"},
		{"numpy: cut", of(good[:200]), "not as many numbers"},
		{"numpy: more", of(append(slices.Clone(good), 0)), "not as many numbers"},
		{"numpy: half precision", of(patch(t, good, "<f4", "<f2")), "is of type <f2"},
		{"numpy: high byte first", of(patch(t, good, "<f4", ">f4")), "is of type >f4"},
		{"numpy: objects", of(patch(t, good, "<f4", "|O8")), "is of type |O8"},
		{"numpy: Fortran's order", of(append(raw("{'descr': '<f4', 'fortran_order': True, 'shape': (4, 3, 3, 3), }"), weight.data...)), "ascontiguousarray"},
		{"numpy: many numbers", of(array("<f4", []int{1 << 40, 1 << 40, 3, 3}, nil)), "not as many numbers"},
		{"numpy: below nothing", of(array("<f4", []int{-4, -3, 3, 3}, weight.data)), "not as many numbers"},
		{"numpy: no shape", of(raw("{'descr': '<f4', 'fortran_order': False, }")), "no whole .npz"},
		{"numpy: wrong way round", of(raw("{'shape': (4, 3), 'fortran_order': False, 'descr': '<f4', }")), "no whole"},
		{"numpy: empty header", of([]byte("\x93NUMPY\x01\x00\x00\x00  ")), "no whole"},
		{"numpy: told apart by nothing", npz(t, part{"conv1_1_W", []int{3, 3, 3, 3}, make([]byte, 324)}, part{"conv1_1_b", []int{3}, make([]byte, 12)}), "cannot be told apart"},
		{"numpy: a bomb", npz(t, part{"conv1_1_W", []int{1 << 18, 3, 3, 3}, make([]byte, 108<<18)}, part{"conv1_1_b", []int{4}, bias.data}), "more than 4 times its size"},
		{"numpy: a false sum", falseSum(t), "checksum error"},
	}
}

// falseSum makes an archive in which the checksum of a long array is wrong.
func falseSum(t *testing.T) []byte {
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	data := array("<f4", []int{64, 3, 3, 3}, make([]byte, 64*108)) // longer than what is read for its shape
	for _, name := range []string{"conv1_1_W.npy", "conv1_1_b.npy"} {
		if strings.HasSuffix(name, "_b.npy") {
			data = array("<f4", []int{64}, make([]byte, 256))
		}
		w, err := z.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(data) ^ uint32(len(data))&4096,
			CompressedSize64: uint64(len(data)), UncompressedSize64: uint64(len(data))})
		if err != nil {
			t.Fatal(err)
		}
		w.Write(data)
	}
	z.Close()
	return buf.Bytes()
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"torch.pth", "torch-legacy.pth", "keras1.h5", "numpy.npz"} {
		f.Add(sample(f, name))
	}
	f.Add(safetensors(nil, parts(numbered("features.%d.weight"), numbered("features.%d.bias"))...))
	f.Add(pickled(f, tensorOf("FloatStorage", "0", count108, zero, filter, steps)))
	f.Add([]byte("\x89HDF\r\n\x1a\n"))
	path := filepath.Join(f.TempDir(), "file")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		var err error
		bytes := allocated(func() { _, err = importer.Read(context.Background(), path, importer.Options{Input: "caffe"}) })
		if bytes > bound(data) {
			t.Errorf("a file of %d bytes took %d", len(data), bytes)
		}
		var e *engine.Error
		if err != nil && (!errors.As(err, &e) || e.Code != engine.InvalidWeights) {
			t.Errorf("the error is %v", err)
		}
	})
}
