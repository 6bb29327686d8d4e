package sim

import (
	"slices"
	"strconv"
	"strings"
)

// tagRow is one row of the tag table: global for all items, its first spelling wins.
type tagRow struct {
	id    int
	name  string
	thumb string
}

type tagLink struct {
	row  *tagRow
	role string
}

type part struct {
	id   int
	file string
	size int64
}

// picture is the poster or the art of an item.
type picture struct {
	uploads  []upload
	selected string
	stamp    int64
}

type upload struct {
	key  string
	data []byte
}

// item is one movie. fields and tags hold what differs from the agent's view, which is the file name as title.
type item struct {
	key     int
	section *section
	fields  map[string]string
	tags    map[string][]tagLink
	locked  map[string]bool
	person  map[string]bool // fields a person edited last
	media   [][]part
	gone    map[string]int64 // files in the trash, and since when
	poster  picture
	art     picture
	added   int64
	updated int64
	watched watched
}

func (it *item) id() string { return strconv.Itoa(it.key) }

// agentTitle is what a library without an agent calls the file.
func (it *item) agentTitle() string {
	file := it.media[0][0].file
	if i := strings.LastIndexAny(file, `/\`); i >= 0 {
		file = file[i+1:]
	}
	if i := strings.LastIndexByte(file, '.'); i > 0 {
		file = file[:i]
	}
	return file
}

func (it *item) get(field string) string {
	if v, ok := it.fields[field]; ok {
		return v
	}
	if field == "title" {
		return it.agentTitle()
	}
	return ""
}

func (it *item) set(field, value string) {
	if value == "" && field != "title" {
		delete(it.fields, field)
		return
	}
	if it.fields == nil {
		it.fields = map[string]string{}
	}
	it.fields[field] = value
}

func (it *item) lock(names ...string) {
	if it.locked == nil {
		it.locked = map[string]bool{}
	}
	for _, name := range names {
		it.locked[name] = true
	}
}

// byHand marks a field as a person's, who thereby locked it.
func (it *item) byHand(field string) {
	it.lock(field)
	if it.person == nil {
		it.person = map[string]bool{}
	}
	it.person[field] = true
}

// persons tells whether a field still is a person's.
func (it *item) persons(field string) bool { return it.person[field] && it.locked[field] }

// sortTitle is what lists are sorted by.
func (it *item) sortTitle() string {
	if v := it.get("titleSort"); v != "" {
		return v
	}
	return it.get("title")
}

// fold is the letter case rule of the tag table: ASCII only, as SQLite's NOCASE.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// tagRow finds the row of a tag or makes it; labels get a capital first letter.
func (p *Plex) tagRow(kind, name string) *tagRow {
	key := kind + "\x00" + fold(name)
	if row, ok := p.tagRows[key]; ok {
		return row
	}
	if kind == "label" && name != "" {
		r := []rune(name)
		name = strings.ToUpper(string(r[0])) + string(r[1:])
	}
	row := &tagRow{id: len(p.tagRows) + 1, name: name}
	p.tagRows[key] = row
	return row
}

// addTag links a tag; a name that is there already keeps its place.
func (p *Plex) addTag(it *item, kind, name, role string) {
	row := p.tagRow(kind, name)
	for i, l := range it.tags[kind] {
		if l.row == row {
			if role != "" {
				it.tags[kind][i].role = role
			}
			return
		}
	}
	if it.tags == nil {
		it.tags = map[string][]tagLink{}
	}
	it.tags[kind] = append(it.tags[kind], tagLink{row, role})
}

// unrole takes the part played from an actor.
func (it *item) unrole(kind, name string) {
	for i, l := range it.tags[kind] {
		if fold(l.row.name) == fold(name) {
			it.tags[kind][i].role = ""
		}
	}
}

func (p *Plex) removeTag(it *item, kind, name string) {
	it.tags[kind] = slices.DeleteFunc(it.tags[kind], func(l tagLink) bool { return fold(l.row.name) == fold(name) })
	if len(it.tags[kind]) == 0 {
		delete(it.tags, kind)
	}
}

// addItem needs mu or a world in the making.
func (p *Plex) addItem(sectionID int, path string, size, added int64) *item {
	p.lastKey++
	it := &item{key: p.lastKey, section: p.section(sectionID), added: added, updated: added}
	p.items[it.key] = it
	it.section.items[it.key] = it
	p.addVersion(it, path, size)
	return it
}

// addVersion adds a file to an item as another version.
func (p *Plex) addVersion(it *item, path string, size int64) {
	it.media = append(it.media, []part{{id: it.key*10 + len(it.media), file: path, size: size}})
	p.files[path] = append(p.files[path], it)
	it.section.changes++
}

func (p *Plex) itemAt(path string) *item {
	if found := p.files[path]; path != "" && len(found) > 0 {
		return found[0]
	}
	return nil
}

// removeItem forgets an item.
func (p *Plex) removeItem(it *item) {
	delete(p.items, it.key)
	delete(it.section.items, it.key)
	it.section.changes++
	for _, m := range it.media {
		for _, part := range m {
			p.unfile(part.file, it)
		}
	}
}

func (p *Plex) unfile(path string, it *item) {
	p.files[path] = slices.DeleteFunc(p.files[path], func(have *item) bool { return have == it })
	if len(p.files[path]) == 0 {
		delete(p.files, path)
	}
}

// touch marks an item as changed now.
func (p *Plex) touch(it *item) {
	it.updated = p.now().Unix()
	it.section.changes++
}
