package desk

import (
	"fmt"

	"golang.org/x/sys/windows"
)

var allowSetForegroundWindow = windows.NewLazySystemDLL("user32.dll").NewProc("AllowSetForegroundWindow")

// AllowFront lets another process put its window in front. Only the process that the
// user has just dealt with may give this right away.
func AllowFront(pid int) error {
	if ok, _, err := allowSetForegroundWindow.Call(uintptr(uint32(pid))); ok == 0 {
		return fmt.Errorf("let the window come to the front: %w", err)
	}
	return nil
}
