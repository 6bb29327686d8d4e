// Package match finds the Plex items of a scene: it maps paths as Stash names them to
// paths as Plex names them, looks them up in an index and says which items hold one of
// the scene's files, or why there is none. It compares whole paths; a file name alone
// is never enough for a match. It does no input or output.
package match

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"lockstep/sync/scene"
)

// location is a path taken apart. The first segment names the volume: "" for a POSIX
// path, "D:" for a drive, "//host" for a network share; a relative path has none.
type location struct {
	segments []string
	windows  bool
}

// split takes a path apart. A backslash separates folders only in a Windows path: on
// the other systems it is an ordinary character of a file name. Names keep their Unicode
// form, because a disk may tell two forms apart; comparisons do not.
func split(path string) location {
	path = ordinary(path)
	windows := isWindows(path)
	if windows {
		path = strings.ReplaceAll(path, `\`, "/")
	}
	share := windows && strings.HasPrefix(path, "//")
	var segments []string
	if strings.HasPrefix(path, "/") && !share {
		segments = append(segments, "")
	}
	volume := 1 // what .. does not leave
	for s := range strings.SplitSeq(path, "/") {
		switch s {
		case "", ".":
		case "..":
			segments = segments[:max(min(volume, len(segments)), len(segments)-1)]
		default:
			segments = append(segments, s)
		}
	}
	if share && len(segments) > 0 {
		segments[0] = "//" + segments[0]
	}
	return location{segments, windows}
}

// ordinary takes away the prefixes by which Windows programs ask for long paths and
// devices: \\?\D:\x, \\.\D:\x, \\?\UNC\nas\x, with either slash.
func ordinary(path string) string {
	const prefix = len(`\\?\`)
	if len(path) <= prefix || !strings.ContainsRune(`?.`, rune(path[2])) || strings.ReplaceAll(path[:2]+path[3:prefix], "/", `\`) != `\\\` {
		return path
	}
	rest := path[prefix:]
	if drive(rest) {
		return rest
	}
	if len(rest) > 4 && strings.EqualFold(rest[:3], "UNC") && (rest[3] == '\\' || rest[3] == '/') {
		return `\\` + rest[4:]
	}
	return path
}

// isWindows recognises a drive letter, a network share and, for anything that does not
// begin like a POSIX path, a backslash.
func isWindows(path string) bool {
	return drive(path) || strings.HasPrefix(path, `\\`) || (!strings.HasPrefix(path, "/") && strings.Contains(path, `\`))
}

// drive recognises D: and what lies on it.
func drive(path string) bool {
	return len(path) >= 2 && path[1] == ':' && isLetter(path[0]) && (len(path) == 2 || path[2] == '\\' || path[2] == '/')
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

// String puts the path together again with the separators of its system, without a
// trailing one unless the path is a whole volume.
func (l location) String() string {
	joined := strings.Join(l.segments, "/")
	if len(l.segments) == 1 && (joined == "" || strings.HasSuffix(joined, ":")) {
		joined += "/"
	}
	if l.windows {
		return strings.ReplaceAll(joined, "/", `\`)
	}
	return joined
}

// base is the last segment: the file name.
func (l location) base() string {
	if len(l.segments) == 0 {
		return ""
	}
	return l.segments[len(l.segments)-1]
}

// below returns what follows root in l, and whether l lies in the folder root. Case
// counts unless one of the two is a Windows path.
func (l location) below(root location) ([]string, bool) {
	n := len(root.segments)
	if n > len(l.segments) || n == 0 {
		return nil, false
	}
	for i, s := range root.segments {
		if !sameSegment(s, l.segments[i], l.windows || root.windows) {
			return nil, false
		}
	}
	return l.segments[n:], true
}

func sameSegment(a, b string, anyCase bool) bool {
	return a == b || anyCase && scene.Fold(a) == scene.Fold(b) || !anyCase && norm.NFC.String(a) == norm.NFC.String(b)
}

// under is the path with rest appended to the folder l.
func (l location) under(rest []string) location {
	segments := make([]string, 0, len(l.segments)+len(rest))
	return location{append(append(segments, l.segments...), rest...), l.windows}
}

// Key is the form of a path that the index is keyed by: NFC, without case or dots, with single
// forward slashes, without a trailing one and without the long-path prefix of Windows.
// Paths that are Same have equal keys; the reverse need not hold.
func Key(path string) string {
	key := scene.Fold(strings.Join(split(path).segments, "/"))
	return strings.ReplaceAll(key, `\`, "/")
}

// NameKey is the Key of a path's last segment, for suggestions by file name.
func NameKey(path string) string { return scene.Fold(split(path).base()) }

// Same reports whether two paths name the same file: equal after Unicode and separator
// rules, with case counting unless one of them is a Windows path.
func Same(a, b string) bool {
	la, lb := split(a), split(b)
	rest, ok := la.below(lb)
	return ok && len(rest) == 0
}
