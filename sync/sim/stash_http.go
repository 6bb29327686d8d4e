package sim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

const jsonType = "application/json"

// stashPhrases: Stash sits behind nothing of its own that words 429 or 503, so those have a plain text body.
var stashPhrases = phrases{
	contentType: func(*http.Request) string { return jsonType },
	opening:     func(c Call) string { return `{"data":{"` + c.Kind + `":[` },
	failure: func(w http.ResponseWriter, status int) {
		if status == http.StatusUnauthorized {
			stashUnauthorized(w)
			return
		}
		http.Error(w, http.StatusText(status), status)
	},
	maintenance: func(w http.ResponseWriter) {
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
	},
	starting: func(w http.ResponseWriter, _ *http.Request, _ Call, _ *Server) {
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
	},
}

func stashUnauthorized(w http.ResponseWriter) {
	w.Header().Set("Www-Authenticate", "FormBased")
	w.WriteHeader(http.StatusUnauthorized)
}

type parsedKey struct{}

// parsed is a GraphQL request after reading its text; err is what the transport or the validator says.
type parsed struct {
	doc   *ast.QueryDocument
	op    *ast.OperationDefinition
	vars  map[string]any
	errs  gqlerror.List
	plain error
}

// classifyCall names the request and, for GraphQL, keeps the parsed query for the handler.
func (s *Stash) classifyCall(r *http.Request, body []byte) (Call, *http.Request) {
	switch path := r.URL.Path; {
	case isGraphQL(r) && isUpgrade(r):
		return newCall(r, "websocket"), r
	case isGraphQL(r):
		return s.classifyQuery(r, body)
	case strings.HasPrefix(path, "/scene/") && strings.HasSuffix(path, "/screenshot"):
		c := newCall(r, "screenshot")
		c.Items = []string{strings.Split(path, "/")[2]}
		return c, r
	case picturePath(path):
		c := newCall(r, "picture")
		c.Items = []string{strings.Split(path, "/")[2]}
		return c, r
	case galleryImagePath(path):
		c := newCall(r, "image")
		c.Items = []string{strings.Split(path, "/")[2]}
		return c, r
	case path == "/healthz", path == "/login":
		return newCall(r, path[1:]), r
	}
	return newCall(r, "page"), r
}

func (s *Stash) classifyQuery(r *http.Request, body []byte) (Call, *http.Request) {
	c := newCall(r, "graphql")
	p := s.readQuery(r, body)
	r = r.WithContext(context.WithValue(r.Context(), parsedKey{}, p))
	if p.op == nil {
		return c, r
	}
	c.Write, c.Name = p.op.Operation == ast.Mutation, p.op.Name
	for i, sel := range p.op.SelectionSet {
		f, ok := sel.(*ast.Field)
		if !ok {
			continue
		}
		if i == 0 {
			c.Kind = f.Name
		}
		c.Items = append(c.Items, namedIDs(f.ArgumentMap(p.vars))...)
	}
	return c, r
}

// namedIDs finds the ids an argument map names: id, ids and input.id.
func namedIDs(args map[string]any) []string {
	var ids []string
	if id, ok := asID(args["id"]); ok {
		ids = append(ids, id)
	}
	if list, ok := args["ids"].([]any); ok {
		for _, v := range list {
			if id, ok := asID(v); ok {
				ids = append(ids, id)
			}
		}
	}
	if input, ok := args["input"].(map[string]any); ok {
		ids = append(ids, namedIDs(input)...)
	}
	return ids
}

// isGraphQL: a slash at the end is forgiven.
func isGraphQL(r *http.Request) bool { return r.URL.Path == "/graphql" || r.URL.Path == "/graphql/" }

func isUpgrade(r *http.Request) bool { return strings.EqualFold(r.Header.Get("Upgrade"), "websocket") }

// route checks access, then dispatches.
func (s *Stash) route(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/healthz" {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, ".")
		return
	}
	if !s.admit(w, r) {
		return
	}
	switch {
	case isGraphQL(r) && isUpgrade(r):
		s.subscriptions(w, r)
	case isGraphQL(r):
		s.graphql(w, r)
	case strings.HasPrefix(r.URL.Path, "/scene/") && strings.HasSuffix(r.URL.Path, "/screenshot"):
		s.screenshot(w, r)
	case picturePath(r.URL.Path) && (s.knowsGroups() || !strings.HasPrefix(r.URL.Path, "/group/")):
		s.namedPicture(w, r)
	case galleryImagePath(r.URL.Path):
		s.galleryImage(w, r)
	case r.URL.Path == "/login" && r.Method == http.MethodPost:
		http.Error(w, "Username or password is invalid", http.StatusUnauthorized)
	default:
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!doctype html><html><head><title>Stash</title></head><body><div id=\"root\"></div></body></html>")
	}
}

