package sim

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// tagElements pairs the names of the edit request with the elements of answers, in the order of answers.
var tagElements = []struct {
	kind, element string
	inList        int // how many a list shows; 0 = none
}{
	{"genre", "Genre", 2}, {"country", "Country", 2}, {"director", "Director", 2}, {"writer", "Writer", 2},
	{"collection", "Collection", 2}, {"actor", "Role", 3}, {"label", "Label", 0}, {"producer", "Producer", 0},
	{"similar", "Similar", 0}, {"style", "Style", 0}, {"mood", "Mood", 0},
}

// scalarFields are the fields an edit may set, in the order of answers.
var scalarFields = []string{"studio", "title", "titleSort", "originalTitle", "contentRating", "summary", "rating", "audienceRating",
	"userRating", "year", "tagline", "editionTitle", "originallyAvailableAt"}

// shape says which parts of an item an answer has.
type shape struct {
	detail        bool
	exclude, only []string
	excludeFields []string
}

func readShape(query url.Values, detail bool) shape {
	return shape{detail: detail, exclude: commas(query.Get("excludeElements")), only: commas(query.Get("includeElements")),
		excludeFields: commas(query.Get("excludeFields"))}
}

func commas(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

func (s shape) element(name string) bool {
	return !slices.Contains(s.exclude, name) && (s.only == nil || slices.Contains(s.only, name))
}

func (s shape) attr(name string) bool { return !slices.Contains(s.excludeFields, name) }

// video writes an item as a list or a detail shows it.
func (it *item) video(s shape) *elem {
	e := newElem("Video", "ratingKey", it.id(), "key", "/library/metadata/"+it.id(), "guid", "local://"+it.id(), "type", "movie")
	e.jsonName = "Metadata"
	if s.detail {
		e.add("librarySectionID", it.section.id)
		e.add("librarySectionTitle", it.section.title)
		e.add("librarySectionKey", "/library/sections/"+strconv.Itoa(it.section.id))
	}
	for _, name := range scalarFields {
		if v := it.get(name); s.attr(name) && (v != "" || name == "summary") {
			e.add(name, typedField(name, v))
		}
	}
	it.addPictures(e, s)
	e.add("duration", 3_600_000)
	it.watched.addTo(e)
	e.add("addedAt", it.added)
	e.add("updatedAt", it.updated)
	if at := it.deletedAt(); at != 0 {
		e.add("deletedAt", at)
	}
	e.add("hasPremiumPrimaryExtra", "1")
	if s.element("Media") {
		it.addMedia(e)
	}
	it.addTags(e, s)
	if s.detail && s.element("Field") {
		it.addLocks(e)
	}
	return e
}

func (it *item) addPictures(e *elem, s shape) {
	for _, pic := range []struct {
		name string
		*picture
	}{{"thumb", &it.poster}, {"art", &it.art}} {
		// A fresh item has a frame of the video as its poster and no art.
		untouched := pic.stamp == 0 && pic.name == "thumb"
		if s.attr(pic.name) && (pic.selected != "" || untouched) {
			e.add(pic.name, fmt.Sprintf("/library/metadata/%s/%s/%d", it.id(), pic.name, max(pic.stamp, it.added)))
		}
	}
}

// typedField keeps Plex's JSON types: years and ratings are numbers, the rest is text.
func typedField(name, v string) any {
	switch name {
	case "year":
		if n, err := strconv.Atoi(v); err == nil {
			return n
		}
	case "rating", "audienceRating", "userRating":
		if f, err := strconv.ParseFloat(v, 64); err == nil {
			return f
		}
	}
	return v
}

func (it *item) addMedia(e *elem) {
	for i, m := range it.media {
		media := newElem("Media", "id", it.key*10+i, "duration", 3_600_000, "bitrate", 4000, "width", 1920, "height", 1080,
			"aspectRatio", 1.78, "videoCodec", "h264", "audioCodec", "aac", "container", "mkv")
		if at := it.versionDeletedAt(m); at != 0 {
			media.add("deletedAt", at)
		}
		for _, part := range m {
			media.kids = append(media.kids, newElem("Part", "id", part.id, "key", fmt.Sprintf("/library/parts/%d/%d/file.mkv", part.id, it.added),
				"duration", 3_600_000, "file", part.file, "size", part.size, "container", "mkv"))
		}
		e.kids = append(e.kids, media)
	}
}

func (it *item) addTags(e *elem, s shape) {
	for _, t := range tagElements {
		links := it.tags[t.kind]
		if !s.element(t.element) || (!s.detail && t.inList == 0) {
			continue
		}
		if !s.detail {
			links = links[:min(len(links), t.inList)]
		}
		for _, l := range links {
			e.kids = append(e.kids, l.element(t.kind, t.element, s.detail))
		}
	}
}

func (l tagLink) element(kind, name string, detail bool) *elem {
	if !detail {
		return newElem(name, "tag", l.row.name)
	}
	e := newElem(name, "id", l.row.id, "filter", fmt.Sprintf("%s=%d", kind, l.row.id), "tag", l.row.name)
	if l.role != "" {
		e.add("role", l.role)
	}
	if l.row.thumb != "" {
		e.add("thumb", l.row.thumb)
	}
	return e
}

func (it *item) addLocks(e *elem) {
	names := make([]string, 0, len(it.locked))
	for name := range it.locked {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		e.kids = append(e.kids, newElem("Field", "locked", true, "name", name))
	}
}
