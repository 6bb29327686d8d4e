package sim

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// activity is a scan in progress.
type activity struct {
	uuid     string
	title    string
	subtitle string
	progress int
	section  int
	cancel   chan struct{} // closed by whoever cancels the scan
}

// PutOnDisk puts a file where the next scan of its folder finds it and makes an item of it.
func (p *Plex) PutOnDisk(path string, size int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pending[path] = size
	delete(p.vanished, path)
}

// TakeFromDisk removes a file; the next scan of its folder removes the version, and the item when it was the last.
func (p *Plex) TakeFromDisk(path string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.pending, path)
	p.vanished[path] = true
}

// refreshSection starts a scan and answers at once. A path outside the section's folders is only logged by real servers.
func (p *Plex) refreshSection(w http.ResponseWriter, r *http.Request, seg []string) {
	n, err := strconv.Atoi(seg[0])
	p.mu.RLock()
	sec := p.section(n)
	p.mu.RUnlock()
	if err != nil || sec == nil {
		plexFailure(w, http.StatusNotFound)
		return
	}
	if r.URL.Query().Get("force") == "1" {
		p.violate("a forced metadata refresh of section %d", n)
	}
	path := r.URL.Query().Get("path")
	if path == "" || p.inside(sec, path) {
		p.startScan(sec, path)
	}
	emptyOK(w)
}

// cancelScan answers DELETE /library/sections/{id}/refresh: what was not found yet stays so.
func (p *Plex) cancelScan(w http.ResponseWriter, _ *http.Request, seg []string) {
	n, _ := strconv.Atoi(seg[0])
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.section(n) == nil {
		plexFailure(w, http.StatusNotFound)
		return
	}
	for uuid, a := range p.scans {
		if a.section == n {
			close(a.cancel)
			delete(p.scans, uuid)
		}
	}
	emptyOK(w)
}

func (p *Plex) inside(sec *section, path string) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return slices.ContainsFunc(sec.locations, func(root string) bool { return path == root || below(path, root) })
}

// below tells whether path lies under dir, with either separator.
func below(path, dir string) bool {
	rest, ok := strings.CutPrefix(path, strings.TrimRight(dir, `/\`))
	return ok && (strings.HasPrefix(rest, "/") || strings.HasPrefix(rest, `\`))
}

// Scan scans a section (or only the given folder when dir is not empty) and returns when it is done.
func (p *Plex) Scan(sectionID, dir string) {
	n, _ := strconv.Atoi(sectionID)
	p.mu.RLock()
	sec := p.section(n)
	p.mu.RUnlock()
	if sec != nil {
		<-p.startScan(sec, dir)
	}
}

func (p *Plex) startScan(sec *section, dir string) (finished <-chan struct{}) {
	done := make(chan struct{})
	p.mu.Lock()
	sec.scanning++
	a := activity{uuid: fmt.Sprintf("scan-%d-%d", sec.id, len(p.scans)+p.lastKey), title: "Scanning " + sec.title, subtitle: dir, section: sec.id,
		cancel: make(chan struct{})}
	p.scans[a.uuid] = a
	d := p.scanTime
	p.mu.Unlock()
	p.notices.activity("started", a)
	go func() {
		defer close(done)
		select {
		case <-time.After(d):
		case <-p.done:
		case <-a.cancel:
			p.endScan(sec, a)
			return
		}
		p.finishScan(sec, dir, a)
	}()
	return done
}

// finishScan makes and removes items; a library without an agent ends with "processed" right away.
func (p *Plex) finishScan(sec *section, dir string, a activity) {
	p.mu.Lock()
	p.discover(sec, dir)
	p.forget(sec, dir)
	p.mu.Unlock()
	p.endScan(sec, a)
}

func (p *Plex) endScan(sec *section, a activity) {
	p.mu.Lock()
	sec.scanning--
	delete(p.scans, a.uuid)
	p.mu.Unlock()
	a.progress = 100
	p.notices.activity("ended", a)
}

func (p *Plex) discover(sec *section, dir string) {
	var found []string
	for path := range p.pending {
		p.restore(sec, dir, path)
		inRoot := slices.ContainsFunc(sec.locations, func(root string) bool { return below(path, root) })
		if inRoot && (dir == "" || below(path, dir)) && !p.holds(sec, path) {
			found = append(found, path)
		}
	}
	slices.Sort(found)
	for _, path := range found {
		it := p.addItem(sec.id, path, p.pending[path], p.now().Unix())
		p.notices.timeline(it, stateCreated, "created")
		p.notices.timeline(it, stateProcessed, "")
	}
}

func (p *Plex) holds(sec *section, path string) bool {
	return slices.ContainsFunc(p.files[path], func(it *item) bool { return it.section == sec })
}

func (p *Plex) forget(sec *section, dir string) {
	for path := range p.vanished {
		if dir != "" && !below(path, dir) {
			continue
		}
		for _, it := range slices.Clone(p.files[path]) {
			switch {
			case it.section != sec:
			case p.quirks.KeepTrash:
				it.trash(path, p.now().Unix())
			default:
				p.dropFile(it, path)
			}
		}
	}
}

// dropFile removes a version; the last one takes the item with it.
func (p *Plex) dropFile(it *item, path string) {
	keep := slices.DeleteFunc(slices.Clone(it.media), func(m []part) bool {
		return slices.ContainsFunc(m, func(part part) bool { return part.file == path })
	})
	if len(keep) == 0 {
		p.removeItem(it)
		p.notices.timeline(it, stateDeleted, "deleted")
		return
	}
	it.media = keep
	p.unfile(path, it)
	p.touch(it)
	p.notices.timeline(it, stateProcessed, "")
}

func (p *Plex) listActivities(w http.ResponseWriter, r *http.Request, _ []string) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	root := newElem("MediaContainer", "size", len(p.scans))
	for _, a := range p.scans {
		e := newElem("Activity", "uuid", a.uuid, "type", "library.update.section", "cancellable", false, "userID", 1,
			"title", a.title, "subtitle", a.subtitle, "progress", a.progress)
		e.kids = append(e.kids, newElem("Context", "librarySectionID", strconv.Itoa(a.section)))
		root.kids = append(root.kids, e)
	}
	root.send(w, r)
}
