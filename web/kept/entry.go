package kept

import (
	"time"
	"trappedinart/engine"
	"trappedinart/web/desk"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// An Entry of the history is a result that is kept in this browser.
type Entry struct {
	ID     string        `json:"id"`
	When   time.Time     `json:"when"`
	Work   desk.Work     `json:"work"`
	Width  int           `json:"width"`
	Height int           `json:"height"`
	Where  string        `json:"where,omitempty"` // the server that made it
	Share  *Share        `json:"share,omitempty"` // or nil
	Blob   app.Value     `json:"-"`               // a PNG file with the recipe inside
	URL    string        `json:"-"`               // of a small copy
	Recipe engine.Recipe `json:"-"`
}

// A Share is a result that a server keeps sealed, with what this browser alone knows of
// it: the key that opens it and the token that deletes it.
type Share struct {
	ID      string    `json:"id"`
	Token   string    `json:"token"`
	Link    string    `json:"link"`
	Expires time.Time `json:"expires"`
}

// Live says whether the server still has it, as far as is known here.
func (sh *Share) Live() bool { return sh != nil && time.Now().Before(sh.Expires) }
