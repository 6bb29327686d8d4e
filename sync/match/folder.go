package match

// Under reports whether a path lies in a folder, by the rules of Same.
func Under(path, folder string) bool {
	_, ok := split(path).below(split(folder))
	return ok
}

// Dir is the folder a path lies in, in the path's own way of writing.
func Dir(path string) string {
	l := split(path)
	if n := len(l.segments); n > 0 {
		l.segments = l.segments[:n-1]
	}
	return l.String()
}

// Keys gives the index keys of paths.
func Keys(paths []string) []string {
	keys := make([]string, len(paths))
	for i, p := range paths {
		keys[i] = Key(p)
	}
	return keys
}
