package template

import "strings"

// Placeholder describes one name that may stand in braces.
type Placeholder struct {
	Name string
	// Arg tells that a text follows the name after a colon: {tag:Name}. Optional tells that
	// it may be left out.
	Arg, Optional bool
	// Many tells that there can be several values. With a text after the name there is one
	// at most.
	Many bool
}

// Placeholders lists all that are known, in the order in which they are explained.
func Placeholders() []Placeholder {
	return []Placeholder{
		{Name: "title"}, {Name: "details"}, {Name: "date"}, {Name: "year"},
		{Name: "id"}, {Name: "filename"}, {Name: "folder"},
		{Name: "studio"},
		{Name: "performer", Many: true}, {Name: "performers"},
		{Name: "tag", Arg: true, Optional: true, Many: true},
		{Name: "rating"}, {Name: "stars"},
		{Name: "organized", Arg: true},
	}
}

var known = func() map[string]Placeholder {
	out := map[string]Placeholder{}
	for _, p := range Placeholders() {
		out[p.Name] = p
	}
	return out
}()

// nearest is the known name a mistyped one was probably meant to be, empty if none is near:
// at most a third of its letters may differ.
func nearest(name string) string {
	best, least := "", len(name)/3+1
	for _, p := range Placeholders() {
		if d := distance(strings.ToLower(name), p.Name); d < least {
			best, least = p.Name, d
		}
	}
	return best
}

// distance counts the letters to be put in, left out, replaced or swapped with the next one.
func distance(a, b string) int {
	before, row := []int(nil), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			differs := 1
			if a[i] == b[j] {
				differs = 0
			}
			next[j+1] = min(row[j]+differs, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
