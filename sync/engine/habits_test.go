package engine_test

import (
	"context"
	"net/http"
	"path"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/health"
	"lockstep/sync/queue"
	"lockstep/sync/sim"
	"lockstep/sync/skip"
)

// habit is one way in which libraries and servers really are, before Lockstep starts.
type habit struct {
	options sim.Options
	// arrange changes the world and the settings.
	arrange func(h *habitat)
	// skipped are the scenes that must not be written, and why; all others end in step.
	skipped map[int]skip.Code
	// asked is a part of what a person is asked, empty when nobody is.
	asked string
	// check looks at what else has to hold.
	check func(h *habitat)
}

// habitat is the rig of one habit.
type habitat struct {
	*rig
	life *life
}

// stashFile makes a scene with one file and no item, and returns its id.
func (h *habitat) stashFile(file, title string) int {
	h.t.Helper()
	return h.world.Stash.AddScene(sim.Scene{Title: title, Details: title + ", in words."}, file)
}

// inLibrary makes an item for a file as Plex names it.
func (h *habitat) inLibrary(section, file string) string {
	h.t.Helper()
	key, err := h.world.Plex.Add(section, file)
	must(h.t, err)
	return key
}

// called fails the test unless the item has a title.
func (h *habitat) called(key, want string) {
	h.t.Helper()
	if it, ok := h.world.Plex.Item(key); !ok || it.Fields["title"] != want {
		h.t.Errorf("item %s has the title %q, want %q", key, it.Fields["title"], want)
	}
}

// everyKind adds one library of each kind and returns the numbers of those that hold films.
func (h *habitat) everyKind() (films []string) {
	for _, a := range []sim.Agent{sim.NoLegacyAgent, sim.FilmAgent, sim.LegacyAgent} {
		films = append(films, h.world.Plex.AddLibraryOf("movie", a, a.Scanner, "/media/"+a.Agent))
	}
	for _, kind := range []string{"show", "photo"} {
		h.world.Plex.AddLibraryOf(kind, sim.Agent{}, "A "+kind, "/media/"+kind)
	}
	return films
}

