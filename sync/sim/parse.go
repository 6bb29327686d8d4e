package sim

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseFault reads a fault as the sim command takes it, server:effect[:kind]: the server is
// stash or plex, the effect its word or a status such as 503, and the kind one of those in
// Counts; without one every request is hit.
func (w *World) ParseFault(text string) (*Server, Fault, error) {
	parts := strings.SplitN(text, ":", 3)
	if len(parts) < 2 {
		return nil, Fault{}, fmt.Errorf("read the fault %q: want server:effect or server:effect:kind, such as plex:503:list", text)
	}
	var server *Server
	switch strings.ToLower(parts[0]) {
	case "stash":
		server = &w.Stash.Server
	case "plex":
		server = &w.Plex.Server
	default:
		return nil, Fault{}, fmt.Errorf("read the fault %q: the server is stash or plex", text)
	}
	f := Fault{Effect: Status, Delay: 5 * time.Second}
	status, err := strconv.Atoi(parts[1])
	if err == nil && (status < 300 || status > 599) {
		return nil, Fault{}, fmt.Errorf("read the fault %q: a status that fails is between 300 and 599", text)
	}
	if f.Status = status; err != nil {
		if f.Effect, err = ParseEffect(parts[1]); err != nil {
			return nil, Fault{}, err
		}
		f.Status = 500 // of the effect "status"
	}
	if len(parts) == 3 {
		f.Match = Kinds(parts[2])
	}
	return server, f, nil
}
