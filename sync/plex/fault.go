package plex

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"lockstep/sync/fault"
	"lockstep/sync/httpc"
)

const (
	hintSignIn    = "Sign in to Plex again, or check the token."
	hintHost      = "Check that Plex runs and that the address and port are right."
	wordsStarting = "Plex is starting. Lockstep will wait."
	wordsOwner    = "Plex knows this account, but only the owner of the server may do that."
	hintOwner     = "Sign in with the owner's account."
	hintLog       = "Plex's own log tells more."
	hintPort      = "The usual address of Plex is http://host:32400."
)

func plexFault(class fault.Class, words, hint string, err error) *fault.Error {
	return fault.Old(class, fault.Plex, words, hint, err)
}

// errOurs is for a request that must not leave this computer.
func errOurs(detail string) error {
	return plexFault(fault.Local, "Lockstep was about to send Plex something it must not.", "Please report this.", errors.New(detail))
}

func (c *Client) notPlex(op string, err error) error { return c.http.Foreign(op, hintPort, err) }

func (c *Client) webPage(op string) error {
	return c.http.Contradiction(op, "This address answers with a web page, not with Plex. Is the port 32400?", "", errors.New("a web page as answer"))
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
		return plexFault(fault.Unauthorized, c.unauthorized(), hintSignIn, err)
	case a.Code == http.StatusForbidden:
		return plexFault(fault.Unauthorized, wordsOwner, hintOwner, err)
	case a.Code == http.StatusNotFound:
		return plexFault(fault.NotFound, "Plex does not have that any more.", "", err)
	case strings.Contains(said, "still starting up"):
		return plexFault(fault.Unreachable, wordsStarting, "", err)
	case away(a.Code) || strings.Contains(said, `title="maintenance"`):
		return plexFault(fault.Unreachable, awayWords(a.Code, said), "", err)
	case a.Code == http.StatusTooManyRequests, strings.Contains(said, "database is locked"):
		return plexFault(fault.Busy, "Plex is busy.", "", err)
	case a.Code >= 500:
		return plexFault(fault.Temporary, fmt.Sprintf("Plex answered with an error (%d).", a.Code), hintLog, err)
	case tooLong(a.Code):
		return plexFault(fault.Rejected, "This is too long for Plex or for a proxy in front of it.", "Shorten the details, or allow fewer tags.", err)
	}
	return plexFault(fault.Rejected, fmt.Sprintf("Plex refused this (%d).", a.Code), hintLog, err)
}

// unauthorized tells a token that is missing, such as one that no keyring keeps, from one
// that is wrong.
func (c *Client) unauthorized() string {
	if !c.http.HasSecret() {
		return "Plex wants a token."
	}
	return "Plex does not accept the token."
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
func awayWords(code int, said string) string {
	switch {
	case strings.Contains(said, "migration"):
		return "Plex is starting (database migration). Lockstep will wait."
	case strings.Contains(said, "startup maintenance"):
		return "Plex is starting (maintenance). Lockstep will wait."
	case strings.Contains(said, "maintenance"):
		return "Plex is busy with maintenance. Lockstep will wait."
	case code == http.StatusServiceUnavailable:
		return "Plex is overloaded or starting. Lockstep will wait."
	}
	return fmt.Sprintf("Plex does not answer behind its address (%d).", code)
}
