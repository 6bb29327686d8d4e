package plex

import (
	"errors"
	"net/http"
	"strings"

	"lockstep/sync/fault"
	"lockstep/sync/httpc"
	"lockstep/sync/message"
)

func plexFault(class fault.Class, said, hint message.Message, err error) *fault.Error {
	return fault.New(class, fault.Plex, said, hint, err)
}

// errOurs is for a request that must not leave this computer.
func errOurs(detail string) error {
	return plexFault(fault.Local, message.New(message.PlexOurs), message.New(message.AdvicePlexOurs), errors.New(detail))
}

func (c *Client) notPlex(op string, err error) error {
	return c.http.Foreign(op, message.New(message.AdvicePlexPort), err)
}

func (c *Client) webPage(op string) error {
	return c.http.Contradiction(op, message.New(message.PlexWebPage), message.None, errors.New("a web page as answer"))
}

// refusal classifies an answer outside 2xx. Its body is HTML or XML whatever was asked
// for, so it is looked at as text only.
func (c *Client) refusal(op string, a httpc.Reply) error {
	err := c.http.Because(op, httpc.Status(a.Code))
	said := strings.ToLower(string(a.Body))
	switch {
	case a.Code < 400:
		return c.http.Redirected(op, a)
	case a.Code == http.StatusUnauthorized:
		return plexFault(fault.Unauthorized, c.unauthorized(), message.New(message.AdvicePlexSignIn), err)
	case a.Code == http.StatusForbidden:
		return plexFault(fault.Unauthorized, message.New(message.PlexOwner), message.New(message.AdvicePlexOwner), err)
	case a.Code == http.StatusNotFound:
		return plexFault(fault.NotFound, message.New(message.PlexGone), message.None, err)
	case strings.Contains(said, "still starting up"):
		return plexFault(fault.Unreachable, message.New(message.PlexStarting), message.None, err)
	case away(a.Code) || strings.Contains(said, `title="maintenance"`):
		return plexFault(fault.Unreachable, awayWords(a.Code, said), message.None, err)
	case a.Code == http.StatusTooManyRequests, strings.Contains(said, "database is locked"):
		return plexFault(fault.Busy, message.New(message.PlexBusy), message.None, err)
	case a.Code >= 500:
		return plexFault(fault.Temporary, message.New(message.PlexError, message.Number(a.Code)), message.New(message.AdvicePlexLog), err)
	case tooLong(a.Code):
		return plexFault(fault.Rejected, message.New(message.PlexTooLong), message.New(message.AdvicePlexTooLong), err)
	}
	return plexFault(fault.Rejected, message.New(message.PlexRefused, message.Number(a.Code)), message.New(message.AdvicePlexLog), err)
}

// unauthorized tells a token that is missing, such as one that no keyring keeps, from one
// that is wrong.
func (c *Client) unauthorized() message.Message {
	if !c.http.HasSecret() {
		return message.New(message.PlexTokenWanted)
	}
	return message.New(message.PlexTokenRefused)
}

// away tells the codes of a server, or of a proxy whose server is gone; 52x are a
// well-known proxy's.
func away(code int) bool {
	switch code {
	case http.StatusRequestTimeout, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return code >= 520 && code <= 530
}

func tooLong(code int) bool {
	return code == http.StatusRequestEntityTooLarge || code == http.StatusRequestURITooLong || code == http.StatusRequestHeaderFieldsTooLarge
}

// awayWords tells maintenance from silence. said is the body in lower case.
func awayWords(code int, said string) message.Message {
	switch {
	case strings.Contains(said, "migration"):
		return message.New(message.PlexStartingMigration)
	case strings.Contains(said, "startup maintenance"):
		return message.New(message.PlexStartingMaintenance)
	case strings.Contains(said, "maintenance"):
		return message.New(message.PlexMaintenance)
	case code == http.StatusServiceUnavailable:
		return message.New(message.PlexOverloaded)
	}
	return message.New(message.PlexBehind, message.Number(code))
}
