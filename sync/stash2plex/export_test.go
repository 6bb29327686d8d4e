package stash2plex

import "time"

// Parse is parse with every file there is.
func Parse(raw map[string][]byte, now time.Time) Found {
	var files []File
	for _, l := range limits {
		files = append(files, File{l.name, Used})
	}
	return parse(raw, files, now)
}
