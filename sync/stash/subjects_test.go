package stash_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/stash"
)

// pictured is a world with a studio that has a description and a logo and a group with a front
// picture, and another group without one.
func pictured(t *testing.T, version string) (*sim.World, *stash.Client, map[string][]byte) {
	t.Helper()
	w, c := world(t, sim.Options{Seed: 1, Scenes: 3, StashAPIKey: canary})
	w.Stash.SetVersion(version)
	pictures := map[string][]byte{"North Quay": sim.DrawCover(7), "Night Boats": sim.DrawCover(8)}
	for _, err := range []error{
		w.Stash.SetStudio(w.Stash.StudioID("North Quay"), "Films of the sea.", pictures["North Quay"]),
		w.Stash.SetGroupFront(w.Stash.GroupID("Night Boats"), pictures["Night Boats"]),
		w.Stash.SetGroupFront(w.Stash.GroupID("Day Boats"), nil),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return w, c, pictures
}

// named finds a subject by its name.
func named(t *testing.T, list []scene.Subject, name string) scene.Subject {
	t.Helper()
	i := slices.IndexFunc(list, func(s scene.Subject) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("no %s in %+v", name, list)
	}
	return list[i]
}

// TestStudiosAndGroupsOfEveryRelease: before Stash 0.27 groups are movies, under other names and
// another address.
func TestStudiosAndGroupsOfEveryRelease(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v0.25.1", "v0.26.2", "v0.27.0", "v0.30.1-19-gcf3489efd", "dev"} {
		w, c, pictures := pictured(t, version)
		studios, err := c.Studios(t.Context())
		if err != nil {
			t.Fatalf("%s: studios: %v", version, err)
		}
		groups, err := c.Groups(t.Context())
		if err != nil {
			t.Fatalf("%s: groups: %v", version, err)
		}
		studio, group, bare := named(t, studios, "North Quay"), named(t, groups, "Night Boats"), named(t, groups, "Day Boats")
		if studio.Kind != scene.StudioSubject || studio.Details != "Films of the sea." || studio.Picture == "" {
			t.Errorf("%s: %+v", version, studio)
		}
		if group.Kind != scene.GroupSubject || group.Details != "" || group.Picture == "" || bare.Picture != "" {
			t.Errorf("%s: %+v, %+v", version, group, bare)
		}
		for _, s := range []scene.Subject{studio, group} {
			got, err := c.SubjectPicture(t.Context(), s, "")
			if err != nil || !bytes.Equal(got.Bytes, pictures[s.Name]) || got.ETag == "" {
				t.Errorf("%s: the picture of %s: %d bytes, %v", version, s.Name, len(got.Bytes), err)
			}
			if again, err := c.SubjectPicture(t.Context(), s, got.ETag); err != nil || !again.NotModified || len(again.Bytes) > 0 {
				t.Errorf("%s: %s with its ETag: %+v, %v", version, s.Name, again, err)
			}
		}
		if _, err := c.SubjectPicture(t.Context(), bare, ""); !fault.Is(err, fault.Rejected) {
			t.Errorf("%s: the drawing in place of a picture: %v", version, err)
		}
		if v := w.Stash.Counts()["picture"]; v != 5 {
			t.Errorf("%s: %d requests for pictures", version, v)
		}
	}
}

func TestThePictureOfASubjectThatIsGoneIsNotFound(t *testing.T) {
	t.Parallel()
	_, c, _ := pictured(t, "v0.30.1")
	gone := scene.Subject{Kind: scene.GroupSubject, Named: scene.Named{ID: "999", Name: "Gone"}}
	if _, err := c.SubjectPicture(t.Context(), gone, ""); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
	for _, id := range []string{"", "../scene/1", "1/image?x=", "-1", "1 2"} {
		s := scene.Subject{Kind: scene.StudioSubject, Named: scene.Named{ID: id}}
		if _, err := c.SubjectPicture(t.Context(), s, ""); err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("the id %q leads somewhere: %v", id, err)
		}
	}
}

// TestSubjectsAreTakenAsTheyCome: what makes no sense is left out or refused, never half believed.
func TestSubjectsAreTakenAsTheyCome(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body string
		want []string // name and version of the picture
		bad  bool
	}{
		"none":                   {body: `{"data":{"findStudios":{"studios":[]}}}`},
		"a version":              {body: studiosOf(`{"id":"1","name":"A","image_path":"http://x/studio/1/image?t=77"}`), want: []string{"A 77"}},
		"a drawing":              {body: studiosOf(`{"id":"1","name":"A","image_path":"http://x/studio/1/image?t=77&default=true"}`), want: []string{"A "}},
		"a release without":      {body: studiosOf(`{"id":"1","name":"A","image_path":"http://x/studio/1/image"}`), want: []string{"A ?"}},
		"no address":             {body: studiosOf(`{"id":"1","name":"A","image_path":null}`), want: []string{"A "}},
		"an address that is bad": {body: studiosOf(`{"id":"1","name":"A","image_path":"http://[x"}`), want: []string{"A "}},
		"an id that leads away":  {body: studiosOf(`{"id":"../1","name":"B"},{"id":"2","name":"C"}`), want: []string{"C "}},
		"null in place of all":   {body: `{"data":{"findStudios":null}}`, bad: true},
		"a list of another kind": {body: `{"data":{"findStudios":{"studios":"none"}}}`, bad: true},
		"an error":               {body: `{"data":null,"errors":[{"message":"database is locked","path":["findStudios"]}]}`, bad: true},
	} {
		f := replay(t, map[string]answer{"Studios": ok(c.body), "State": ok(`{"data":{"systemStatus":{"status":"OK"},"version":{"version":"v0.30.1"}}}`)})
		list, err := client(f.URL, "").Studios(t.Context())
		var got []string
		for _, s := range list {
			got = append(got, s.Name+" "+s.Picture)
		}
		if (err != nil) != c.bad || !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func studiosOf(list string) string { return `{"data":{"findStudios":{"studios":[` + list + `]}}}` }