// admit answers requests that may not pass and reports whether this one may.
func (s *Stash) admit(w http.ResponseWriter, r *http.Request) bool {
	if s.exposedTo(r) {
		http.Error(w, "Stash is exposed to the public internet without authentication", http.StatusForbidden)
		return false
	}
	s.mu.RLock()
	want := s.apiKey
	s.mu.RUnlock()
	key := r.Header.Get("ApiKey")
	if key == "" {
		key = r.URL.Query().Get("apikey")
	}
	foreign := r.Header.Get("Authorization") != "" && key == "" && want != ""
	switch {
	case key == want && !foreign, r.URL.Path == "/login":
		return true
	case key != "", isGraphQL(r):
		stashUnauthorized(w)
	default:
		http.Redirect(w, r, "/login?returnURL="+url.QueryEscape(r.URL.RequestURI()), http.StatusFound)
	}
	return false
}

// exposedTo remembers for ever that a request claimed to come from a public address while no credentials were set.
func (s *Stash) exposedTo(r *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.apiKey != "" {
		return false
	}
	first, _, _ := strings.Cut(r.Header.Get("X-Forwarded-For"), ",")
	if ip := net.ParseIP(strings.TrimSpace(first)); ip != nil && !ip.IsPrivate() && !ip.IsLoopback() && !ip.IsLinkLocalUnicast() {
		s.exposed = true
	}
	return s.exposed
}

var errTransport = errors.New("transport not supported")

// rawQuery is the body of a GraphQL request.
type rawQuery struct {
	Query         string         `json:"query"`
	Variables     map[string]any `json:"variables"`
	OperationName string         `json:"operationName"`
}

// readQuery reads a POST body or a GET query and parses it.
func (s *Stash) readQuery(r *http.Request, body []byte) *parsed {
	var raw rawQuery
	switch {
	case r.Method == http.MethodGet:
		raw.Query, raw.OperationName = r.URL.Query().Get("query"), r.URL.Query().Get("operationName")
		if v := r.URL.Query().Get("variables"); v != "" {
			if err := json.Unmarshal([]byte(v), &raw.Variables); err != nil {
				return &parsed{plain: errors.New("variables could not be decoded")}
			}
		}
	case r.Method == http.MethodPost && strings.HasPrefix(r.Header.Get("Content-Type"), jsonType):
		d := json.NewDecoder(strings.NewReader(string(body)))
		d.UseNumber()
		if err := d.Decode(&raw); err != nil {
			return &parsed{plain: fmt.Errorf("json request body could not be decoded: %w body:%s", err, body)}
		}
	default:
		return &parsed{plain: errTransport}
	}
	return s.parseQuery(raw)
}

// graphql answers one query or mutation.
func (s *Stash) graphql(w http.ResponseWriter, r *http.Request) {
	p, _ := r.Context().Value(parsedKey{}).(*parsed)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat)) // by the clock of the stamps
	switch {
	case p == nil || p.plain != nil:
		err := errTransport
		if p != nil {
			err = p.plain
		}
		w.Header().Set("Content-Type", jsonType)
		if errors.Is(err, errTransport) {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		}
		w.WriteHeader(http.StatusBadRequest)
		writeErrors(w, gqlerror.List{{Message: err.Error()}})
	case p.errs != nil:
		refuseQuery(w, p.errs)
	case s.unknown(p) != nil:
		refuseQuery(w, s.unknown(p))
	case r.Method == http.MethodGet && p.op.Operation != ast.Query:
		w.Header().Set("Content-Type", jsonType)
		w.WriteHeader(http.StatusNotAcceptable)
		writeErrors(w, gqlerror.List{{Message: "GET requests only allow query operations"}})
	default:
		answer := s.execute(p, "http://"+r.Host)
		w.Header().Set("Content-Type", jsonType)
		_, _ = w.Write(answer)
	}
}

func refuseQuery(w http.ResponseWriter, errs gqlerror.List) {
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(http.StatusUnprocessableEntity)
	writeErrors(w, errs)
}

// unknown lists the root fields of a query that this release does not know.
func (s *Stash) unknown(p *parsed) (errs gqlerror.List) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, sel := range p.op.SelectionSet {
		if f, ok := sel.(*ast.Field); ok && slices.Contains(s.lacks, f.Name) {
			errs = append(errs, gqlerror.ErrorPosf(f.Position, "Cannot query field %q on type %q.", f.Name, rootType(p.op)))
		}
	}
	return coded(errs, codeValidation)
}

func writeErrors(w io.Writer, errs gqlerror.List) {
	_ = json.NewEncoder(w).Encode(struct {
		Errors gqlerror.List `json:"errors"`
		Data   any           `json:"data"`
	}{Errors: errs})
}
