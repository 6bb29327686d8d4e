package app

import (
	"crypto/rand"
	"os"
	"path/filepath"

	"lockstep/sync/file"
	"lockstep/sync/mask"
)

// maskKeyName is the file in the data folder with the key of the pseudonyms in the log.
// Whoever has it can try out which title one stands for; without it nobody can.
const maskKeyName = "mask.key"

// masks tells whether titles and paths are masked from now on. A title has the same
// pseudonym for as long as the data folder lasts.
func (l *logs) masks(on bool) {
	switch {
	case !on:
		l.masker.Store(nil)
	case l.masker.Load() == nil:
		key, err := maskKey(l.dir)
		l.masker.Store(mask.Signed(key))
		if err != nil {
			l.log.Warn("pseudonyms in the log change with each start", "err", err)
		}
	}
}

// maskKey reads the key of a data folder, or makes it. Where that fails, and without a
// folder, the key is one for this process alone.
func maskKey(dir string) ([]byte, error) {
	fresh := []byte(rand.Text())
	if dir == "" {
		return fresh, nil
	}
	name := filepath.Join(dir, maskKeyName)
	if err := file.Own(name); err != nil {
		return fresh, err
	}
	if key, err := os.ReadFile(name); err == nil && len(key) == len(fresh) {
		return key, nil
	}
	return fresh, file.Write(name, fresh)
}
