package template

import "strings"

// Placeholder describes one name that may stand in braces.
type Placeholder struct {
	// Name is what the placeholder begins with. "tag<" is followed by its text at once, all
	// others by a colon and the text.
	Name string
	// Arg tells that a text may follow the name: {tag:Name}. Optional tells that it may be left
	// out, Choices are the only texts there are, nil when free.
	Arg, Optional bool
	Choices       []string
	// Many tells that there can be several values; with a text after the name there is one at
	// most, unless ManyWithArg.
	Many, ManyWithArg bool
	// Along is the placeholder of several values that this one follows: beside it, each value
	// belongs to the one it stands with.
	Along string
}

// Genders are those Stash knows, as they are written in {performer:female}.
func Genders() []string {
	return []string{"female", "male", "transgender_female", "transgender_male", "intersex", "non_binary"}
}

// Placeholders lists all that are known, in the order in which they are explained.
func Placeholders() []Placeholder {
	return []Placeholder{
		{Name: "title", Arg: true, Optional: true, Choices: []string{"without_performers"}}, {Name: "details"}, {Name: "date"}, {Name: "year"}, {Name: "code"}, {Name: "director"},
		{Name: "id"}, {Name: "filename"}, {Name: "folder"},
		{Name: "studio"}, {Name: "parent_studio"}, {Name: "network"},
		{Name: "performer", Arg: true, Optional: true, Choices: Genders(), Many: true, ManyWithArg: true}, {Name: "performers"},
		{Name: "performer_country", Many: true, Along: "performer"},
		{Name: "tag", Arg: true, Optional: true, Many: true},
		{Name: "tag<", Arg: true, Many: true, ManyWithArg: true}, {Name: "performer_tag", Many: true},
		{Name: "group", Many: true}, {Name: "group_number", Many: true, Along: "group"},
		{Name: "rating"}, {Name: "stars"},
		{Name: "organized", Arg: true},
		{Name: "url"}, {Name: "stash_id"}, {Name: "resolution"}, {Name: "duration"},
	}
}

// Form is how the placeholder is written, with … for its text if it must have one.
func (p Placeholder) Form() string {
	switch {
	case !p.Arg || p.Optional:
		return "{" + p.Name + "}"
	case strings.HasSuffix(p.Name, below):
		return "{" + p.Name + "…}"
	}
	return "{" + p.Name + ":…}"
}

// below stands between a name and the tag that something lies below.
const below = "<"

var known = func() map[string]Placeholder {
	out := map[string]Placeholder{}
	for _, p := range Placeholders() {
		out[p.Name] = p
	}
	return out
}()

// nearest is the known name a mistyped one was probably meant to be, as it is written, empty if
// none is near: at most a third of its letters may differ.
func nearest(name string) string {
	best, least := "", len(name)/3+1
	for _, p := range Placeholders() {
		if d := distance(strings.ToLower(name), p.Name); d < least {
			best, least = p.Form(), d
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
