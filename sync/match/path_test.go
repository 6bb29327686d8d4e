package match

import "testing"

// What counts as a drive: one letter, a colon, and nothing or a slash behind it.
func TestWhatIsADrive(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"D:": true, `D:\`: true, "d:/x": true, "Z:/": true, "a:/x": true, "D:x": false, "1:/x": false, "@:/x": false, "[:/x": false, "{:/x": false, "`:/x": false,
		"DD:/x": false, "D": false, "": false, "/D:/x": false, "D;/x": false,
	} {
		if drive(path) != want {
			t.Errorf("%q: %v", path, !want)
		}
	}
}

// The prefixes for long paths and devices are taken away where an ordinary path follows,
// and only there.
func TestAnOrdinaryPathIsFoundBehindItsPrefix(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		`\\?\D:\x`: `D:\x`, `\\.\D:\x`: `D:\x`, `//?/D:/x`: `D:/x`, `\\?\UNC\nas\x`: `\\nas\x`, `//?/unc/nas/x`: `\\nas/x`,
		`\\?\UNCnas\x`: `\\?\UNCnas\x`, `\\?\UNC\`: `\\?\UNC\`, `\\?\Volume{1}\x`: `\\?\Volume{1}\x`, `\\x\D:\x`: `\\x\D:\x`, `ab?cD:\x`: `ab?cD:\x`,
		`\\?\`: `\\?\`, "/data/x": "/data/x", "": "", "/a.b/x": "/a.b/x",
	} {
		if got := ordinary(path); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}
