package plex

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"lockstep/sync/fault"
)

const (
	hintSignIn    = "Sign in to Plex again, or check the token."
	hintHost      = "Check that Plex runs and that the address and port are right."
	wordsStarting = "Plex is starting. Lockstep will wait."
	hintLog       = "Plex's own log tells more."
	hintPort      = "The usual address of Plex is http://host:32400."
	// longestCause keeps a server's own words within one line of a log.
	longestCause = 300
	// refusedWindows is WSAECONNREFUSED, which Windows reports instead of ECONNREFUSED.
	refusedWindows = syscall.Errno(10061)
	// longestRetry bounds what a server may ask for with Retry-After.
	longestRetry = time.Hour
)

// cause is the operator's detail with the token taken out. The chain goes on only if
// nothing had to be taken out: a server may echo what it was sent.
type cause struct {
	text string
	err  error
}

func (e *cause) Error() string { return e.text }
func (e *cause) Unwrap() error { return e.err }

// status is the cause of a fault that was an answer with this HTTP status.
type status int

func (s status) Error() string { return fmt.Sprintf("answer %d %s", int(s), http.StatusText(int(s))) }

// statusOf is the HTTP status behind a fault, 0 when there was none.
func statusOf(err error) int {
	var s status
	if errors.As(err, &s) {
		return int(s)
	}
	return 0
}

// because makes an error fit to be shown: no address (people paste addresses with tokens
// in them), no token, one line.
func (c *Client) because(op string, err error) error {
	err = bare(err)
	said := err.Error()
	clean := c.redact(said)
	if clean != said {
		err = nil
	}
	return &cause{text: op + ": " + shorten(clean), err: err}
}

// bare is an error without the address net/http puts around it.
func bare(err error) error {
	var u *url.Error
	for errors.As(err, &u) {
		err = u.Err
	}
	return err
}

// redact takes the token out of a text.
func (c *Client) redact(s string) string {
	if token := strings.TrimSpace(c.token()); token != "" {
		s = strings.ReplaceAll(s, token, "[token]")
		s = strings.ReplaceAll(s, url.QueryEscape(token), "[token]")
	}
	return s
}

func shorten(s string) string {
	if len(s) > longestCause {
		s = strings.ToValidUTF8(s[:longestCause], "") + "…"
	}
	return s
}

func plexFault(class fault.Class, words, hint string, err error) *fault.Error {
	return fault.New(class, fault.Plex, words, hint, err)
}

func errAddress() error {
	return plexFault(fault.Config, "The address of Plex must look like http://host:32400.", "", nil)
}

// errOurs is for a request that must not leave this computer.
func errOurs(detail string) error {
	return plexFault(fault.Local, "Lockstep was about to send Plex something it must not.", "Please report this.", errors.New(detail))
}

func (c *Client) notPlex(op string, err error) error {
	return plexFault(fault.Config, "This address answers, but not as Plex does.", hintPort, c.because(op, err))
}

func (c *Client) webPage(op string) error {
	return plexFault(fault.Config, "This address answers with a web page, not with Plex. Is the port 32400?", "", c.because(op, errors.New("a web page as answer")))
}

// oversized is Temporary: it says nothing about the settings or about Plex being away.
func (c *Client) oversized(op string) error {
	return plexFault(fault.Temporary, "Plex sent far more than it was asked for.", "", c.because(op, errors.New("the answer is too long")))
}

func (c *Client) cutOff(op string, err error) error {
	return plexFault(fault.Unreachable, "Plex's answer was cut off or garbled.", "", c.because(op, err))
}

