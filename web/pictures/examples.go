package pictures

import "trappedinart/web/words"

// AsOpened says whether there lie the pictures that the page opens with, and no others:
// those of which there is a finished painting.
func (s *Panel) AsOpened() bool {
	d := s.desk
	return d.Content != nil && d.Content.ID == exampleContents[0].id() && len(d.Styles) == 1 && d.Styles[0].ID == exampleStyles[0].id() && d.Masks == nil
}

// OpeningPath is the address of that painting.
func OpeningPath() string { return example{name: "opening"}.path() }

// The pictures of our own, drawn by web/examples. The first of each are in place when the
// page opens.
var (
	exampleContents = []example{{"fruit", words.Key("Fruit by a window")}, {"owl", words.Key("An owl")}, {"valley", words.Key("A valley")}, {"harbour", words.Key("A harbour")}}
	exampleStyles   = []example{
		{"night", words.Key("A night in oil")}, {"meadow", words.Key("A meadow at noon")}, {"dusk", words.Key("Dusk")}, {"glass", words.Key("Stained glass")},
		{"mosaic", words.Key("Mosaic")}, {"marbling", words.Key("Marbled paper")}, {"points", words.Key("Pointillism")},
		{"waves", words.Key("Waves")}, {"wash", words.Key("Watercolour")},
	}
)
