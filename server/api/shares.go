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
	Page string `json:"page" doc:"The page that shows it; the reader appends # and the key"`
}

// ShareLimits are what a server takes as shares.
type ShareLimits struct {
	Bytes       int64 `json:"bytes" doc:"The largest sealed envelope"`
	DefaultDays int   `json:"default_days" doc:"For how many days one is kept unless it is said"`
	MaxDays     int   `json:"max_days"`
}
