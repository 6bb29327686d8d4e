package stash

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
	hintKey  = "Copy the key from Stash: Settings, Security, API key. A Stash without user name and password refuses every key: then leave it empty."
	hintHost = "Check that Stash runs and that the address and port are right."
	// longestCause keeps the server's own words within one line of a log.
	longestCause = 300
	// refusedWindows is WSAECONNREFUSED, which Windows reports instead of ECONNREFUSED.
	refusedWindows = syscall.Errno(10061)
	// longestRetry bounds what a server may ask for with Retry-After.
	longestRetry = time.Hour
)

// problem is one entry of "errors" in an answer.
type problem struct {
	Message    string `json:"message"`
	Path       []any  `json:"path"`
	Extensions struct {
		Code string `json:"code"`
	} `json:"extensions"`
}

// cause is the operator's detail with the API key taken out; the chain stays intact.
type cause struct {
	text string
	err  error
}

func (e *cause) Error() string { return e.text }
func (e *cause) Unwrap() error { return e.err }

// cause makes any error fit to be shown. The address is cut away as well, because
// people paste addresses with keys in them.
func (c *Client) cause(err error) error {
	var u *url.Error
	for errors.As(err, &u) {
		err = u.Err
	}
	return &cause{text: c.redact(err.Error()), err: err}
}

// redact takes the key out of a text and shortens it.
func (c *Client) redact(s string) string {
	if key := strings.TrimSpace(c.key()); key != "" {
		s = strings.ReplaceAll(s, key, "[key]")
		s = strings.ReplaceAll(s, url.QueryEscape(key), "[key]")
	}
	if len(s) > longestCause {
		s = strings.ToValidUTF8(s[:longestCause], "") + "…"
	}
	return s
}

// errID stands for an id that cannot be read, without repeating it.
var errID = errors.New("a scene has an id that is not a number")

func errAddress() error {
	return fault.New(fault.Config, fault.Stash, "The address of Stash must look like http://host:9999.", "", nil)
}

func errNotStash(err error) error {
	return fault.New(fault.Config, fault.Stash, "This address answers, but not as Stash does.", hintHost, err)
}

func unreachable(words string, err error) error {
	return fault.New(fault.Unreachable, fault.Stash, words, hintHost, err)
}

// broken classifies an exchange that brought no answer. ctx is the caller's: only its
// own cancellation is Canceled, our timeout and the caller's deadline are silence.
func (c *Client) broken(ctx context.Context, err error) error {
	err = c.cause(err)
	if errors.Is(ctx.Err(), context.Canceled) {
		return fault.New(fault.Canceled, fault.Stash, "The request to Stash was stopped.", "", err)
	}
	if f := untrusted(err); f != nil {
		return f
	}
	var (
		dns     *net.DNSError
		timeout net.Error
	)
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return unreachable("Stash did not answer in time.", err)
	case errors.As(err, &dns):
		return unreachable("The host name of Stash is not known.", err)
	case connectionRefused(err):
		return unreachable("Stash is not running at this address (connection refused).", err)
	}
	return unreachable("Stash cannot be reached.", err)
}

// untrusted spots what waiting does not mend: an address whose TLS does not fit.
func untrusted(err error) error {
	var (
		cert   *tls.CertificateVerificationError
		record tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &cert):
		return fault.New(fault.Config, fault.Stash, "The certificate of this address is not trusted.", "Add it to the certificates this computer trusts, or use http.", err)
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return fault.New(fault.Config, fault.Stash, "This address does not speak https.", "Use http in the address of Stash.", err)
	}
	return nil
}

func connectionRefused(err error) bool {
	var n syscall.Errno
	return errors.As(err, &n) && (n == syscall.ECONNREFUSED || n == refusedWindows)
}

// refusal classifies an HTTP answer that is not GraphQL's; nil for one that may be.
func (c *Client) refusal(r reply) error {
	switch {
	case r.header.Get("X-Plex-Protocol") != "": // Plex wants a key for every path
		return fault.New(fault.Config, fault.Stash, "Plex answers at this address, not Stash. Is the port 9999?", "", nil)
	case r.code == http.StatusOK || r.code == http.StatusUnprocessableEntity:
		return c.foreign(r)
	case r.code == http.StatusUnauthorized:
		return c.unauthorized()
	case r.code >= 300 && r.code < 400:
		return c.redirected(r)
	case r.code == http.StatusForbidden:
		return c.forbidden(r)
	case r.code == http.StatusTooManyRequests:
		return busy("Stash is busy.", r)
	case r.code >= 500:
		f := fault.New(fault.Unreachable, fault.Stash, fmt.Sprintf("Stash answers with an error (%d).", r.code), "", c.said(r))
		f.RetryAfter = retryAfter(r)
		return f
	}
	return errNotStash(c.said(r))
}

