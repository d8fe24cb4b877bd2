package wire

// SweepSummary is what one sweep did.
type SweepSummary struct {
	Expired  int `json:"expired"`  // offers that ended by the clock
	Waiting  int `json:"waiting"`  // waiting customers routed again
	Placed   int `json:"placed"`   // of those, who is somebody's (or offered) now
	Fallback int `json:"fallback"` // assigned after waiting too long
	Orphaned int `json:"orphaned"` // customers whose owner left or no longer serves them
	NightSummary
	Failed []FailedRoute `json:"failed,omitempty"`
}

// NightSummary is what the nightly part of a sweep did.
type NightSummary struct {
	Fitted   string `json:"fitted,omitempty"` // the model, where one was due
	NoFit    string `json:"noFit,omitempty"`  // why the data could not carry one
	Revalued int    `json:"revalued"`         // customers valued again
	Promoted int    `json:"promoted"`         // to the sales force, by their value
	Demoted  int    `json:"demoted"`          // back to a partner, by their value
	AtRisk   int    `json:"atRisk"`           // found likely to be lost, for the first time
	Census   string `json:"census,omitempty"` // the version taken
	// Unfinished: the time was up, or somebody else is at it; the next sweep of
	// the schedule goes on.
	Unfinished bool          `json:"unfinished,omitempty"`
	Failed     []FailedRoute `json:"-"`
}
