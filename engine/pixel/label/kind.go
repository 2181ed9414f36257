package label

import (
	"bytes"
	"slices"
)

// Kinds is how sentences name the files that package pixel reads.
const Kinds = "JPEG, PNG, WebP, GIF, BMP or TIFF"

// Kind returns what kind of file it is by its first bytes, as sentences name it, or ""
// for one that is not known. The second result says whether package pixel reads the kind;
// of the others only the name is known, so that a file is refused for what it is.
func Kind(file []byte) (name string, read bool) {
	starts := func(magics ...string) bool {
		return slices.ContainsFunc(magics, func(m string) bool { return bytes.HasPrefix(file, []byte(m)) })
	}
	switch {
	case isJPEG(file):
		return "JPEG", true
	case isPNG(file):
		return "PNG", true
	case isWebP(file):
		return "WebP", true
	case starts("GIF87a", "GIF89a"):
		return "GIF", true
	case starts("BM"):
		return "BMP", true
	case isTIFF(file), starts("II+\x00\x08\x00\x00\x00", "MM\x00+\x00\x08\x00\x00"):
		return "TIFF", true
	case len(file) >= 12 && string(file[4:8]) == "ftyp":
		return brand(file), false
	case starts("\xff\x0a", "\x00\x00\x00\x0cJXL "):
		return "JPEG XL", false
	case starts("\xff\x4f\xff\x51", "\x00\x00\x00\x0cjP  "):
		return "JPEG 2000", false
	case starts("8BPS"):
		return "Photoshop", false
	case starts("%PDF"):
		return "PDF", false
	case starts("<svg", "<?xml"):
		return "SVG", false
	case starts("\x00\x00\x01\x00"):
		return "icon", false
	case starts("v/1\x01"):
		return "OpenEXR", false
	case starts("#?RADIANCE", "#?RGBE"):
		return "Radiance HDR", false
	case starts("qoif"):
		return "QOI", false
	case starts("FUJIFILMCCD-RAW", "IIRO", "IIRS", "IIU\x00"):
		return "camera's raw", false
	case starts("P1", "P2", "P3", "P4", "P5", "P6", "P7"):
		return "Netpbm", false
	}
	return "", false
}

// brand names a file of ISO/IEC 14496-12's boxes by its brands, of which the first is the
// major one; ISO/IEC 23008-12 has those of pictures.
func brand(file []byte) string {
	box := file[8:min(len(file), 64)]
	has := func(brands ...string) bool {
		return slices.ContainsFunc(brands, func(b string) bool { return bytes.Contains(box, []byte(b)) })
	}
	switch {
	case has("avif", "avis"):
		return "AVIF"
	case has("heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"):
		return "HEIC"
	case has("crx "):
		return "camera's raw"
	}
	return "video"
}
