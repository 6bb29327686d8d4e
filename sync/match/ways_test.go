package match_test

import (
	"strings"
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/match"
	"lockstep/sync/skip"
)

// nfd is é as macOS writes it, nfc as everybody else does.
const nfd, nfc = "e\u0301", "\u00e9"

// TestEveryWayToWriteAPath has the ways in which people, systems and programs write one
// file: what Stash calls it, the rule, what Plex calls it, and either that they meet or
// the reason why not.
func TestEveryWayToWriteAPath(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stash      string
		from, to   string // the rule; empty: none
		plex       string
		skip       skip.Code
		why, avoid string // what the reason says, and what it must not say
	}{
		"the same on both":                    {stash: "/films/a.mkv", plex: "/films/a.mkv"},
		"a rule":                              {stash: "/data/films/a.mkv", from: "/data/films", to: "/media", plex: "/media/a.mkv"},
		"trailing slashes":                    {stash: "/data/films/a.mkv", from: "/data/films/", to: "/media/", plex: "/media/a.mkv"},
		"doubled slashes":                     {stash: "/data//films///a.mkv", from: "/data/films", to: "/media//", plex: "/media//a.mkv"},
		"doubled slash at the start":          {stash: "//data/films/a.mkv", from: "/data/films", to: "/media", plex: "//media/a.mkv"},
		"dots":                                {stash: "/data/./films/a.mkv", from: "/data/films/.", to: "/media/x/..", plex: "/media/a.mkv"},
		"dots above the root":                 {stash: "/../data/a.mkv", from: "/data", to: "/media", plex: "/media/a.mkv"},
		"a root as rule":                      {stash: "/films/a.mkv", from: "/", to: "/mnt", plex: "/mnt/films/a.mkv"},
		"a folder whose name begins alike":    {stash: "/data/films2/a.mkv", from: "/data/films", to: "/media", plex: "/media2/a.mkv", skip: skip.PathNotMapped, why: "no path rule covers “/data/films2/a.mkv”"},
		"a file named as the folder begins":   {stash: "/data/films.mkv", from: "/data/films", to: "/media", plex: "/media.mkv", skip: skip.PathNotMapped},
		"a deeper rule":                       {stash: "/data/films/hd/a.mkv", from: "/data/films/hd", to: "/hd", plex: "/hd/a.mkv"},
		"to a drive":                          {stash: "/data/films/x/a.mkv", from: "/data/films", to: `D:\Films`, plex: `D:\Films\x\a.mkv`},
		"to a drive with slashes":             {stash: "/data/films/x/a.mkv", from: "/data/films", to: "d:/films/", plex: `D:\Films\x\a.mkv`},
		"to a whole drive":                    {stash: "/data/a.mkv", from: "/data", to: `E:\`, plex: `e:\a.mkv`},
		"to a drive, mixed separators":        {stash: "/data/x/a.mkv", from: "/data", to: `D:\Films/New`, plex: `D:/Films\New/x\a.mkv`},
		"to a drive, other case":              {stash: "/data/X/A.mkv", from: "/data", to: `D:\films`, plex: `D:\Films\x\a.MKV`},
		"to a drive, long path":               {stash: "/data/x/a.mkv", from: "/data", to: `D:\Films`, plex: `\\?\D:\Films\x\a.mkv`},
		"to a drive, long path typed":         {stash: "/data/x/a.mkv", from: "/data", to: `\\?\D:\Films`, plex: `D:\Films\x\a.mkv`},
		"to a drive, device path":             {stash: "/data/x/a.mkv", from: "/data", to: `D:\Films`, plex: `\\.\D:\Films\x\a.mkv`},
		"to a drive, long path with slashes":  {stash: "/data/x/a.mkv", from: "/data", to: "//?/D:/Films", plex: `D:\Films\x\a.mkv`},
		"to a share":                          {stash: "/data/x/a.mkv", from: "/data", to: `\\nas\films`, plex: `\\NAS\Films\x\a.mkv`},
		"to a share, long path":               {stash: "/data/x/a.mkv", from: "/data", to: `\\nas\films`, plex: `\\?\UNC\nas\films\x\a.mkv`},
		"to a share, long path in lower case": {stash: "/data/x/a.mkv", from: "/data", to: `\\?\unc\nas\films`, plex: `\\nas\films\x\a.mkv`},
		"to a share with a trailing slash":    {stash: "/data/x/a.mkv", from: "/data", to: `\\nas\films\`, plex: `\\nas\films\x\a.mkv`},
		"from a drive":                        {stash: `D:\Films\x\a.mkv`, from: `d:\films`, to: "/media", plex: "/media/x/a.mkv"},
		"from a drive typed with slashes":     {stash: `D:\Films\x\a.mkv`, from: "D:/Films", to: "/media", plex: "/media/x/a.mkv"},
		"from a share":                        {stash: `\\nas\films\x\a.mkv`, from: `\\NAS\films\`, to: "/media", plex: "/media/x/a.mkv"},
		"another drive":                       {stash: `E:\Films\a.mkv`, from: `D:\Films`, to: "/media", plex: "/media/a.mkv", skip: skip.PathNotMapped},
		"another share of the same host":      {stash: `\\nas\old\a.mkv`, from: `\\nas\films`, to: "/media", plex: "/media/a.mkv", skip: skip.PathNotMapped},
		"composed here, decomposed there":     {stash: "/data/Caf" + nfc + "/a.mkv", from: "/data", to: "/media", plex: "/media/Caf" + nfd + "/a.mkv"},
		"decomposed here, composed there":     {stash: "/data/Caf" + nfd + "/" + nfd + ".mkv", from: "/data", to: "/media", plex: "/media/Caf" + nfc + "/" + nfc + ".mkv"},
		"a rule in the other form":            {stash: "/data/Caf" + nfd + "/a.mkv", from: "/data/Caf" + nfc, to: "/media", plex: "/media/a.mkv"},
		"a backslash in a name":               {stash: `/data/a\b.mkv`, from: "/data", to: "/media", plex: `/media/a\b.mkv`},
		"blanks within and at the end":        {stash: "/data/my films /a .mkv", from: "/data", to: "/media", plex: "/media/my films /a .mkv"},
		"a colon in a name":                   {stash: "/data/C:/a.mkv", from: "/data", to: "/media", plex: "/media/C:/a.mkv"},
		"a percent sign in a name":            {stash: "/data/100%20.mkv", from: "/data", to: "/media", plex: "/media/100%20.mkv"},
		"not there": {stash: "/data/a.mkv", from: "/data", to: "/media", plex: "/media/b.mkv", skip: skip.NotInPlex,
			why: "Plex has no item with the file “/media/a.mkv”"},
		"the same name in another folder": {stash: "/data/a.mkv", from: "/data", to: "/media", plex: "/media/x/a.mkv", skip: skip.NotInPlex},
		"a file that differs in case": {stash: "/data/x/a.mkv", from: "/data", to: "/media", plex: "/media/X/A.mkv", skip: skip.PathCase,
			why: "“/media/x/a.mkv” is “/media/X/A.mkv” in Plex", avoid: "no item"},
		"a rule that differs in case": {stash: "/data/Films/a.mkv", from: "/data/films", to: "/media", plex: "/media/a.mkv", skip: skip.PathCase,
			why: "the path rule for “/data/films” does not cover “/data/Films/a.mkv”", avoid: "no path rule"},
		"a target that differs in case": {stash: "/data/a.mkv", from: "/data", to: "/media/films", plex: "/media/Films/a.mkv", skip: skip.PathCase, why: "“/media/Films/a.mkv” in Plex"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var rules []config.Rule
			if c.from != "" {
				rules = []config.Rule{{Stash: c.from, Plex: c.to}}
			}
			l := library{items: []match.Candidate{item("1", "A", c.plex)}}
			r, err := match.Resolve(sceneWith(c.stash), match.NewMapper(rules), l.index())
			if err != nil || r.Skip != c.skip || (len(r.Targets) == 1) != (c.skip == "") {
				t.Fatalf("got %q %q %v %v, want %q", r.Skip, r.Why, r.Targets, err, c.skip)
			}
			if !strings.Contains(r.Why.String(), c.why) || c.avoid != "" && strings.Contains(strings.ToLower(r.Why.String()), c.avoid) {
				t.Errorf("the reason is %q, want %q in it, and not %q", r.Why, c.why, c.avoid)
			}
		})
	}
}

// TestAMappedPathKeepsTheFormOfItsNames: Plex is asked to scan the folder as it is called
// on disk, and a disk may tell two Unicode forms apart.
func TestAMappedPathKeepsTheFormOfItsNames(t *testing.T) {
	t.Parallel()
	m := match.NewMapper([]config.Rule{{Stash: "/data/Caf" + nfc, Plex: "/media/Caf" + nfd}})
	got := m.Map("/data/Caf" + nfd + "/" + nfd + "/a.mkv")
	if want := "/media/Caf" + nfd + "/" + nfd + "/a.mkv"; len(got) != 1 || got[0] != want {
		t.Errorf("got %+q, want %+q", got, want)
	}
	if dir := match.Dir(got[0]); dir != "/media/Caf"+nfd+"/"+nfd {
		t.Errorf("folder %+q", dir)
	}
}
