package api

import "time"

// Shared answers POST /shares (201).
type Shared struct {
	ID          string     `json:"id" doc:"Unguessable name of the share"`
	DeleteToken string     `json:"delete_token" doc:"Secret that deletes the share before it expires"`
	Expires     time.Time  `json:"expires" doc:"When it is deleted"`
	Links       ShareLinks `json:"links"`
}

// ShareLinks are the addresses of a share, as paths.
type ShareLinks struct {
	Self string `json:"self"`
	Page string `json:"page" doc:"What shows it, to who adds # and the key"`
}
