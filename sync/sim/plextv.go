package sim

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// pin is one sign-in attempt.
type pin struct {
	id       int
	code     string
	client   string
	polls    int
	approved bool
	expired  bool
	token    string // what it gives, once approved
}

// plexTV is the sign-in service.
type plexTV struct {
	mu   sync.Mutex
	pins map[int]*pin
	auto int // approve at this poll; 0 = never

	single bool          // one token for each installation, which a confirmed sign-in replaces
	life   time.Duration // a token that was not seen for so long is dropped; 0 = never
	tokens map[string]*tvToken
	minted int
}

// tvToken is a token of an installation.
type tvToken struct {
	client string
	seen   time.Time
}

// accountToken is the token of the person's account; a server's own access token differs from it.
const accountToken = "sim-account-token"

func (t *plexTV) init() { t.pins, t.tokens = map[int]*pin{}, map[string]*tvToken{} }

// ApprovePINs approves every open sign-in, as a person in the browser does.
func (p *Plex) ApprovePINs() {
	p.tv.mu.Lock()
	defer p.tv.mu.Unlock()
	for _, pin := range p.tv.pins {
		p.approve(pin)
	}
}

// KeepOneToken has tokens behave as at plex.tv: each sign-in that is confirmed gives a new one, which the server takes too,
// and puts the former of the same installation out, whether anybody asks for it or not. A token that plex.tv has not seen
// for life is dropped; 0 = never.
func (p *Plex) KeepOneToken(life time.Duration) {
	p.tv.mu.Lock()
	defer p.tv.mu.Unlock()
	p.tv.single, p.tv.life = true, life
}

// approve needs tv.mu.
func (p *Plex) approve(n *pin) {
	if n.approved || n.expired {
		return
	}
	n.approved, n.token = true, accountToken
	if !p.tv.single {
		return
	}
	maps.DeleteFunc(p.tv.tokens, func(_ string, t *tvToken) bool { return t.client == n.client })
	p.tv.minted++
	n.token = fmt.Sprintf("%s-%d", accountToken, p.tv.minted)
	p.tv.tokens[n.token] = &tvToken{n.client, p.now()}
}

// lives reports whether an account's token is good; seen renews it.
func (p *Plex) lives(token string, seen bool) bool {
	p.tv.mu.Lock()
	defer p.tv.mu.Unlock()
	if !p.tv.single {
		return token == accountToken
	}
	t := p.tv.tokens[token]
	if t == nil || p.tv.life > 0 && p.now().Sub(t.seen) > p.tv.life {
		return false
	}
	if seen {
		t.seen = p.now()
	}
	return true
}

// takesAccount reports whether the server itself takes an account's token.
func (p *Plex) takesAccount(token string) bool {
	p.tv.mu.Lock()
	single := p.tv.single
	p.tv.mu.Unlock()
	return single && p.lives(token, false)
}

// signInPath is where the page of the sign-in is.
const signInPath = "/auth"

