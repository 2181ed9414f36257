package main

import "time"

// sayFor is how long a sentence about something done stays.
const sayFor = 4 * time.Second

// words is every word of the page that does not come from the recipe's declarations
// or from the engine's errors: a translation replaces this one value.
var words = struct {
	Title, Private, Sent, Earlier                      string
	Pictures, Photograph, Styles, AddStyle, Drop       string
	ExamplePhotographs, ExampleStyles, Mix             string
	ContentInput, StyleInput, Camera                   string
	Remove                                             string
	Parts                                              map[string]struct{ Label, Of, Help string }
	Masks, EditMasks, MasksDone, MasksHelp, MaskKeys   string
	Layer, MaskOf, Keep, BrushSize, BrushSoftness      string
	Erase, Swap, Invert, Fill, Clear                   string
	Grow, Growing, GrowWhat                            string
	UndoMask, RedoMask, LoadMask, MaskInput            string
	MaskFile, KeepFile                                 string
	MaskHelp                                           map[string]string
	MasksTitle, MasksText, MasksYes, MasksNo           string
	Dials, Size, Network, FetchOnce, FetchRest         string
	Networks                                           map[string]string
	InNumbers, HelpOn, Reset, Undo, Redo               string
	Expert, Named, ResetAll                            string
	Run, Start, Stop, Pause, Resume, Progress          string
	Download, Format, NoFormat, Untitled               string
	Copy, Copied, NoClipboard, WebShare                string
	Compare, Result, Picture, View, Whole              string
	ZoomIn, ZoomOut, Beside, Dismiss, Close            string
	NeedBoth, NeedContent, NeedStyle                   string
	Idle, Reading, Opening, Making, Loading, Sending   string
	Scale, Running, Left, On                           string
	Seconds, ManyMinutes, ManyHours                    string
	Queued, Stopping, Paused, Interrupted              string
	Continues, Shown, Done, Stopped, Failed            string
	Fetching, FetchingKB, FetchingMB                   string
	Loss, ShowLoss, LossPicture, Iterations            string
	ContentLoss, StyleLoss                             string
	StopTitle, StopText, StopYes, StopNo               string
	PrintSize, PrintWhat, PrintFile                    string
	PrintSend, PrintKeep, SoMany, Days, Hours, Minutes string
	Share, ShareWhat, ShareOne, ShareBoth, ShareDays   string
	ShareSending, ShareSend, Day, Date                 string
	ShareTitle, ShareWith, Shared, SentShare           string
	Link, CopyLink, LinkCopied, LinkInAddress          string
	Revoke, Revoked, SentRevoked                       string
	ShareNotKept, ShareStays                           string
	SharedTitle, SharedOpening, SharedName, UseRecipe  string
	CopyRecipe, RecipeTaken, RecipeTitle               string
	RecipePart, RecipeNext, RecipeYes, RecipeNo        string
	RecipeFile, RecipeFileHelp, NoRecipe               string
	Panels, History, NoHistory, Kept, Entry            string
	Continue, Continued, Delete, DeleteAll             string
	DeleteTitle, DeleteText, DeleteYes, DeleteNo       string
	DeleteOneTitle, DeleteOneText, DeleteOneYes        string
	Gone, NoRoom                                       string
	Offline, NoNetwork, NoWorker, WrongWorkers, Busy   string
	NoPicture, FileTooLarge, PictureTooLarge           string
	TooManyStyles, WrongBackend                        string
}{
	Title:   "Trapped in Art",
	Private: "Nothing has left this device.",
	Sent:    "Sent %s (%s) to %s at %s; kept there until %s at most.",
	Earlier: "%d more",

	Pictures:           "Pictures",
	Photograph:         "Photograph",
	Styles:             "Style",
	ExamplePhotographs: "Example photographs",
	ExampleStyles:      "Example styles",
	Mix:                "Mix styles",
	AddStyle:           "Add a style",
	Drop:               "Choose, drop or paste",
	ContentInput:       "Content picture",
	StyleInput:         "Style picture",
	Camera:             "Take a photograph",
	Remove:             "Remove %s",
	Parts: map[string]struct{ Label, Of, Help string }{
		"style_weights": {"Weight", "Weight of %s", "How much this style counts; a double click makes it 1."},
		"style_scales":  {"Scale", "Scale of %s", "The size of this style's strokes beside the style scale; a double click makes it 1."},
	},

	Masks:         "Masks",
	EditMasks:     "Paint masks",
	MasksDone:     "Done painting",
	MasksHelp:     "Paint on the photograph where a style goes, or what stays as it is. A style that is painted nowhere goes where no other is; where none goes the photograph stays.",
	MaskKeys:      "Arrow keys move the brush, Space paints, Shift and arrow keys paint a line.",
	Layer:         "What is painted",
	MaskOf:        "Where “%s” goes",
	Keep:          "Keep the original here",
	BrushSize:     "Brush size",
	BrushSoftness: "Softness",
	Erase:         "Erase",
	Grow:          "Grow to edges",
	Growing:       "Looking for edges …",
	GrowWhat:      "Paint a stroke or two on a thing first; they will grow to its edges.",
	Swap:          "Swap",
	Invert:        "Invert",
	Fill:          "Fill",
	Clear:         "Clear",
	UndoMask:      "Undo painting",
	RedoMask:      "Redo painting",
	LoadMask:      "Load a mask from a file",
	MaskInput:     "Mask picture",
	MaskFile:      "mask-%d.png",
	KeepFile:      "keep.png",
	MaskHelp: map[string]string{
		"load":   "A picture that is white where something goes, and black where not.",
		"erase":  "The brush takes away what was painted.",
		"grow":   "A stroke or two on a thing grow to its edges, and stop at what is painted in the other layers.",
		"swap":   "Foreground and background change places: the region with the other style's, or with the rest.",
		"invert": "What was painted is free, and what was free is painted.",
		"fill":   "Paints everything.",
		"clear":  "Takes away everything.",
	},
	MasksTitle: "Drop the masks?",
	MasksText:  "Masks were painted on this photograph, and nothing has been made of them yet. They are gone if other pictures take its place.",
	MasksYes:   "Drop them",
	MasksNo:    "Keep this photograph",

	Dials:     "Settings",
	Size:      "Size",
	Network:   "Network",
	Networks:  map[string]string{"small": "Quick", "vgg19": "Finest (VGG-19)"},
	InNumbers: "%s in numbers",
	HelpOn:    "What is %s?",
	Reset:     "A double click takes the usual value.",
	Undo:      "Undo",
	Redo:      "Redo",
	Expert:    "Expert",
	Named:     "%s by name",
	ResetAll:  "Reset all settings",

	FetchOnce: "%s (%s to fetch once)",
	FetchRest: "%s (%s still to fetch)",

	Run:         "Painting",
	Start:       "Start",
	Stop:        "Stop",
	Pause:       "Pause",
	Resume:      "Resume",
	Progress:    "Progress",
	Download:    "Download",
	Format:      "File format",
	NoFormat:    "This browser cannot write %s files; choose another format.",
	Untitled:    "picture",
	Copy:        "Copy the result",
	Copied:      "Copied.",
	NoClipboard: "This browser does not let the page copy pictures; download the result instead.",
	WebShare:    "Share with another app",

	Compare: "Before and after",
	Result:  "Result",
	Picture: "The picture",
	View:    "View",
	Whole:   "Fit",
	ZoomIn:  "Zoom in",
	ZoomOut: "Zoom out",
	Beside:  "Beside the style",
	Dismiss: "Dismiss",
	Close:   "Close",

	NeedBoth:    "Choose a photograph and a painting.",
	NeedContent: "Choose a photograph.",
	NeedStyle:   "Choose a painting.",

	Idle:        "Ready.",
	Reading:     "Reading the picture …",
	Opening:     "Fetching it from the history …",
	Making:      "Making the file …",
	Loading:     "Getting ready …",
	Sending:     "Sending %s to %s …",
	Scale:       "Scale %d of %d.",
	Running:     "Scale %d of %d · %d of %d",
	Left:        " · %s left",
	On:          " · on %s",
	Seconds:     "%d s",
	ManyMinutes: "%d min",
	ManyHours:   "%.1f h",
	Queued:      "Waiting on the server, number %d in the queue …",
	Stopping:    "Stopping …",
	Paused:      "Paused.",
	Interrupted: "This painting was interrupted. Resume goes on where it was.",
	Continues:   "Ready to continue from this result.",
	Shown:       "From the history.",
	Done:        "Done in %s: %d × %d.",
	Stopped:     "Stopped after %s; this is as far as it got.",
	Failed:      "That did not work.",

	Fetching:   "Fetching the network …",
	FetchingKB: "Fetching the network: %d of %d KB",
	FetchingMB: "Fetching the network: %.1f of %.1f MB",

	Loss:        "Loss",
	ShowLoss:    "Show the loss in large",
	LossPicture: "Content and style loss over the iterations, on a logarithmic scale",
	Iterations:  "Iterations, over all scales",
	ContentLoss: "Content: %.3g",
	StyleLoss:   "Style: %.3g",

	StopTitle: "Stop this painting?",
	StopText:  "A painting is being made of these pictures. If you change them it is stopped; as far as it got it goes to the history.",
	StopYes:   "Stop it",
	StopNo:    "Keep painting",

	PrintSize: "Make it print size",
	PrintWhat: "%s (%s) and the settings will be sent to %s, painted there at the size you choose, and kept for at most %s.",
	PrintFile: "%s, %d × %d pixels, %s",
	PrintSend: "Send and paint",
	PrintKeep: "Keep everything here",
	SoMany:    "%d pictures",
	Days:      "%d days",
	Hours:     "%d hours",
	Minutes:   "%d minutes",

	Share:          "Share a link",
	ShareWhat:      "%s will be encrypted here and sent (%s) to %s, which keeps it for %s and cannot look at it: only who has the link can.",
	ShareOne:       "The painting",
	ShareBoth:      "The painting with the photograph",
	ShareDays:      "Keep it for",
	ShareTitle:     "Title (if you like)",
	ShareWith:      "With the photograph, for before and after",
	ShareSending:   "Encrypting and sending %s …",
	ShareSend:      "Encrypt and send",
	Day:            "1 day",
	Date:           "2 January, 15:04",
	Shared:         "Who has this link can see the painting until %s. Revoke deletes it before.",
	SentShare:      "%s, encrypted (%s), sent to %s at %s; kept there until %s.",
	Link:           "Link",
	CopyLink:       "Copy the link",
	LinkCopied:     "The link is copied.",
	LinkInAddress:  "This browser does not let the page copy; the link is now the page's address, copy it there.",
	Revoke:         "Revoke",
	Revoked:        "The link opens nothing any more.",
	SentRevoked:    "Deleted there at %s.",
	ShareNotKept:   "This browser could not note what is shared; once the page is closed the link cannot be revoked.",
	ShareStays:     "A link of what was deleted could not be revoked and works until %s.",
	SharedTitle:    "A painting for you",
	SharedOpening:  "Fetching and opening …",
	SharedName:     "The shared file",
	UseRecipe:      "Use this recipe",
	CopyRecipe:     "Copy recipe link",
	RecipeTaken:    "These are the settings of the recipe now; Undo brings yours back.",
	RecipeTitle:    "Take these settings now?",
	RecipePart:     "A painting is being made. What can change while it is painted changes at once; this waits for the next Start: %s.",
	RecipeNext:     "A painting is being made, and stays as it is: these settings wait for the next Start.",
	RecipeYes:      "Take them",
	RecipeNo:       "Leave mine",
	RecipeFile:     "Recipe from a painting",
	RecipeFileHelp: "A painting that was saved here has its recipe inside: choose or drop it to take its settings.",
	NoRecipe:       "There is no recipe in %q; choose a painting as it was saved here, or a recipe's own file.",

	Panels:         "Panels",
	History:        "History",
	NoHistory:      "Results will be kept here, in this browser only.",
	Kept:           "%d kept in this browser, %s",
	Entry:          "%s, %d × %d, %s",
	Continue:       "Continue from here",
	Continued:      "result.png",
	Delete:         "Delete this result",
	DeleteAll:      "Delete all",
	DeleteTitle:    "Delete the history?",
	DeleteText:     "%d results and the pictures they were made of will be deleted from this browser. That cannot be undone.",
	DeleteYes:      "Delete all of it",
	DeleteNo:       "Keep it",
	DeleteOneTitle: "Delete this result?",
	DeleteOneText:  "It will be deleted from this browser, with the pictures that nothing else here was made of. That cannot be undone.",
	DeleteOneYes:   "Delete it",
	Gone:           "This result is not in this browser any more.",
	NoRoom:         "This browser has no room to keep the result; download it, or delete some of the history.",

	Offline:         "The server does not answer as it should; check the connection and try again.",
	NoNetwork:       "There is no network %q here; there are %s.",
	NoWorker:        "The engine cannot be started in this browser; reload the page, or try a newer browser.",
	WrongBackend:    "In the page's address, backend must be cpu or webgpu; left out, the faster computes.",
	WrongWorkers:    "In the page's address, workers must be a number from 1 to %d; left out, all processors work.",
	Busy:            "A painting is being made already; stop it first, or wait until it is done.",
	NoPicture:       "%q is not a picture that this browser can read; use a JPEG, PNG, WebP, GIF or BMP file.",
	FileTooLarge:    "%q is larger than %d MB; choose a smaller file.",
	PictureTooLarge: "%q has %d × %d pixels, and this page takes %d million; make it smaller first.",
	TooManyStyles:   "There is room for %d styles; remove one first.",
}
