//go:build !linux

package notify

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gen2brain/beeep"

	"lockstep/assets"
)

// Desktop shows messages through the system's own notifications. They cannot be
// taken back or clicked there.
type Desktop struct {
	icon any // the path of a picture or the picture itself
}

// shown is the name people see above a message.
const shown = "Lockstep"

// New makes the desktop's sender; icon is the path of a picture. Names of icons, which
// Linux knows, stand for the app's own.
func New(_, icon string) *Desktop {
	beeep.AppName = shown
	return &Desktop{picture(icon, os.TempDir())}
}

// picture is what is shown with messages. One whose path would spoil them is left out;
// the app's own is put into the temporary folder on its way.
func picture(icon, temp string) any {
	switch named := !filepath.IsAbs(icon); {
	case !named && !strings.ContainsAny(icon, markup):
		return icon
	case named && !strings.ContainsAny(temp, markup):
		return assets.AppIcon
	}
	return ""
}

// markup are characters that mean something in the document Windows makes of a message,
// or to the shell that may pass it on. Nobody escapes them in the path of the picture.
const markup = "&<>'\"$`"

// Server names who shows messages: the system itself.
func Server(context.Context) (string, error) { return "the system", nil }

// inert removes what a shell on the way to the screen could take for code, and what
// would end the section of the document that the text is in: texts hold words from
// servers and file names.
var inert = strings.NewReplacer("$", "", "`", "'", `"`, "'", "\u201c", "'", "\u201d", "'", "\u201e", "'", `\`, "/", "]]>", "]] >")

// plain is a text without what a document or a shell could stumble over.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, text)
	return inert.Replace(text)
}

// Send shows a message.
func (d *Desktop) Send(m Message) error {
	if err := beeep.Notify(plain(m.Title), plain(m.Body), d.icon); err != nil {
		return fmt.Errorf("show a notification: %w", err)
	}
	return nil
}

// Withdraw does nothing: the system takes messages away by itself.
func (d *Desktop) Withdraw(string) error { return nil }

// Close does nothing.
func (d *Desktop) Close() error { return nil }
