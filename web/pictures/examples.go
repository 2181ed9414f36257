package pictures

import "trappedinart/web/words"

// The pictures of our own, drawn by web/examples. The first of each are in place when the
// page opens.
var (
	exampleContents = []example{{"valley", words.Key("A valley")}, {"harbour", words.Key("A harbour")}}
	exampleStyles   = []example{
		{"strokes", words.Key("Brush strokes")}, {"glass", words.Key("Stained glass")}, {"hatching", words.Key("Woodcut")},
		{"mosaic", words.Key("Mosaic")}, {"marbling", words.Key("Marbled paper")}, {"points", words.Key("Pointillism")},
		{"waves", words.Key("Waves")}, {"wash", words.Key("Watercolour")}, {"deco", words.Key("Art deco")},
	}
)