// signInPage stands for the page of plex.tv in a person's browser: its button approves.
func (p *Plex) signInPage(w http.ResponseWriter, r *http.Request) {
	words := `<p>This page stands for the one of Plex: Lockstep asks to see the servers of your account.</p>
<form method="post"><button>Confirm</button></form>`
	if r.Method == http.MethodPost {
		p.ApprovePINs()
		words = "<p>Confirmed. Go back to Lockstep.</p>"
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprintf(w, "<!doctype html><title>Simulated sign-in</title><h1>Simulated sign-in</h1>%s\n", words)
}

// AutoApprovePINs approves a sign-in at its n-th poll; 0 leaves it to ApprovePINs.
func (p *Plex) AutoApprovePINs(n int) {
	p.tv.mu.Lock()
	defer p.tv.mu.Unlock()
	p.tv.auto = n
}

// ExpirePINs lets every open sign-in run out: polls answer 404 from then on.
func (p *Plex) ExpirePINs() {
	p.tv.mu.Lock()
	defer p.tv.mu.Unlock()
	for _, pin := range p.tv.pins {
		pin.expired = true
	}
}

// AccountToken is the token a sign-in yields unless KeepOneToken was called; the server itself wants Token.
func (p *Plex) AccountToken() string { return accountToken }

func (p *Plex) plexTV(w http.ResponseWriter, r *http.Request) {
	if plexParam(r, "X-Plex-Client-Identifier") == "" {
		tvError(w, http.StatusBadRequest, 1000, "X-Plex-Client-Identifier is missing")
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/api/v2/")
	switch {
	case path == "pins" && r.Method == http.MethodPost:
		p.newPIN(w, r)
	case strings.HasPrefix(path, "pins/") && r.Method == http.MethodGet:
		p.pollPIN(w, r, path[len("pins/"):])
	case path == "user" || path == "resources" || path == "ping":
		p.account(w, r, path)
	default:
		tvError(w, http.StatusNotFound, 1020, "Not found")
	}
}

func tvError(w http.ResponseWriter, status, code int, message string) {
	tvJSON(w, status, map[string]any{"errors": []any{map[string]any{"code": code, "message": message, "status": status}}})
}

func tvJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func (p *Plex) newPIN(w http.ResponseWriter, r *http.Request) {
	p.tv.mu.Lock()
	defer p.tv.mu.Unlock()
	n := &pin{id: 111222333 + len(p.tv.pins), client: plexParam(r, "X-Plex-Client-Identifier")}
	n.code = fmt.Sprintf("K%03d", len(p.tv.pins)%1000)
	if strong := r.FormValue("strong"); strong == "true" || strong == "1" {
		n.code = "strong-" + hex16(uint64(n.id)*0x9e3779b97f4a7c15) + hex16(uint64(n.id))
	}
	p.tv.pins[n.id] = n
	tvJSON(w, http.StatusCreated, p.describe(n))
}

func (p *Plex) describe(n *pin) map[string]any {
	var token any
	if n.approved {
		token = n.token
	}
	return map[string]any{"id": n.id, "code": n.code, "product": "Lockstep", "trusted": false, "clientIdentifier": n.client,
		"expiresIn": 1800, "createdAt": p.now().UTC().Format(time.RFC3339), "expiresAt": p.now().Add(30 * time.Minute).UTC().Format(time.RFC3339),
		"authToken": token, "newRegistration": nil}
}

func (p *Plex) pollPIN(w http.ResponseWriter, r *http.Request, id string) {
	number, _ := strconv.Atoi(id)
	p.tv.mu.Lock()
	defer p.tv.mu.Unlock()
	n := p.tv.pins[number]
	if n == nil || n.expired || n.client != plexParam(r, "X-Plex-Client-Identifier") {
		tvError(w, http.StatusNotFound, 1020, "Code not found or expired")
		return
	}
	n.polls++
	if p.tv.auto > 0 && n.polls >= p.tv.auto {
		p.approve(n)
	}
	tvJSON(w, http.StatusOK, p.describe(n))
}

// account answers user, resources and ping, which want the account's token.
func (p *Plex) account(w http.ResponseWriter, r *http.Request, what string) {
	token := plexParam(r, "X-Plex-Token")
	if !p.lives(token, true) {
		tvError(w, http.StatusUnauthorized, 1001, "User could not be authenticated")
		return
	}
	switch what {
	case "ping":
		tvJSON(w, http.StatusOK, map[string]any{"pong": true})
		return
	case "user":
		tvJSON(w, http.StatusOK, map[string]any{"id": 4711, "uuid": "0123456789abcdef", "username": "keeper", "title": "keeper", "email": "keeper@example.com"})
		return
	}
	access := p.Token()
	if p.takesAccount(token) {
		access = token
	}
	tvJSON(w, http.StatusOK, p.resources(access))
}

func (p *Plex) resources(access string) []any {
	proto, at, _ := strings.Cut(p.URL(), "://")
	host, port, _ := strings.Cut(at, ":")
	number, _ := strconv.Atoi(port)
	connection := func(proto, address string, local, relay bool) map[string]any {
		return map[string]any{"protocol": proto, "address": address, "port": number, "uri": fmt.Sprintf("%s://%s:%d", proto, address, number),
			"local": local, "relay": relay, "IPv6": false}
	}
	server := map[string]any{"name": p.name, "product": "Plex Media Server", "productVersion": plexVersion, "platform": "Linux",
		"clientIdentifier": p.MachineID(), "provides": "server", "owned": true, "accessToken": access, "publicAddress": "203.0.113.7",
		"httpsRequired": false, "presence": true, "connections": []any{connection(proto, host, true, false)}}
	shared := map[string]any{"name": "A friend's server", "product": "Plex Media Server", "clientIdentifier": "ffffffffffffffff",
		"provides": "server", "owned": false, "accessToken": "sim-shared-token", "presence": false, "connections": []any{}}
	player := map[string]any{"name": "Television", "product": "Plex for TV", "clientIdentifier": "tv-1", "provides": "player",
		"owned": true, "connections": []any{}}
	return []any{player, shared, server}
}
