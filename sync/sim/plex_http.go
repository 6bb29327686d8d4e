package sim

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// unauthorizedPage is the 401 body of a real server, byte for byte.
const unauthorizedPage = `<html><head><script>window.location = window.location.href.match(/(^.+\/)[^\/]*$/)[1] + 'web/index.html';</script><title>Unauthorized</title></head><body><h1>401 Unauthorized</h1></body></html>`

// maintenancePage is the 503 body while the database is migrated.
const maintenancePage = `<?xml version="1.0" encoding="UTF-8"?>
<Response code="503" title="Maintenance" status="Plex Media Server is currently running database migrations."/>
`

var plexPhrases = phrases{
	contentType: plexContentType,
	opening:     func(Call) string { return `{"MediaContainer":{"size":1,"machineIdentifier":"x","Metadata":[` },
	failure:     plexFailure,
	maintenance: func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "text/xml;charset=utf-8")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, maintenancePage)
	},
	starting: func(w http.ResponseWriter, r *http.Request, c Call, s *Server) {
		if c.Kind == "identity" {
			r.Header.Set(startingHeader, "starting")
			s.handle(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, "the server is still starting up")
	},
}

// startingHeader tells the identity handler, inside this process only, that the server is starting.
const startingHeader = "X-Sim-Start-State"

