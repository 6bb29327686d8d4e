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
// the other systems it is an ordinary character of a file name.
func split(path string) location {
	path = norm.NFC.String(path)
	if rest, ok := strings.CutPrefix(path, `\\?\UNC\`); ok {
		path = `\\` + rest
	} else if rest, ok := strings.CutPrefix(path, `\\?\`); ok {
		path = rest
	}
	windows := isWindows(path)
	if windows {
		path = strings.ReplaceAll(path, `\`, "/")
	}
	share := windows && strings.HasPrefix(path, "//")
	var segments []string
	if strings.HasPrefix(path, "/") && !share {
		segments = append(segments, "")
	}
	for s := range strings.SplitSeq(path, "/") {
		if s != "" {
			segments = append(segments, s)
		}
	}
	if share && len(segments) > 0 {
		segments[0] = "//" + segments[0]
	}
	return location{segments, windows}
}

// isWindows recognises a drive letter, a network share and, for anything that does not
// begin like a POSIX path, a backslash.
func isWindows(path string) bool {
	if len(path) >= 2 && path[1] == ':' && isLetter(path[0]) && (len(path) == 2 || path[2] == '\\' || path[2] == '/') {
		return true
	}
	return strings.HasPrefix(path, `\\`) || (!strings.HasPrefix(path, "/") && strings.Contains(path, `\`))
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
	return a == b || anyCase && scene.Fold(a) == scene.Fold(b)
}

// under is the path with rest appended to the folder l.
func (l location) under(rest []string) location {
	segments := make([]string, 0, len(l.segments)+len(rest))
	return location{append(append(segments, l.segments...), rest...), l.windows}
}

// Key is the form of a path that the index is keyed by: NFC, without case, with single
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
