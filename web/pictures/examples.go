package pictures

// The pictures of our own, drawn by web/examples. The first of each are in place when the
// page opens.
var (
	exampleContents = []example{{"valley", "A valley"}, {"harbour", "A harbour"}}
	exampleStyles   = []example{
		{"strokes", "Brush strokes"}, {"glass", "Stained glass"}, {"hatching", "Woodcut"},
		{"mosaic", "Mosaic"}, {"marbling", "Marbled paper"}, {"points", "Pointillism"},
		{"waves", "Waves"}, {"wash", "Watercolour"}, {"deco", "Art deco"},
	}
)
