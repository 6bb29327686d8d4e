package app

import (
	"io"
	"os"

	"golang.org/x/sys/windows"
)

// coloured reports whether a terminal understands the sequences that colour text. A
// console does so once it is asked to.
func coloured(terminal io.Writer) bool {
	f, ok := terminal.(*os.File)
	if !ok {
		return false
	}
	console := windows.Handle(f.Fd())
	var mode uint32
	if windows.GetConsoleMode(console, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
