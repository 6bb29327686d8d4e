package library_test

import (
	"slices"
	"strings"
	"testing"

	"lockstep/sync/fault"
	"lockstep/sync/library"
	"lockstep/sync/scene"
)

func TestLibrariesAreChosenByTitleOrID(t *testing.T) {
	t.Parallel()
	all := []scene.Section{
		{ID: "1", Title: "Nature", Type: "movie"}, {ID: "2", Title: "Radio", Type: "artist"},
		{ID: "3", Title: "1", Type: "movie"}, {ID: "4", Title: "Trains", Type: "movie"},
	}
	tests := map[string]struct {
		names []string
		want  []string
		words []string // of the refusal
	}{
		"nothing named":   {nil, []string{"1", "3", "4"}, nil},
		"by title":        {[]string{"nature"}, []string{"1"}, nil},
		"by id":           {[]string{"4"}, []string{"4"}, nil},
		"title beats id":  {[]string{"1"}, []string{"3"}, nil},
		"twice":           {[]string{"Nature", " NATURE "}, []string{"1"}, nil},
		"order of wishes": {[]string{"Trains", "Nature"}, []string{"4", "1"}, nil},
		"one unknown":     {[]string{"Nature", "Ships"}, []string{"1"}, []string{`no library named “Ships”`, "Nature, Radio, 1, Trains"}},
		"one of music":    {[]string{"Radio", "Trains"}, []string{"4"}, []string{`“Radio” is not a movie library`}},
		"unknown":         {[]string{"Ships"}, nil, []string{`no library named “Ships”`, "Nature, Radio, 1, Trains"}},
		"not of films":    {[]string{"Radio"}, nil, []string{`“Radio” is not a movie library`, "Movies"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := library.Resolve(all, tt.names, "", library.Known{})
			var ids []string
			for _, s := range got.Sections {
				ids = append(ids, s.ID)
			}
			if !slices.Equal(ids, tt.want) {
				t.Errorf("%v (%v), want %v", ids, err, tt.want)
			}
			for _, l := range got.Lost {
				err = l.Fault
			}
			refused(t, err, tt.words)
		})
	}
	_, err := library.Resolve(nil, nil, "", library.Known{})
	refused(t, err, []string{"no movie library", "Create a library"})
	_, err = library.Resolve(nil, []string{"Nature"}, "", library.Known{})
	refused(t, err, []string{`no library named “Nature”`, "no libraries"})
}

func TestLibrariesAreToldApartByMoreThanTheirNames(t *testing.T) {
	t.Parallel()
	all := []scene.Section{
		{ID: "1", Title: "Films ", Type: "movie"}, {ID: "2", Title: "Films", Type: "movie"}, {ID: "3", Title: "Trains", Type: "movie"},
		{ID: "5", Title: "Twins", Type: "movie"}, {ID: "6", Title: "Twins", Type: "movie"}, {ID: "7", Title: "3", Type: "movie"},
	}
	before := library.Known{Machine: "m", IDs: map[string]string{"Steam": "3", "Films": "1"}, Former: map[string]string{"Old": "2", "Trains": "1"}}
	for name, c := range map[string]struct {
		names   []string
		machine string
		known   library.Known
		want    []string
		words   []string
	}{
		"with a blank at the end":        {[]string{"Films "}, "m", library.Known{}, []string{"1"}, nil},
		"without":                        {[]string{"Films"}, "m", library.Known{}, []string{"2"}, nil},
		"in another case there are two":  {[]string{"films"}, "m", library.Known{}, nil, []string{`more than one library named “films”`, "Films  (1), Films (2)"}},
		"two of one name":                {[]string{"Twins"}, "m", library.Known{}, nil, []string{"more than one"}},
		"one of them, by id":             {[]string{"6"}, "m", library.Known{}, []string{"6"}, nil},
		"a name that is another's id":    {[]string{"3"}, "m", library.Known{}, []string{"7"}, nil},
		"renamed since":                  {[]string{"Steam"}, "m", before, []string{"3"}, nil},
		"chosen before, whatever is new": {[]string{"Films"}, "m", before, []string{"1"}, nil},
		"called so once":                 {[]string{"Old"}, "m", before, []string{"2"}, nil},
		"called so now comes first":      {[]string{"Trains"}, "m", before, []string{"3"}, nil},
		"on another server":              {[]string{"Steam"}, "n", before, nil, []string{`no library named “Steam”`}},
		"gone, and another of the name":  {[]string{"Trains"}, "m", library.Known{Machine: "m", IDs: map[string]string{"Trains": "99"}}, []string{"3"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := library.Resolve(all, c.names, c.machine, c.known)
			next := got.Known
			var ids []string
			for _, s := range got.Sections {
				ids = append(ids, s.ID)
			}
			if !slices.Equal(ids, c.want) {
				t.Errorf("%v (%v), want %v", ids, err, c.want)
			}
			refused(t, err, c.words)
			if err == nil && (next.Machine != c.machine || next.IDs[c.names[0]] != c.want[0]) {
				t.Errorf("to be stored: %+v", next)
			}
		})
	}
	if got := library.Names(all, all); !slices.Equal(got, []string{"Films ", "Films", "Trains", "5", "6", "3"}) {
		t.Errorf("called %q", got)
	}
}

func refused(t *testing.T, err error, words []string) {
	t.Helper()
	if (err != nil) != (len(words) > 0) {
		t.Errorf("error %v", err)
	}
	for _, w := range words {
		f := fault.Of(err)
		if f == nil || f.Class != fault.Config || f.Server != fault.Plex || !strings.Contains(f.Message.String()+" "+f.Hint.String(), w) {
			t.Errorf("%+v does not say %q", f, w)
		}
	}
}

// A library that Plex does not show for a while is the same one when it does again, whatever
// took its name meanwhile.
func TestALostLibraryIsKnownWhenItComesBack(t *testing.T) {
	t.Parallel()
	films, shows := scene.Section{ID: "1", Title: "Films", Type: "movie"}, scene.Section{ID: "9", Title: "Archive", Type: "show"}
	archive := scene.Section{ID: "2", Title: "Old archive", Type: "movie"}
	names, known := []string{"Films", "Archive"}, library.Known{Machine: "m", IDs: map[string]string{"Films": "1", "Archive": "2"}}
	got, err := library.Resolve([]scene.Section{films, shows}, names, "m", known)
	if err != nil || len(got.Sections) != 1 || len(got.Lost) != 1 || got.Lost[0].Name != "Archive" || got.Known.IDs["Archive"] != "2" {
		t.Fatalf("%+v %v", got, err)
	}
	got, err = library.Resolve([]scene.Section{films, shows, archive}, names, "m", got.Known)
	if err != nil || len(got.Sections) != 2 || got.Sections[1].ID != "2" || len(got.Lost) != 0 {
		t.Errorf("%+v %v", got, err)
	}
	if got, err = library.Resolve([]scene.Section{shows}, names, "m", known); err == nil || len(got.Sections) != 0 || got.Known.IDs["Archive"] != "2" {
		t.Errorf("all lost: %+v %v", got, err)
	}
}
