// Package words has every word of the page that does not come from the recipe's declarations or
// from the engine's errors, by the feature that says it: a translation replaces this package.
package words

// The page.
const (
	Title   = "Trapped in Art"
	Private = "Nothing has left this device."
	Sent    = "Sent %s (%s) to %s at %s. They are deleted there by %s at the latest."
	Earlier = "%d more"
)

// Photograph and styles.
const (
	Pictures           = "Pictures"
	Photograph         = "Photograph"
	Styles             = "Style"
	ExamplePhotographs = "Example photographs"
	ExampleStyles      = "Example styles"
	Mix                = "Mix styles"
	AddStyle           = "Add a style"
	Drop               = "Choose, drop or paste"
	ContentInput       = "Content picture"
	StyleInput         = "Style picture"
	Camera             = "Take a photograph"
	Remove             = "Remove %s"
)

// Masks, and their editor.
const (
	Masks         = "Masks"
	EditMasks     = "Paint masks"
	MasksDone     = "Done painting"
	MasksHelp     = "Paint where each style applies, or which parts stay unchanged. A style without a mask fills what is left; parts that no style fills keep the photograph."
	MaskKeys      = "Arrow keys move the brush, Space paints, Shift with an arrow key paints a line."
	Layer         = "What is painted"
	MaskOf        = "Where “%s” applies"
	Keep          = "Keep the original here"
	BrushSize     = "Brush size"
	BrushSoftness = "Softness"
	Erase         = "Erase"
	Grow          = "Grow to edges"
	Growing       = "Looking for edges …"
	GrowWhat      = "Paint a stroke or two on an object first; they then grow to its edges."
	Swap          = "Swap"
	Invert        = "Invert"
	Fill          = "Fill"
	Clear         = "Clear"
	UndoMask      = "Undo painting"
	RedoMask      = "Redo painting"
	LoadMask      = "Load a mask from a file"
	MaskInput     = "Mask picture"
	MaskFile      = "mask-%d.png"
	KeepFile      = "keep.png"
	MasksTitle    = "Discard the masks?"
	MasksText     = "You painted masks on this photograph and have not used them yet. Another photograph discards them."
	MasksYes      = "Discard them"
	MasksNo       = "Keep this photograph"
)

// Settings.
const (
	Dials     = "Settings"
	Size      = "Size"
	Network   = "Network"
	InNumbers = "%s in numbers"
	HelpOn    = "What is %s?"
	Reset     = "Double-click to reset."
	Undo      = "Undo"
	Redo      = "Redo"
	Expert    = "Expert"
	Named     = "%s by name"
	ResetAll  = "Reset all settings"

	SizeAuto   = "Auto"
	SizeAutoOf = "Auto (%d px)"
	SizeOwn    = "As the photograph (%d px)"
	Pixels     = "%d px"

	ForecastWaits  = "How long it takes is known once the network is on this device."
	ForecastLooks  = "Looking how fast this device is …"
	ForecastAuto   = "The largest that this device paints in about half a minute: %s."
	ForecastBudget = "The largest that this device paints in the time budget: %s."
	ForecastOwn    = "As large as the photograph: %s."
	ForecastLeast  = "The smallest that Auto chooses: %s."
	Forecast       = "On this device: %s."
	ForecastTakes  = "about %s and %s of memory"
	ForecastBlocks = "about %s and %s of memory, in %d blocks without seams"

	FetchOnce = "%s (downloads %s once)"
	FetchRest = "%s (%s left to download)"
)

// A run, and what is done with its result.
const (
	Run         = "Painting"
	Start       = "Start"
	Stop        = "Stop"
	Pause       = "Pause"
	Resume      = "Resume"
	Progress    = "Progress"
	Download    = "Download"
	Format      = "File format"
	NoFormat    = "This browser cannot write %s files. Choose another format."
	Untitled    = "picture"
	Copy        = "Copy the result"
	Copied      = "Copied."
	NoClipboard = "This browser does not let the page copy pictures. Download the result instead."
	WebShare    = "Share with another app"
)

