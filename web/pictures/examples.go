package pictures

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
	exampleContents = []example{{"fruit", "Fruit by a window"}, {"owl", "An owl"}, {"valley", "A valley"}, {"harbour", "A harbour"}}
	exampleStyles   = []example{
		{"night", "A night in oil"}, {"meadow", "A meadow at noon"}, {"dusk", "Dusk"}, {"glass", "Stained glass"},
		{"mosaic", "Mosaic"}, {"marbling", "Marbled paper"}, {"points", "Pointillism"},
		{"waves", "Waves"}, {"wash", "Watercolour"},
	}
)