// foreign spots answers that are a success for somebody else: Stash itself sends its web
// page for every unknown path.
func (c *Client) foreign(r reply) error {
	switch r.mediaType() {
	case "application/json", "application/graphql-response+json":
		return nil
	case "text/html":
		return fault.New(fault.Config, fault.Stash, "This address answers with a web page, not with Stash. Is the port 9999?", "", nil)
	}
	return errNotStash(c.said(r))
}

func (c *Client) unauthorized() error {
	words := "Stash refused the API key."
	if strings.TrimSpace(c.key()) == "" {
		words = "Stash wants an API key."
	}
	return fault.New(fault.Unauthorized, fault.Stash, words, hintKey, nil)
}

// redirected tells Stash's own way of asking for a login from an address that moved.
func (c *Client) redirected(r reply) error {
	u, err := url.Parse(r.header.Get("Location"))
	if err == nil && strings.HasSuffix(strings.TrimRight(u.Path, "/"), "/login") {
		return c.unauthorized()
	}
	hint := "Enter the address it leads to."
	if err == nil && u.Host != "" {
		hint = c.redact("It leads to " + u.Scheme + "://" + u.Host + ". If that is your Stash, enter it instead.")
	}
	return fault.New(fault.Config, fault.Stash, "This address sends Lockstep elsewhere.", hint, fmt.Errorf("answer %d", r.code))
}

func (c *Client) forbidden(r reply) error {
	if text := string(r.body); strings.Contains(text, "over the internet") || strings.Contains(text, "public internet") {
		return fault.New(fault.Config, fault.Stash, "Stash has locked itself because it was reached from the internet without a password.",
			"Open Stash in a browser and follow what it says.", c.said(r))
	}
	return fault.New(fault.Config, fault.Stash, "This address refuses access.", "Is there a proxy in front of Stash?", c.said(r))
}

// said is the operator's detail of an answer that cannot be used.
func (c *Client) said(r reply) error {
	return errors.New(c.redact(fmt.Sprintf("answer %d %s: %s", r.code, r.mediaType(), strings.TrimSpace(string(r.body[:min(len(r.body), maxRefusal)])))))
}

func busy(words string, r reply) error {
	f := fault.New(fault.Busy, fault.Stash, words, "", nil)
	f.RetryAfter = retryAfter(r)
	return f
}

// retryAfter reads the seconds form of Retry-After; a date is not worth trusting two
// clocks for.
func retryAfter(r reply) time.Duration {
	n, err := strconv.Atoi(r.header.Get("Retry-After"))
	if err != nil || n < 0 {
		return 0
	}
	return min(time.Duration(n)*time.Second, longestRetry)
}

// refused classifies the errors of a query the server understood but did not carry out.
// A Stash that is not set up yet answers with a nil pointer error, so its state is
// asked for before anything else is concluded.
func (c *Client) refused(ctx context.Context, list []problem) error {
	if _, err := c.state(ctx); err != nil {
		return err
	}
	return c.problemFault(list[0])
}

func (c *Client) problemFault(p problem) error {
	err := errors.New(c.redact(p.Message))
	if strings.Contains(p.Message, "database is locked") {
		return fault.New(fault.Busy, fault.Stash, "Stash's database is busy.", "", err)
	}
	return fault.New(fault.Temporary, fault.Stash, "Stash could not answer a question.", "Stash's own log tells more.", err)
}

// misunderstood explains a 422: this server lacks a field we ask for.
func (c *Client) misunderstood(ctx context.Context, list []problem) error {
	var err error
	if len(list) > 0 {
		err = errors.New(c.redact(list[0].Message))
	}
	v := c.knownVersion(ctx)
	switch {
	case v == "":
		return errNotStash(err)
	case tooOld(v):
		return errTooOld(v, err)
	}
	return fault.New(fault.Config, fault.Stash, "This Stash is too old or too new for Lockstep (version "+v+").", "Update Lockstep, or Stash if it is older than "+oldest+".", err)
}

func errTooOld(v string, err error) error {
	return fault.New(fault.Config, fault.Stash, "This Stash is too old for Lockstep (version "+v+").", "Update Stash to "+oldest+" or newer.", err)
}

// errState says in words what a Stash that is not ready waits for; nil when it is ready.
func errState(state string) error {
	switch state {
	case stateOK:
		return nil
	case "SETUP":
		return fault.New(fault.Config, fault.Stash, "Stash is not set up yet.", "Open Stash in a browser and finish its setup.", nil)
	case "NEEDS_MIGRATION":
		return fault.New(fault.Config, fault.Stash, "Stash needs a database migration: open it in a browser.", "", nil)
	}
	return fault.New(fault.Config, fault.Stash, "Stash is not ready.", "Open Stash in a browser.", fmt.Errorf("state %.40q", state))
}
