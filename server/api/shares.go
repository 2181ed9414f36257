package api

import "time"

// For how many days a share is kept: unless it is said, and at most.
const (
	ShareDays    = 30
	MaxShareDays = 90
)

// Shared answers POST /shares (201).
type Shared struct {
	ID          string      `json:"id" doc:"Unguessable name of the share"`
	DeleteToken string      `json:"delete_token" doc:"Secret that removes it, as Authorization: Bearer"`
	Expires     time.Time   `json:"expires" doc:"When it is removed"`
	Links       SharedLinks `json:"links"`
}

// SharedLinks are the addresses of a share, as paths.
type SharedLinks struct {
	Self string `json:"self" doc:"The envelope"`
	Page string `json:"page" doc:"The page that opens it; the key follows after #, and is never sent"`
}

// ShareLimits are what a server takes as shares.
type ShareLimits struct {
	Bytes   int64 `json:"bytes" doc:"The largest envelope"`
	Days    int   `json:"days" doc:"How long one is kept unless it says otherwise"`
	MaxDays int   `json:"max_days" doc:"How long one is kept at most"`
}
