//go:build !linux

package notify

import (
	"context"
	"fmt"
	"strings"

	"github.com/gen2brain/beeep"
)

// Desktop shows messages through the system's own notifications. They cannot be
// taken back or clicked there.
type Desktop struct {
	icon string
}

// New makes the desktop's sender; icon is the path of a picture.
func New(app, icon string) *Desktop {
	beeep.AppName = app
	return &Desktop{icon: icon}
}

// Server names who shows messages: the system itself.
func Server(context.Context) (string, error) { return "the system", nil }

// inert removes what a shell on the way to the screen could take for code: texts hold
// words from servers and file names.
var inert = strings.NewReplacer("$", "", "`", "'", `"`, "'", "\u201c", "'", "\u201d", "'", "\u201e", "'", "\x00", "", `\`, "/", "\r", " ", "\n", " ")

// Send shows a message.
func (d *Desktop) Send(m Message) error {
	if err := beeep.Notify(inert.Replace(m.Title), inert.Replace(m.Body), d.icon); err != nil {
		return fmt.Errorf("show a notification: %w", err)
	}
	return nil
}

// Withdraw does nothing: the system takes messages away by itself.
func (d *Desktop) Withdraw(string) error { return nil }

// Close does nothing.
func (d *Desktop) Close() error { return nil }