// plexFailure: errors are HTML, whatever the client accepts.
func plexFailure(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html")
	body := unauthorizedPage
	if status == http.StatusUnauthorized {
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("Connection", "close")
	} else {
		text := http.StatusText(status)
		body = fmt.Sprintf("<html><head><title>%s</title></head><body><h1>%d %s</h1></body></html>", text, status, text)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// plexRoute is one line of the routing table: * stands for one segment.
type plexRoute struct {
	method, path string
	kind         string
	write        bool
	serve        func(p *Plex, w http.ResponseWriter, r *http.Request, seg []string)
}

var plexRoutes []plexRoute

func init() {
	plexRoutes = []plexRoute{
		{"GET", "identity", "identity", false, (*Plex).identity},
		{"GET", "", "capabilities", false, (*Plex).capabilities},
		{"GET", "library", "sections", false, (*Plex).libraryRoot},
		{"GET", "library/sections", "sections", false, (*Plex).listSections},
		{"GET", "library/sections/all", "sections", false, (*Plex).listSections},
		{"GET", "library/sections/*/all", "list", false, (*Plex).list},
		{"PUT", "library/sections/*/all", "edit", true, (*Plex).editItems},
		{"GET", "library/sections/*/refresh", "refresh", false, (*Plex).refreshSection},
		{"POST", "library/sections/*/refresh", "refresh", false, (*Plex).refreshSection},
		{"DELETE", "library/sections/*/refresh", "other", false, (*Plex).cancelScan},
		{"GET", "library/sections/*/collections", "collections", false, (*Plex).listCollections},
		{"GET", "library/collections/*", "other", false, (*Plex).oneCollection},
		{"GET", "library/collections/*/children", "other", false, (*Plex).collectionItems},
		{"GET", "library/metadata/*", "detail", false, (*Plex).detail},
		{"PUT", "library/metadata/*", "item-edit", true, (*Plex).editItem},
		{"PUT", "library/metadata/*/refresh", "other", true, (*Plex).refreshItem},
		{"PUT", "library/metadata/*/analyze", "other", true, (*Plex).ok},
		{"GET", "library/metadata/*/posters", "posters", false, (*Plex).listImages},
		{"GET", "library/metadata/*/arts", "posters", false, (*Plex).listImages},
		{"POST", "library/metadata/*/posters", "upload", true, (*Plex).uploadImage},
		{"POST", "library/metadata/*/arts", "upload", true, (*Plex).uploadImage},
		{"PUT", "library/metadata/*/poster", "select", true, (*Plex).selectImage},
		{"PUT", "library/metadata/*/art", "select", true, (*Plex).selectImage},
		{"DELETE", "library/metadata/*/thumb", "unselect", true, (*Plex).unselectImage},
		{"DELETE", "library/metadata/*/poster", "unselect", true, (*Plex).unselectImage},
		{"DELETE", "library/metadata/*/art", "unselect", true, (*Plex).unselectImage},
		{"GET", "library/metadata/*/thumb/*", "image", false, (*Plex).sendPicture},
		{"GET", "library/metadata/*/art/*", "image", false, (*Plex).sendPicture},
		{"GET", "library/metadata/*/file", "image", false, (*Plex).sendPicture},
		{"GET", "activities", "activities", false, (*Plex).listActivities},
		{"GET", ":/websockets/notifications", "websocket", false, (*Plex).notifications},
		{"GET", ":/websocket/notifications", "websocket", false, (*Plex).notifications},
		{"PUT", ":/rate", "rate", true, (*Plex).rate},
		{"GET", "status/sessions/history/all", "history", false, (*Plex).listHistory},
		{"GET", "accounts", "accounts", false, (*Plex).listAccounts},
	}
}

// findRoute matches a request; seg holds what the stars stood for.
func findRoute(method, path string) (route *plexRoute, seg []string) {
	have := strings.Split(strings.Trim(path, "/"), "/")
	for i := range plexRoutes {
		want := strings.Split(plexRoutes[i].path, "/")
		if plexRoutes[i].method != method || len(want) != len(have) {
			continue
		}
		if seg, ok := stars(want, have); ok {
			return &plexRoutes[i], seg
		}
	}
	return nil, nil
}

func stars(want, have []string) (seg []string, ok bool) {
	for i, w := range want {
		switch {
		case w == "*":
			seg = append(seg, have[i])
		case w != have[i]:
			return nil, false
		}
	}
	return seg, true
}

func (p *Plex) classifyCall(r *http.Request, _ []byte) (Call, *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/api/v2/") || r.URL.Path == signInPath {
		return newCall(r, "plextv"), r
	}
	route, seg := findRoute(r.Method, r.URL.Path)
	if route == nil {
		return newCall(r, "other"), r
	}
	c := newCall(r, route.kind)
	c.Write = route.write
	ids := c.Query.Get("id")
	if strings.HasPrefix(route.path, "library/metadata/") {
		ids = seg[0]
	}
	if ids != "" {
		c.Items = strings.Split(ids, ",")
	}
	return c, r
}

// route checks the length of the request line and the token, then dispatches.
func (p *Plex) route(w http.ResponseWriter, r *http.Request) {
	p.mu.RLock()
	limit := p.quirks.MaxRequestLine
	p.mu.RUnlock()
	if limit == 0 {
		limit = 8192
	}
	if len(r.Method)+len(r.RequestURI)+len(" ")+len(" HTTP/1.1") > limit {
		p.violate("%s with a request line of %d bytes", r.Method, len(r.RequestURI))
		plexFailure(w, http.StatusRequestURITooLong)
		return
	}
	if strings.HasPrefix(r.URL.Path, "/api/v2/") {
		p.plexTV(w, r)
		return
	}
	if r.URL.Path == signInPath {
		p.signInPage(w, r)
		return
	}
	route, seg := findRoute(r.Method, r.URL.Path)
	if (route == nil || route.kind != "identity") && !p.authorised(r) {
		plexFailure(w, http.StatusUnauthorized)
		return
	}
	if route == nil {
		plexFailure(w, http.StatusNotFound)
		return
	}
	if route.ownerOnly() && p.isGuest(r) {
		plexFailure(w, http.StatusForbidden)
		return
	}
	route.serve(p, w, r, seg)
}

// plexParam reads an X-Plex-* value, which may be a header or a query parameter.
func plexParam(r *http.Request, name string) string {
	if v := r.Header.Get(name); v != "" {
		return v
	}
	return r.URL.Query().Get(name)
}

func (p *Plex) authorised(r *http.Request) bool {
	token := plexParam(r, "X-Plex-Token")
	if p.takesAccount(token) {
		return true
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.unclaimed || token != "" && (token == p.token || token == p.guest)
}

// isGuest reports the token of somebody the server is shared with.
func (p *Plex) isGuest(r *http.Request) bool {
	token := plexParam(r, "X-Plex-Token")
	p.mu.RLock()
	defer p.mu.RUnlock()
	return !p.unclaimed && token != "" && token == p.guest
}

// ownerOnly reports what a real server refuses to everybody but its owner: every change,
// scans, and the root of the library.
func (r *plexRoute) ownerOnly() bool {
	return r.write && r.kind != "rate" || r.kind == "refresh" || r.path == "library"
}

func (p *Plex) ok(w http.ResponseWriter, _ *http.Request, _ []string) { emptyOK(w) }

func emptyOK(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "0")
	w.Header().Set("X-Plex-Protocol", "1.0")
	w.WriteHeader(http.StatusOK)
}

func (p *Plex) identity(w http.ResponseWriter, r *http.Request, _ []string) {
	p.mu.RLock()
	e := newElem("MediaContainer", "size", 0, "claimed", !p.unclaimed, "machineIdentifier", p.machine, "version", plexVersion)
	p.mu.RUnlock()
	if state := r.Header.Get(startingHeader); state != "" {
		e.add("startState", state)
	}
	e.send(w, r)
}

func (p *Plex) capabilities(w http.ResponseWriter, r *http.Request, _ []string) {
	p.mu.RLock()
	e := newElem("MediaContainer", "size", 0, "allowSync", true, "friendlyName", p.name, "machineIdentifier", p.machine,
		"myPlex", true, "myPlexSigninState", "ok", "myPlexSubscription", false, "platform", "Linux", "platformVersion", "6.1",
		"updatedAt", p.now().Unix(), "version", plexVersion)
	p.mu.RUnlock()
	e.send(w, r)
}

func (p *Plex) libraryRoot(w http.ResponseWriter, r *http.Request, _ []string) {
	e := newElem("MediaContainer", "size", 1, "allowSync", false, "title1", "Plex Library")
	e.kids = append(e.kids, newElem("Directory", "key", "sections", "title", "Library Sections"))
	e.send(w, r)
}

func (p *Plex) listSections(w http.ResponseWriter, r *http.Request, _ []string) {
	p.mu.RLock()
	root := newElem("MediaContainer", "allowSync", false, "title1", "Plex Library")
	for _, sec := range p.sections {
		if !sec.gone {
			root.kids = append(root.kids, sec.directory())
		}
	}
	root.add("size", len(root.kids))
	p.mu.RUnlock()
	root.send(w, r)
}

func (sec *section) directory() *elem {
	by := sec.madeBy()
	d := newElem("Directory", "allowSync", true, "filters", true, "refreshing", sec.scanning > 0, "key", strconv.Itoa(sec.id),
		"type", sec.kind, "title", sec.title, "agent", by.Agent, "scanner", by.Scanner, "language", "xn", "uuid", sec.uuid,
		"updatedAt", sampleBegin.Unix(), "createdAt", sampleBegin.Unix(), "scannedAt", sampleBegin.Unix(), "content", true,
		"directory", true, "contentChangedAt", sec.changes, "hidden", 0)
	for i, path := range sec.locations {
		d.kids = append(d.kids, newElem("Location", "id", sec.id*10+i, "path", path))
	}
	return d
}
