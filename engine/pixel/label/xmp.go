package label

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"strings"

	"trappedinart/engine"
)

// The names of the recipe in XMP, and of what calibration found beside it.
const (
	space   = "urn:x-trapped-in-art:recipe#"
	element = "recipe"
	factor  = "style-factor"
)

const wrapping = "<?xpacket begin=\"\ufeff\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>" +
	`<x:xmpmeta xmlns:x="adobe:ns:meta/">` +
	`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
	`<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:art="` + space + `">` +
	`<xmp:CreatorTool>Trapped in Art</xmp:CreatorTool>` +
	`<art:` + element + `>%s</art:` + element + `>%s` +
	`</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>`

// packet returns the XMP packet with the recipe, and the style factor if it is not 0.
func packet(r engine.Recipe, styleFactor float64) []byte {
	found := ""
	if styleFactor > 0 {
		found = fmt.Sprintf(`<art:%s>%g</art:%[1]s>`, factor, styleFactor)
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(r.JSON(), &fields); err != nil {
		panic(err) // it was marshalled a moment ago
	}
	if strings.ContainsAny(r.Weights, `/\`) || strings.HasSuffix(r.Weights, ".safetensors") { // as package weights tells
		delete(fields, "weights")
	}
	text, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	return fmt.Appendf(nil, wrapping, html.EscapeString(string(text)), found)
}

// textIn returns the text of ours by that name in an XMP packet, as an element or, as some
// programs write it anew, as an attribute. Without one the error is io.EOF.
func textIn(packet []byte, name string) ([]byte, error) {
	ours := func(n xml.Name) bool { return n.Space == space && n.Local == name }
	d := xml.NewDecoder(bytes.NewReader(packet))
	for {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if ours(start.Name) {
			var text string
			err := d.DecodeElement(&text, &start)
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return []byte(text), err
		}
		for _, a := range start.Attr {
			if ours(a.Name) {
				return []byte(a.Value), nil
			}
		}
	}
}