// habits is the table of what is promised about libraries, items and paths.
var habits = map[string]habit{
	"films of every agent beside shows, music and photos": {
		options: sim.Options{Seed: 400, Scenes: 6},
		arrange: func(h *habitat) {
			h.settings.Libraries = nil // all that hold films
			for i, section := range h.everyKind() {
				file := "/kind" + section + "/film.mp4"
				h.settings.PathMap = append(h.settings.PathMap, config.Rule{Stash: "/kind" + section, Plex: "/media/kind" + section})
				h.stashFile(file, "Film "+string(rune('A'+i)))
				h.inLibrary(section, "/media"+file)
			}
		},
		check: func(h *habitat) {
			for _, e := range h.world.Plex.Log() {
				if n := strings.TrimSuffix(strings.TrimPrefix(path.Dir(e.Target), "/library/sections/"), "/"); e.Kind == "list" && slices.Contains([]string{"3", "7", "8"}, n) {
					h.t.Errorf("a library without films was listed: %s", e.Target)
				}
			}
			for _, key := range h.world.Plex.RatingKeys("") { // an agent overwrites what is not locked
				must(h.t, h.world.Plex.RefreshMetadata(key))
			}
		},
	},
	"a library that cannot be listed beside one that can": {
		options: sim.Options{Seed: 401, Scenes: 6},
		arrange: func(h *habitat) {
			h.stashFile(h.world.StashRoot()+"/archived.mp4", "In the archive")
			h.inLibrary("2", h.world.PlexRoot()+"/archived.mp4")
			h.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: http.StatusInternalServerError, Match: listing("2")})
		},
		skipped: map[int]skip.Code{7: skip.NotInPlex},
		check: func(h *habitat) {
			if s := h.life.until("the library that fails to be told", func(s api.Snapshot) bool { return len(s.Failing) > 0 }); s.Verdict != health.Up || s.Outage != nil {
				h.t.Errorf("verdict %s, outage %v", s.Verdict, s.Outage)
			}
			h.world.Plex.ClearFaults()
			h.life.scan()
			h.life.until("the other library", func(s api.Snapshot) bool { return s.Queue.Done == 7 && len(s.Failing) == 0 && !s.Active })
		},
	},
	"a library that was deleted": {
		options: sim.Options{Seed: 402, Scenes: 6},
		arrange: func(h *habitat) { h.world.Plex.RemoveLibrary(2) },
		asked:   "“Archive”",
	},
	"a library of photos chosen with one of films": {
		options: sim.Options{Seed: 403, Scenes: 6},
		arrange: func(h *habitat) {
			h.world.Plex.AddLibraryOf("photo", sim.Agent{}, "Pictures", "/media/pictures")
			h.settings.Libraries = append(h.settings.Libraries, "Pictures")
		},
		asked: "“Pictures”",
	},
	"a library of shows that took the name of one of films": {
		options: sim.Options{Seed: 404, Scenes: 6},
		arrange: func(h *habitat) {
			h.world.Plex.RemoveLibrary(2)
			h.world.Plex.AddLibraryOf("show", sim.Agent{}, sim.ArchiveLibrary, "/media/shows")
		},
		asked: "“Archive”",
	},
	"a file in two libraries": {
		options: sim.Options{Seed: 405, Scenes: 6, Dirt: sim.Dirt{TwoLibraries: 3}},
	},
	"several versions of which one lies where no rule leads": {
		options: sim.Options{Seed: 406, Scenes: 6},
		arrange: func(h *habitat) {
			must(h.t, h.world.Plex.AddPart(h.world.TargetKeys(1)[0], "/elsewhere/the other version.mkv", false))
		},
	},
	"two parts of which only the second is known to Stash": {
		options: sim.Options{Seed: 407, Scenes: 6},
		arrange: func(h *habitat) {
			h.stashFile(h.world.StashRoot()+"/double cd2.mp4", "Both parts")
			key := h.inLibrary("1", h.world.PlexRoot()+"/double cd1.mp4")
			must(h.t, h.world.Plex.AddPart(key, h.world.PlexRoot()+"/double cd2.mp4", true))
		},
	},
	"two parts that are two scenes": {
		options: sim.Options{Seed: 408, Scenes: 6},
		arrange: func(h *habitat) {
			h.stashFile(h.world.StashRoot()+"/pair cd1.mp4", "The first")
			h.stashFile(h.world.StashRoot()+"/pair cd2.mp4", "The second")
			key := h.inLibrary("1", h.world.PlexRoot()+"/pair cd1.mp4")
			must(h.t, h.world.Plex.AddPart(key, h.world.PlexRoot()+"/pair cd2.mp4", true))
		},
		skipped: map[int]skip.Code{7: skip.Ambiguous, 8: skip.Ambiguous},
	},
	"Plex on Windows, long paths, shares, letters of another case": {
		options: sim.Options{Seed: 409, Scenes: 6, WindowsPlex: true, Dirt: sim.Dirt{CaseDiffers: 2}},
		arrange: func(h *habitat) {
			h.settings.PathMap = append(h.settings.PathMap, config.Rule{Stash: "/nas", Plex: `\\nas\films`})
			h.inLibrary("1", `\\?\`+h.world.PlexRoot()+`\Very Deep\FILM.mp4`)
			h.inLibrary("2", `\\?\UNC\NAS\Films\shared.mp4`)
			h.stashFile(h.world.StashRoot()+"/very deep/film.mp4", "Long path")
			h.stashFile("/nas/shared.mp4", "On a share")
		},
		check: func(h *habitat) {
			h.called(h.world.Plex.ItemsAt(`\\?\` + h.world.PlexRoot() + `\Very Deep\FILM.mp4`)[0].RatingKey, "Long path")
			h.called(h.world.Plex.ItemsAt(`\\?\UNC\NAS\Films\shared.mp4`)[0].RatingKey, "On a share")
		},
	},
	"Unicode composed on one side and decomposed on the other": {
		options: sim.Options{Seed: 410, Scenes: 6, Dirt: sim.Dirt{Unicode: 3}},
		arrange: func(h *habitat) { // the other way round
			h.stashFile(h.world.StashRoot()+norm.NFC.String("/Ærø/Brücke.mp4"), "Bridge")
			h.inLibrary("1", h.world.PlexRoot()+norm.NFD.String("/Ærø/Brücke.mp4"))
		},
		check: func(h *habitat) {
			h.called(h.world.Plex.ItemsAt(h.world.PlexRoot() + norm.NFD.String("/Ærø/Brücke.mp4"))[0].RatingKey, "Bridge")
		},
	},
	"letters of another case where that may be another file": {
		options: sim.Options{Seed: 411, Scenes: 6},
		arrange: func(h *habitat) {
			h.stashFile(h.world.StashRoot()+"/Harbour.mp4", "Harbour")
			h.inLibrary("1", h.world.PlexRoot()+"/harbour.mp4")
		},
		skipped: map[int]skip.Code{7: skip.PathCase},
	},
	"libraries of one name told apart by their ids": {
		options: sim.Options{Seed: 412, Scenes: 6},
		arrange: func(h *habitat) {
			h.world.Plex.RenameLibrary(2, h.world.Library())
			h.settings.Libraries = []string{"1", "2"}
		},
	},
	"a library without folders": {
		options: sim.Options{Seed: 413, Scenes: 6},
		arrange: func(h *habitat) {
			h.settings.Libraries = append(h.settings.Libraries, "Empty")
			h.world.Plex.AddLibrary("Empty")
		},
	},
}

// listing selects the lists of one library.
func listing(section string) sim.Match {
	return sim.All(sim.Kinds("list"), func(c sim.Call) bool { return strings.HasPrefix(c.Target, "/library/sections/"+section+"/all") })
}

// Whatever libraries and servers are like: what can be written is, what must not be has its
// reason, nobody is asked anything but what only a person can mend, and one library never
// keeps another waiting.
func TestHabitsOfLibrariesAndServers(t *testing.T) {
	t.Parallel()
	for name, c := range habits {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := &habitat{rig: withoutImages(newRig(t, c.options))}
			if c.arrange != nil {
				c.arrange(h)
			}
			h.settings.AskPlexScan = false
			h.life = h.start()
			h.life.settled()
			h.life.until("what a person is asked", func(s api.Snapshot) bool {
				said := make([]string, len(s.Attention))
				for i, a := range s.Attention {
					said[i] = a.Message.String()
				}
				return (c.asked == "") == (len(said) == 0) && strings.Contains(strings.Join(said, " "), c.asked)
			})
			for id, why := range c.skipped {
				if j := h.life.job(id); j.Code != why && (why != skip.NotInPlex || j.State != queue.Parked) {
					t.Errorf("scene %d: %s %s, want %s", id, j.State, j.Code, why)
				}
			}
			for _, j := range h.life.jobs(storeQuery(queue.Dead, queue.Retrying, queue.Skipped, queue.Parked)).Jobs {
				if _, expected := c.skipped[int(j.Scene)]; !expected {
					t.Errorf("scene %d ends as %s: %s %s", j.Scene, j.State, j.Code, j.Message)
				}
			}
			if c.check != nil {
				c.check(h)
			}
			h.inStep(sim.DiffOptions{Locks: true})
			if v := h.world.Plex.Violations(); len(v) > 0 {
				t.Errorf("violations: %v", v)
			}
			if _, err := h.life.Settings(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
}
