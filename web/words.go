package main

// words is every word of the page that does not come from the recipe's declarations
// or from the engine's errors: a translation replaces this one value.
var words = struct {
	Title, Private, Sent                           string
	Photograph, Styles, Examples, AddStyle, Drop   string
	ContentInput, StyleInput, Remove               string
	Dials, Size, Network, FetchOnce, FetchRest     string
	Start, Stop, Pause, Resume, Paused             string
	Download, Compare, Result                      string
	NeedBoth, NeedContent, NeedStyle               string
	Idle, Loading, Running, Queued, Left, Stopping string
	Fetching, FetchingKB, FetchingMB               string
	Done, Stopped, Failed                          string
	PrintSize, PrintWhat, PrintSend, PrintKeep     string
	Offline, NoNetwork, NoWorker, Busy, NoPicture  string
	TooManyStyles                                  string
}{
	Title:   "Trapped in Art",
	Private: "Nothing has left this device.",
	Sent:    "Sent %s to %s at %s; kept there until %s at most.",

	Photograph:   "Photograph",
	Styles:       "Style",
	Examples:     "Examples",
	AddStyle:     "Add a style",
	Drop:         "Choose, drop or paste a picture",
	ContentInput: "Content picture",
	StyleInput:   "Style picture",
	Remove:       "Remove %s",

	Dials:   "Settings",
	Size:    "Size",
	Network: "Network",

	FetchOnce: "%s (%s to fetch once)",
	FetchRest: "%s (%s still to fetch)",

	Start:    "Start",
	Stop:     "Stop",
	Pause:    "Pause",
	Resume:   "Resume",
	Paused:   "Paused.",
	Download: "Download",
	Compare:  "Before and after",
	Result:   "Result",

	NeedBoth:    "Choose a photograph and a painting.",
	NeedContent: "Choose a photograph.",
	NeedStyle:   "Choose a painting.",

	Idle:    "Ready.",
	Loading: "Getting ready …",
	Running: "Scale %d of %d · %d of %d",
	Queued:  "Waiting on the server, number %d in the queue …",
	Left:    " · %s left",

	Fetching:   "Fetching the network …",
	FetchingKB: "Fetching the network: %d of %d KB",
	FetchingMB: "Fetching the network: %.1f of %.1f MB",

	Stopping: "Stopping …",
	Done:     "Done in %s.",
	Stopped:  "Stopped after %s; this is as far as it got.",
	Failed:   "That did not work.",

	PrintSize: "Make it print size",
	PrintWhat: "%s (%s) and the settings will be sent to %s, painted there at the size you choose, and kept for at most %s.",
	PrintSend: "Send and paint",
	PrintKeep: "Keep everything here",

	Offline:       "The server does not answer as it should; check the connection and try again.",
	NoNetwork:     "There is no network %q here; there are %s.",
	NoWorker:      "The engine cannot be started in this browser; reload the page, or try a newer browser.",
	Busy:          "A painting is being made already; stop it first, or wait until it is done.",
	NoPicture:     "%q is not a picture that this browser can read; use a JPEG, PNG, WebP, GIF or BMP file.",
	TooManyStyles: "There is room for %d styles; remove one first.",
}