// broken classifies an exchange that brought no answer. ctx is the caller's: only its own
// cancellation is Canceled, our timeout and the caller's deadline are silence.
func (c *Client) broken(ctx context.Context, op string, err error) error {
	why := c.because(op, err)
	if errors.Is(ctx.Err(), context.Canceled) {
		return plexFault(fault.Canceled, "The request to Plex was stopped.", "", why)
	}
	err = bare(err)
	var (
		dns     *net.DNSError
		timeout net.Error
		cert    *tls.CertificateVerificationError
		record  tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &cert):
		// Not Config: a server that has just started shows a stop-gap certificate.
		return plexFault(fault.Unreachable, "The certificate of Plex does not fit this address.", "Use the address Plex signs in with, or http.", why)
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return plexFault(fault.Config, "This address does not speak https.", "Use http in the address of Plex.", why)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return plexFault(fault.Unreachable, "Plex did not answer in time.", hintHost, why)
	case errors.As(err, &dns):
		return plexFault(fault.Unreachable, "The host name of Plex is not known.", hintHost, why)
	case connectionRefused(err):
		return plexFault(fault.Unreachable, "Plex is not running at this address (connection refused).", hintHost, why)
	}
	return plexFault(fault.Unreachable, "Plex broke off the connection.", hintHost, why)
}

func connectionRefused(err error) bool {
	var n syscall.Errno
	return errors.As(err, &n) && (n == syscall.ECONNREFUSED || n == refusedWindows)
}

// answer is an answer that is no success.
type answer struct {
	code   int
	header http.Header
	body   []byte
}

// refusal classifies an answer outside 2xx. Its body is HTML or XML whatever was asked
// for, so it is looked at as text only.
func (c *Client) refusal(op string, a answer) error {
	err := c.because(op, status(a.code))
	said := strings.ToLower(string(a.body))
	switch {
	case a.code < 400:
		return plexFault(fault.Config, "This address sends Lockstep elsewhere; Plex never does.", "A proxy or a sign-in page may be in between. "+hintPort, err)
	case a.code == http.StatusUnauthorized:
		return plexFault(fault.Unauthorized, c.unauthorized(), hintSignIn, err)
	case a.code == http.StatusForbidden:
		return plexFault(fault.Unauthorized, "Plex knows this account, but only the owner of the server may do that.", "Sign in with the owner's account.", err)
	case a.code == http.StatusNotFound:
		return plexFault(fault.NotFound, "Plex does not have that any more.", "", err)
	case strings.Contains(said, "still starting up"):
		return plexFault(fault.Unreachable, wordsStarting, "", err)
	case away(a.code) || strings.Contains(said, `title="maintenance"`):
		return retry(plexFault(fault.Unreachable, awayWords(a.code, said), "", err), a)
	case a.code == http.StatusTooManyRequests, strings.Contains(said, "database is locked"):
		return retry(plexFault(fault.Busy, "Plex is busy.", "", err), a)
	case a.code >= 500:
		return plexFault(fault.Temporary, fmt.Sprintf("Plex answered with an error (%d).", a.code), hintLog, err)
	case tooLong(a.code):
		return plexFault(fault.Rejected, "This is too long for Plex or for a proxy in front of it.", "Shorten the details, or allow fewer tags.", err)
	}
	return plexFault(fault.Rejected, fmt.Sprintf("Plex refused this (%d).", a.code), hintLog, err)
}

// unauthorized tells a token that is missing, such as one that no keyring keeps, from one
// that is wrong.
func (c *Client) unauthorized() string {
	if strings.TrimSpace(c.token()) == "" {
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

// retry adds what the server asks for with Retry-After, in seconds or as a date by its
// own clock.
func retry(f *fault.Error, a answer) *fault.Error {
	text := a.header.Get("Retry-After")
	wait := time.Duration(0)
	if n, err := strconv.Atoi(text); err == nil {
		wait = time.Duration(min(n, int(longestRetry/time.Second))) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		now, err := http.ParseTime(a.header.Get("Date"))
		if err != nil {
			now = time.Now()
		}
		wait = at.Sub(now)
	}
	f.RetryAfter = min(max(wait, 0), longestRetry)
	return f
}
