package httpc

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/message"
)

// plexDirect ends the names for which Plex hands every server a certificate.
const plexDirect = ".plex.direct"

// trust is what a connection is believed by, beside the authorities this computer knows.
type trust struct {
	pin  *[sha256.Size]byte // this certificate and no other
	pool *x509.CertPool     // these authorities too
	err  error              // the file cannot be used
}

func newTrust(text string) *trust {
	if text = strings.TrimSpace(text); text == "" {
		return &trust{}
	}
	if sum, ok := config.Fingerprint(text); ok {
		return &trust{pin: &sum}
	}
	pem, err := os.ReadFile(text)
	if err != nil {
		return &trust{err: err}
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return &trust{err: errors.New("no certificate in PEM form in it")}
	}
	return &trust{pool: pool}
}

// config is how connections are checked. With a fingerprint the certificate itself is
// compared, in place of its names and its authority; nothing is ever left unchecked.
func (t *trust) config() *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: t.pool}
	switch {
	case t.err != nil:
		c.InsecureSkipVerify = true
		c.VerifyConnection = func(tls.ConnectionState) error { return &fileError{t.err} }
	case t.pin != nil:
		c.InsecureSkipVerify = true
		c.VerifyConnection = func(s tls.ConnectionState) error {
			if leaf := s.PeerCertificates[0]; sha256.Sum256(leaf.Raw) != *t.pin {
				return &pinError{leaf}
			}
			return nil
		}
	}
	return c
}

// pinError: the server shows another certificate than the one that was entered.
type pinError struct{ leaf *x509.Certificate }

func (e *pinError) Error() string { return "another certificate: " + fingerprint(e.leaf) }

// fileError: the file of an authority cannot be used.
type fileError struct{ err error }

func (e *fileError) Error() string { return e.err.Error() }

func fingerprint(cert *x509.Certificate) string {
	return config.ShowFingerprint(sha256.Sum256(cert.Raw))
}

// certificate says what is wrong with one, and what to do about just that. It may pass: a
// server that has just started shows a stop-gap certificate.
func (c *Client) certificate(op string, leaf *x509.Certificate, err error) error {
	flaw, hint := c.flaw(leaf)
	why := c.because(op, err)
	why.doubt = unproven
	return c.Fault(fault.Config, message.New(flaw, message.Word(c.o.Name)), hint, why)
}

func (c *Client) flaw(leaf *x509.Certificate) (message.Code, message.Message) {
	host, now := c.o.Base.Hostname(), time.Now()
	switch {
	case c.trust.pin != nil:
		return message.HTTPOtherCertificate, message.New(message.AdviceOtherCertificate, message.Word(fingerprint(leaf)))
	case now.After(leaf.NotAfter):
		return message.HTTPExpired, message.New(message.AdviceExpired)
	case now.Before(leaf.NotBefore):
		return message.HTTPNotYetValid, message.New(message.AdviceClock)
	case selfSigned(leaf):
		return message.HTTPSelfSigned, message.New(message.AdviceSelfSigned, message.Word(fingerprint(leaf)))
	case leaf.VerifyHostname(host) != nil:
		return message.HTTPWrongName, c.rightName(leaf)
	}
	return message.HTTPUnknownAuthority, message.New(message.AdviceAuthorityFile)
}

func selfSigned(leaf *x509.Certificate) bool {
	return leaf.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature) == nil
}

// rightName offers the address a certificate is made for.
func (c *Client) rightName(leaf *x509.Certificate) message.Message {
	if ready := c.direct(leaf); ready != "" {
		return message.New(message.AdviceReadyAddress, message.Address(ready))
	}
	var names []message.Arg
	for _, n := range leaf.DNSNames {
		names = append(names, message.Address(c.redact(n)))
	}
	for _, ip := range leaf.IPAddresses {
		names = append(names, message.Address(ip.String()))
	}
	if len(names) == 0 {
		return message.New(message.AdviceFingerprint, message.Word(fingerprint(leaf)))
	}
	return message.New(message.AdviceRightName, message.List(names[:min(len(names), 3)]...))
}

// direct is the ready address under a name like *.0123abcd.plex.direct, "" without one.
// Plex answers for every such name with the IP address in front of it.
func (c *Client) direct(leaf *x509.Certificate) string {
	ip := net.ParseIP(c.o.Base.Hostname())
	if at := c.peer.Load(); ip == nil && at != nil {
		ip = *at
	}
	if ip = ip.To4(); ip == nil {
		return ""
	}
	for _, name := range leaf.DNSNames {
		hash, ok := strings.CutPrefix(name, "*.")
		if !ok || !strings.HasSuffix(hash, plexDirect) {
			continue
		}
		host := strings.ReplaceAll(ip.String(), ".", "-") + "." + hash
		if port := c.o.Base.Port(); port != "" {
			host = net.JoinHostPort(host, port)
		}
		return "https://" + host + c.o.Base.EscapedPath()
	}
	return ""
}

// peekEvery is how often a port that hangs up is tried with https.
const peekEvery = time.Minute

// peek remembers what a port that hangs up on http showed when it was tried with https.
type peek struct {
	mu   sync.Mutex
	at   time.Time
	leaf *x509.Certificate
}

// wantsTLS tries a port that closed the connection in place of an answer with https: a
// Plex that requires secure connections does that. Nothing is sent, and nothing is
// believed but the names in the certificate. Nil when it does not speak https.
func (c *Client) wantsTLS(ctx context.Context, op string, err error) error {
	if c.o.Base == nil || c.o.Base.Scheme != "http" || !closedUnanswered(err) {
		return nil
	}
	leaf := c.peeked.refresh(func() *x509.Certificate { return c.shown(ctx, c.o.Base.Host) })
	if leaf == nil {
		return nil
	}
	hint := message.New(message.AdviceUseHTTPS, message.Word(c.o.Name))
	if ready := c.direct(leaf); ready != "" {
		hint = message.New(message.AdviceReadyAddress, message.Address(ready))
	}
	why := c.because(op, err)
	why.doubt = unproven
	return c.Fault(fault.Config, message.New(message.HTTPSecureOnly, message.Word(c.o.Name)), hint, why)
}

func (p *peek) refresh(shown func() *x509.Certificate) *x509.Certificate {
	p.mu.Lock()
	now, leaf := time.Now(), p.leaf
	due := now.Sub(p.at) >= peekEvery
	if due {
		p.at = now // whoever asks meanwhile gets what is known
	}
	p.mu.Unlock()
	if !due {
		return leaf
	}
	leaf = shown()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.leaf = leaf
	return leaf
}

// shown is the certificate a port shows.
func (c *Client) shown(ctx context.Context, host string) *x509.Certificate {
	if _, _, err := net.SplitHostPort(host); err != nil {
		host = net.JoinHostPort(strings.Trim(host, "[]"), "443")
	}
	bound, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	conn, err := c.o.Connect(bound, "tcp", host)
	if err != nil {
		return nil
	}
	defer conn.Close()
	secure := tls.Client(conn, &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true}) //nolint:gosec // only looked at, nothing is sent
	if secure.HandshakeContext(bound) != nil {
		return nil
	}
	return secure.ConnectionState().PeerCertificates[0]
}
