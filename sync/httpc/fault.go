package httpc

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"lockstep/sync/fault"
	"lockstep/sync/mask"
	"lockstep/sync/message"
)

const (
	// longestCause keeps a server's own words within one line of a log.
	longestCause = 300
	// refusedWindows is WSAECONNREFUSED, which Windows reports instead of ECONNREFUSED.
	refusedWindows = syscall.Errno(10061)
)

// cause is the operator's detail with the secret taken out. The chain goes on only if
// nothing had to be taken out: a server may echo what it was sent.
type cause struct {
	text string
	err  error
	doubt
}

func (e *cause) Error() string { return e.text }
func (e *cause) Unwrap() error { return e.err }

// Status is the cause of a fault that was an answer with this HTTP status.
type Status int

// Error names the status.
func (s Status) Error() string { return fmt.Sprintf("answer %d %s", int(s), http.StatusText(int(s))) }

// StatusOf is the HTTP status behind a fault, 0 when there was none.
func StatusOf(err error) int {
	if s, ok := errors.AsType[Status](err); ok {
		return int(s)
	}
	return 0
}

// Because makes an error fit to be shown: no address (people paste addresses with tokens
// in them), no secret, one line. Nil stays nil.
func (c *Client) Because(op string, err error) error {
	if err == nil {
		return nil
	}
	return c.because(op, err)
}

func (c *Client) because(op string, err error) *cause {
	err = bare(err)
	said := err.Error()
	clean := c.redact(said)
	if clean != said {
		err = nil
	}
	if op != "" {
		clean = op + ": " + clean
	}
	return &cause{text: shorten(clean), err: err}
}

// Said is the operator's detail of an answer that cannot be used.
func (c *Client) Said(op string, r Reply) error {
	why := c.because(op, fmt.Errorf("answer %d %s: %s", r.Code, r.MediaType(), strings.TrimSpace(string(r.Body[:min(len(r.Body), refusalLimit)]))))
	why.err = Status(r.Code)
	return why
}

// bare is an error without the address net/http puts around it.
func bare(err error) error {
	var u *url.Error
	for errors.As(err, &u) {
		err = u.Err
	}
	return err
}

// redact takes the secrets out of a text.
func (c *Client) redact(s string) string { return mask.Without(s, c.secret(), c.o.Login()) }

func shorten(s string) string {
	if len(s) > longestCause {
		s = strings.ToValidUTF8(s[:longestCause], "") + "…"
	}
	return s
}

// Fault makes a fault of this server.
func (c *Client) Fault(class fault.Class, said, hint message.Message, err error) *fault.Error {
	return fault.New(class, c.o.Server, said, hint, err)
}

// HintHost is what can be done about silence.
func (c *Client) HintHost() message.Message {
	return message.New(message.AdviceHost, message.Word(c.o.Name))
}

func (c *Client) badAddress() error {
	return c.Fault(fault.Config, message.New(message.HTTPBadAddress, message.Word(c.o.Name), message.Word(c.o.Example)), message.None, nil)
}

// Oversized is Temporary: it says nothing about the settings or about the server being
// away.
func (c *Client) Oversized(op string) error {
	return c.Fault(fault.Temporary, message.New(message.HTTPOversized, message.Word(c.o.Name)), message.None, c.because(op, errors.New("the answer is too long")))
}

// CutOff is an answer that began well and cannot be read.
func (c *Client) CutOff(op string, err error) error {
	return c.Fault(fault.Unreachable, message.New(message.HTTPCutOff, message.Word(c.o.Name)), message.None, c.because(op, err))
}

// Foreign is an answer of something else: hint says what might be meant.
func (c *Client) Foreign(op string, hint message.Message, err error) error {
	if err == nil {
		err = errors.New("an answer of another kind")
	}
	return c.Contradiction(op, message.New(message.HTTPForeign, message.Word(c.o.Name)), hint, err)
}

// Redirected is an answer that leads elsewhere. hint may be empty.
func (c *Client) Redirected(op string, r Reply) error {
	hint := message.New(message.AdviceRedirects)
	if u, err := url.Parse(r.Header.Get("Location")); err == nil && u.Host != "" {
		hint = message.New(message.AdviceLeadsTo, message.Address(c.redact(u.Scheme+"://"+u.Host)), message.Word(c.o.Name))
	}
	return c.Contradiction(op, message.New(message.HTTPRedirects, message.Word(c.o.Name)), hint, Status(r.Code))
}

