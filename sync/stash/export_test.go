package stash

import "time"

// Ping sets the rhythm of the job watch, so that a test need not wait half a minute.
func (c *Client) Ping(every, answer time.Duration) { c.beat, c.pong = every, answer }

// PingsOften reports whether the job watch is held open by frequent pings.
func (c *Client) PingsOften() bool { return c.http.PingsOften() }