// The picture.
const (
	Compare = "Before and after"
	Result  = "Result"
	Picture = "The picture"
	View    = "View"
	Whole   = "Fit"
	ZoomIn  = "Zoom in"
	ZoomOut = "Zoom out"
	Beside  = "Beside the style"
	Dismiss = "Dismiss"
	Close   = "Close"
)

// What a run waits for, and how far it is.
const (
	NeedBoth    = "Choose a photograph and a painting."
	NeedContent = "Choose a photograph."
	NeedStyle   = "Choose a painting."

	Idle        = "Ready."
	Opens       = "This was painted from the photograph. Choose your own, or press Start and watch."
	Reading     = "Reading the picture …"
	Opening     = "Opening the result …"
	Making      = "Making the file …"
	Loading     = "Getting ready …"
	Sending     = "Sending %s to %s …"
	Scale       = "Scale %d of %d."
	Running     = "Scale %d of %d · %d of %d"
	Left        = " · %s left"
	On          = " · on %s"
	Seconds     = "%d s"
	ManyMinutes = "%d min"
	ManyHours   = "%.1f h"
	Queued      = "Waiting on the server, number %d in the queue …"
	Stopping    = "Stopping …"
	Paused      = "Paused."
	Interrupted = "This painting was interrupted. Resume continues where it stopped."
	Continues   = "Ready to continue from this result."
	Shown       = "From the history."
	Done        = "Done in %s: %d × %d."
	Stopped     = "Stopped after %s. This is the result so far."
	Failed      = "That did not work."

	Fetching   = "Fetching the network …"
	FetchingKB = "Fetching the network: %d of %d KB"
	FetchingMB = "Fetching the network: %.1f of %.1f MB"
)

// A network that the server can fetch.
const (
	FetchOffer      = "Finest: let this server fetch VGG-19"
	FetchOfferOf    = "Finest: let this server fetch VGG-19 (%s, once)"
	FetchGoOn       = "Finest: let this server go on fetching VGG-19 (%s to come)"
	FetchOperator   = "Finest (VGG-19) is not here. Who operates this server can fetch it there, with trapped weights fetch or trapped serve --fetch-weights."
	FetchChecking   = "Checking what came …"
	FetchQuantising = "Making it small for browsers …"
	FetchHere       = "VGG-19 is here, and chosen."
	FetchProgress   = "Fetching by the server"
)

// The losses.
const (
	Loss        = "Loss"
	ShowLoss    = "Show the loss in large"
	LossPicture = "Content and style loss over the iterations, on a logarithmic scale"
	Iterations  = "Iterations, over all scales"
	ContentLoss = "Content: %.3g"
	StyleLoss   = "Style: %.3g"
)

// Before a run is stopped.
const (
	StopTitle = "Stop this painting?"
	StopText  = "These pictures are being painted. Changing them stops the painting; the result so far goes to the history."
	StopYes   = "Stop it"
	StopNo    = "Keep painting"
)

// Print size.
const (
	PrintSize = "Make it print size"
	PrintWhat = "%s (%s) and the settings will be sent to %s, painted there at the size you choose, and kept for at most %s."
	PrintFile = "%s, %d × %d pixels, %s"
	PrintSend = "Send and paint"
	PrintKeep = "Keep everything here"
	SoMany    = "%d pictures"
	Days      = "%d days"
	Hours     = "%d hours"
	Minutes   = "%d minutes"
)

