package sim

import "slices"

// EmptyTrash removes what scans put into the trash of a section, as its owner does by hand.
func (p *Plex) EmptyTrash(sectionID int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	sec := p.section(sectionID)
	for _, it := range sec.items {
		for path := range it.gone {
			delete(it.gone, path)
			p.dropFile(it, path)
		}
	}
}

// trash marks a file as gone; the item keeps its stamp, its values and its key.
func (it *item) trash(path string, at int64) {
	if it.gone == nil {
		it.gone = map[string]int64{}
	}
	if it.gone[path] == 0 {
		it.gone[path] = at
	}
}

// restore takes a file that a scan finds again out of the trash.
func (p *Plex) restore(sec *section, dir, path string) {
	if dir != "" && !below(path, dir) {
		return
	}
	for _, it := range p.files[path] {
		if it.section == sec {
			delete(it.gone, path)
		}
	}
}

// deletedAt is when the item's last file went, 0 while it has one.
func (it *item) deletedAt() int64 {
	var last int64
	for _, m := range it.media {
		at := it.versionDeletedAt(m)
		if at == 0 {
			return 0
		}
		last = max(last, at)
	}
	return last
}

func (it *item) versionDeletedAt(m []part) int64 {
	if i := slices.IndexFunc(m, func(p part) bool { return it.gone[p.file] != 0 }); i >= 0 {
		return it.gone[m[i].file]
	}
	return 0
}
