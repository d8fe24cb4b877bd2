// Package fairlead holds which version of Fairlead this source is. It owns the
// file VERSION and nothing else; the programs name it, no room does.
package fairlead

import (
	_ "embed"
	"strings"
)

//go:embed VERSION
var file string

// Version is what VERSION says, in the form of semver.org without a leading v:
// 0.5.0 of a release, 0.6.0-dev of what comes after it.
var Version = strings.TrimSpace(file)
