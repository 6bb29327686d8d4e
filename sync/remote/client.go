package remote

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/decode"
	"lockstep/sync/fault"
	"lockstep/sync/message"
)

// Client is api.API of the process that serves a data folder. Its methods may be called
// from any goroutine; a call that ends with an error about the connection may be
// repeated.
type Client struct {
	version string
	http    http.Client
	token   string // for loopback TCP, empty for unix sockets
}

var _ api.API = (*Client)(nil)

// dialTimeout is how long a process on this machine may take to accept.
const dialTimeout = 2 * time.Second

// answerTimeout is how long it may take to say who it is, on a machine that swaps. It is
// longer than dialing with all its parts.
const answerTimeout = 5 * dialTimeout

// Connect makes a client for whoever serves the data folder, and makes sure that
// somebody does, is of the same user and of the same version. ErrNotRunning is in the
// chain when nobody is there, ErrForeign with it when another user is.
func Connect(ctx context.Context, dir, version string) (*Client, Hello, error) {
	var first error
	for _, at := range find(dir) {
		c := newClient(at, version)
		h, err := c.Ping(ctx)
		if err == nil && h.Version != version {
			err = otherVersion(h.Version, version)
		}
		if err == nil {
			return c, h, nil
		}
		c.Close()
		if !errors.Is(err, ErrNotRunning) {
			return nil, h, err
		}
		if errors.Is(err, ErrForeign) {
			slog.Warn("another user's program listens where Lockstep would; it is told nothing", "socket", at.Address)
		}
		if first == nil || errors.Is(err, ErrForeign) {
			first = err
		}
	}
	if first == nil {
		first = notRunning(errors.New("there is no address file"))
	}
	return nil, Hello{}, first
}

func newClient(at address, version string) *Client {
	c := &Client{version: version, token: at.Token}
	c.http.Transport = &http.Transport{
		DialContext:  func(ctx context.Context, _, _ string) (net.Conn, error) { return at.dial(ctx) },
		MaxIdleConns: 2,
	}
	return c
}

// dial connects to the process of this user that listens there, and to no other.
func (at address) dial(ctx context.Context) (net.Conn, error) {
	dialer := net.Dialer{Timeout: dialTimeout}
	c, err := dialer.DialContext(ctx, at.Network, at.Address)
	if err != nil {
		return nil, err
	}
	if at.Token != "" {
		err = challenge(ctx, c, at.Token)
	} else {
		err = sameUser(c)
	}
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// Close ends the idle connections. Calls under way go on.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Ping asks who serves the data folder; it also works across versions.
func (c *Client) Ping(ctx context.Context) (Hello, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	return post[Hello](ctx, c, pingPath, none{})
}

// Show asks the process to show a window, named as package present names them.
func (c *Client) Show(ctx context.Context, window string) error {
	_, err := post[none](ctx, c, showPath, window)
	return err
}

func call[R any](ctx context.Context, c *Client, method string, q any) (R, error) {
	return post[R](ctx, c, callPath+method, q)
}

func run(ctx context.Context, c *Client, method string, q any) error {
	_, err := call[none](ctx, c, method, q)
	return err
}

// post sends one request and reads its answer.
func post[R any](ctx context.Context, c *Client, path string, q any) (R, error) {
	var out R
	resp, err := c.send(ctx, path, q)
	if err != nil {
		return out, err
	}
	defer resp.Body.Close()
	data, err := decode.Read(resp.Body, decode.Limit{Bytes: maxAnswer})
	if err == nil {
		err = decode.JSON(data, maxObjects, &out)
	}
	if err != nil {
		return out, c.broken(ctx, fmt.Errorf("read the answer to %s: %w", path, err))
	}
	return out, nil
}

// send returns an answer that is not an error.
func (c *Client) send(ctx context.Context, path string, q any) (*http.Response, error) {
	body, err := json.Marshal(q)
	if err != nil {
		return nil, fmt.Errorf("write the request: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://lockstep"+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(versionHeader, c.version)
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.broken(ctx, err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	defer resp.Body.Close()
	return nil, refusal(resp)
}

// refusal reads the fault an answer carries. An answer without one is not from Lockstep.
func refusal(resp *http.Response) error {
	data, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	var w wireFault
	if err := json.Unmarshal(data, &w); err != nil || w.Class == "" {
		return notLockstep(fmt.Errorf("status %d", resp.StatusCode))
	}
	return w.unpack()
}

func notLockstep(err error) error {
	return fault.New(fault.Local, fault.None, message.New(message.RemoteSomethingElse), message.New(message.AdviceRestart), err)
}

// broken puts an error of the connection into words.
func (c *Client) broken(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, decode.ErrTooLarge) || errors.Is(err, bufio.ErrTooLong) {
		return notLockstep(err)
	}
	if at, ok := errors.AsType[*url.Error](err); ok {
		err = at.Err
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" || errors.Is(err, errStranger) || errors.Is(err, ErrForeign) {
		return notRunning(err)
	}
	return fault.New(fault.Local, fault.None, message.New(message.RemoteQuit), message.New(message.AdviceStartAgain), errors.Join(ErrNotRunning, err))
}

func notRunning(cause error) error {
	return fault.New(fault.Local, fault.None, message.New(message.CommandNotRunning), message.New(message.AdviceStartHeadless), errors.Join(ErrNotRunning, cause))
}

// Watch calls fn with the latest snapshot at once and after changes, at most ten times
// a second, until ctx ends or the process does.
func (c *Client) Watch(ctx context.Context, fn func(api.Snapshot)) error {
	resp, err := c.send(ctx, watchPath, none{})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, maxAnswer)
	for lines.Scan() {
		var s api.Snapshot
		if err := decode.JSON(lines.Bytes(), maxObjects, &s); err != nil {
			return c.broken(ctx, fmt.Errorf("read a snapshot: %w", err))
		}
		fn(s)
	}
	return c.broken(ctx, fmt.Errorf("read a snapshot: %w", cmp.Or(lines.Err(), io.ErrUnexpectedEOF)))
}
