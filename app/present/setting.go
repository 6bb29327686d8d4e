package present

import (
	"lockstep/sync/api"
	"lockstep/sync/config"
)

// Coverage tells how well the path rules fit: "1 173 of 1 204 files found in Plex —
// 97.4 %".
func Coverage(c api.Mapping) string {
	if c.Total == 0 {
		return "No file to look for yet."
	}
	return Number(c.Covered) + " of " + Count(c.Total, "file", "files") + " found in Plex — " + Percent(float64(c.Covered)/float64(c.Total), 1)
}

// Tested is the answer of a Test button in one or two sentences.
func Tested(r api.TestResult) Line {
	words := sentence(r.Words)
	if r.Hint != "" {
		words += " " + sentence(r.Hint)
	}
	if r.OK {
		return Line{words, Good}
	}
	return Line{words, Warn}
}

// SecretPlace tells where secrets are kept.
func SecretPlace(in string) string {
	switch in {
	case "keyring":
		return "Kept in the keyring of your desktop."
	case "file":
		return "Kept in a file only you can read."
	case "environment":
		return "Taken from the environment."
	case "memory":
		return "Kept until Lockstep ends: there is no keyring. Allow a file under Privacy to keep it."
	}
	return ""
}

// SecretHint stands in an empty secret entry.
func SecretHint(stored bool) string {
	if stored {
		return "stored — type to replace it"
	}
	return "not set"
}

// SettingHint is the line under a setting: what it does and its range.
func SettingHint(o config.Option, overridden bool) string {
	words := o.Words
	if o.Range != "" {
		words += " (" + o.Range + ")"
	}
	if overridden {
		words += " Given on the command line or in the environment; a change here has no effect until that is gone."
	}
	return words
}