// Broken classifies an exchange that brought no answer. ctx is the caller's: only its own
// cancellation is Canceled, our timeout and the caller's deadline are silence.
func (c *Client) Broken(ctx context.Context, op string, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return c.Fault(fault.Canceled, message.New(message.HTTPStopped, message.Word(c.o.Name)), message.None, c.because(op, err))
	}
	if f := c.untrusted(op, err); f != nil {
		return f
	}
	why := c.because(op, err)
	err = bare(err)
	var (
		dns     *net.DNSError
		timeout net.Error
	)
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return c.silent(message.HTTPTimeout, why)
	case errors.As(err, &dns):
		return c.unknownHost(why)
	case connectionRefused(err):
		return c.silent(message.HTTPRefused, why)
	case hungUp(err):
		if f := c.wantsTLS(ctx, op, err); f != nil {
			return f
		}
		return c.silent(message.HTTPHungUp, why)
	}
	return c.silent(message.HTTPUnreachable, why)
}

func (c *Client) silent(code message.Code, why error) error {
	return c.Fault(fault.Unreachable, message.New(code, message.Word(c.o.Name)), c.HintHost(), why)
}

// unknownHost: many routers refuse names that lead into the own network, as those of Plex
// do.
func (c *Client) unknownHost(why error) error {
	hint := c.HintHost()
	if c.o.Base != nil && strings.HasSuffix(c.o.Base.Hostname(), plexDirect) {
		hint = message.New(message.AdvicePlexDirect)
	}
	return c.Fault(fault.Unreachable, message.New(message.HTTPUnknownHost, message.Word(c.o.Name)), hint, why)
}

func connectionRefused(err error) bool {
	var n syscall.Errno
	return errors.As(err, &n) && (n == syscall.ECONNREFUSED || n == refusedWindows)
}

// hungUp tells a connection that stood and ended from one that never came about.
func hungUp(err error) bool {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return false
	}
	return true
}

// untrusted spots connections whose encryption does not fit the address.
func (c *Client) untrusted(op string, err error) error {
	var (
		cert   *tls.CertificateVerificationError
		record tls.RecordHeaderError
		pin    *pinError
		file   *fileError
	)
	switch {
	case errors.As(err, &file):
		return c.Fault(fault.Config, message.New(message.HTTPCertificateFile, message.Word(c.o.Name)), message.New(message.AdviceCertificateFile), c.because(op, file.err))
	case errors.As(err, &pin):
		return c.certificate(op, pin.leaf, err)
	case errors.As(err, &cert) && len(cert.UnverifiedCertificates) > 0:
		return c.certificate(op, cert.UnverifiedCertificates[0], err)
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return c.Contradiction(op, message.New(message.HTTPNoTLS), message.New(message.AdviceUseHTTP, message.Word(c.o.Name)), err)
	}
	return nil
}

// intercepted is an answer of something in front of the server.
func (c *Client) intercepted(r Reply) error {
	if f := c.wrongPort(r); f != nil {
		return f
	}
	return c.guarded(r)
}

// guarded tells a proxy that asks for a user name and a password; neither server does.
func (c *Client) guarded(r Reply) error {
	scheme, _, _ := strings.Cut(r.Header.Get("WWW-Authenticate"), " ")
	if r.Code != http.StatusUnauthorized || !strings.EqualFold(scheme, "Basic") {
		return nil
	}
	said := message.HTTPProxyLogin
	if c.o.Login() != "" {
		said = message.HTTPProxyRefused
	}
	hint := message.New(message.AdviceProxyLogin, message.Word(strings.ToLower(string(c.o.Server))))
	return c.Fault(fault.Unauthorized, message.New(said, message.Word(c.o.Name)), hint, Status(r.Code))
}

// wrongPort tells a port for https that was asked in http.
func (c *Client) wrongPort(r Reply) error {
	said := strings.ToLower(string(r.Body[:min(len(r.Body), 1024)]))
	if r.Code != http.StatusBadRequest || !strings.Contains(said, "http request") || !strings.Contains(said, "https") {
		return nil
	}
	return c.Contradiction("", message.New(message.HTTPTLSOnly), message.New(message.AdviceUseHTTPS, message.Word(c.o.Name)), Status(r.Code))
}

// closedUnanswered tells a connection that was closed in place of an answer.
func closedUnanswered(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