// Shares and recipes.
const (
	Share          = "Share a link"
	ShareWhat      = "%s will be encrypted on this device and sent (%s) to %s, which keeps it for %s. Only people with the link can open it."
	ShareOne       = "The painting"
	ShareBoth      = "The painting with the photograph"
	ShareDays      = "Keep it for"
	ShareTitle     = "Title (optional)"
	ShareWith      = "With the photograph, for before and after"
	ShareSending   = "Encrypting and sending %s …"
	ShareSend      = "Encrypt and send"
	Day            = "1 day"
	Date           = "2 January, 15:04"
	Shared         = "Anyone with this link can see the painting until %s. Revoke deletes it sooner."
	SentShare      = "%s, encrypted (%s), was sent to %s at %s. It is deleted there by %s."
	Link           = "Link"
	CopyLink       = "Copy the link"
	LinkCopied     = "The link is copied."
	LinkInAddress  = "This browser does not let the page copy. The link is now in the address bar; copy it there."
	Revoke         = "Revoke"
	Revoked        = "The link no longer opens anything."
	SentRevoked    = "Deleted there at %s."
	ShareNotKept   = "This browser could not save the link. Keep this page open if you may want to revoke it."
	ShareStays     = "The share link of a deleted result could not be revoked. It works until %s."
	SharedTitle    = "A painting for you"
	SharedOpening  = "Fetching and opening …"
	SharedName     = "The shared file"
	UseRecipe      = "Use this recipe"
	CopyRecipe     = "Copy recipe link"
	RecipeTaken    = "The settings are now those of the recipe. Undo restores yours."
	RecipeTitle    = "Take these settings now?"
	RecipePart     = "A painting is in progress. Some settings apply now. This waits for the next Start: %s."
	RecipeNext     = "A painting is in progress and stays as it is. These settings apply from the next Start."
	RecipeYes      = "Take them"
	RecipeNo       = "Leave mine"
	RecipeFile     = "Recipe from a painting"
	RecipeFileHelp = "A painting saved here contains its recipe: choose or drop it to take its settings."
	NoRecipe       = "There is no recipe in %q. Choose a painting that was saved here, or a recipe file."
)

// The history.
const (
	Panels         = "Panels"
	History        = "History"
	NoHistory      = "Results will be kept here, in this browser only."
	Kept           = "%d kept in this browser, %s"
	Entry          = "%s, %d × %d, %s"
	Continue       = "Continue from here"
	Continued      = "result.png"
	Delete         = "Delete this result"
	DeleteAll      = "Delete all"
	DeleteTitle    = "Delete the history?"
	DeleteText     = "%d results and the pictures they were made of will be deleted from this browser. This cannot be undone."
	DeleteYes      = "Delete all of it"
	DeleteNo       = "Keep it"
	DeleteOneTitle = "Delete this result?"
	DeleteOneText  = "It is deleted from this browser, together with pictures that no other result uses. This cannot be undone."
	DeleteOneYes   = "Delete it"
	Gone           = "This result is no longer in this browser."
	NoRoom         = "This browser has no room for the result. Download it, or delete some of the history."
)

// Errors.
const (
	WrongBackend    = "The address's backend= must be cpu, webgpu or fastest. Leave it out to paint on the processor."
	WrongWorkers    = "The address's workers= must be 1 to %d. Leave it out to use all processors."
	NoPicture       = "%q is not a picture that this browser can read. Use a JPEG, PNG, WebP, GIF or BMP file."
	FileTooLarge    = "%q is larger than %d MB. Choose a smaller file."
	PictureTooLarge = "%q has %d × %d pixels; this page takes up to %d million. Make it smaller first."
	TooManyStyles   = "You can use at most %d styles. Remove one first."
)

// Words for names: of settings that each style has for itself, of what the editor of masks does, of
// networks.
var (
	Parts = map[string]struct{ Label, Of, Help string }{
		"style_weights": {"Weight", "Weight of %s", "How much this style counts. Double-click for 1."},
		"style_scales":  {"Scale", "Scale of %s", "The size of this style's strokes, relative to the style scale. Double-click for 1."},
	}
	MaskHelp = map[string]string{
		"load":   "A black-and-white picture; white marks the area.",
		"erase":  "The brush erases.",
		"grow":   "Grows your strokes to the edges of the object, and stops at what is painted in other layers.",
		"swap":   "Exchanges this area with the other style's area, or with everything outside it.",
		"invert": "Swaps painted and unpainted areas.",
		"fill":   "Paints everything.",
		"clear":  "Erases everything.",
	}
	Networks = map[string]string{"fine": "Fine", "small": "Quick, for slow devices", "vgg19": "Finest (VGG-19)"}
)
