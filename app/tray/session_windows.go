package tray

import (
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	findWindowEx     = user32.NewProc("FindWindowExW")
	threadOf         = user32.NewProc("GetWindowThreadProcessId")
	setWindowLongPtr = user32.NewProc("SetWindowLongPtrW")
	callWindowProc   = user32.NewProc("CallWindowProcW")
)

const (
	// systrayClass is the class of the window systray hears messages with.
	systrayClass = "SystrayClass"
	// gwlpWndProc is GWLP_WNDPROC, which is -4.
	gwlpWndProc = ^uintptr(3)
	// wmEndSession is WM_ENDSESSION: the person logs off or, with zero, does not after all.
	wmEndSession = 0x0016
)

// onSessionEnd has end called when the person logs off or the system shuts down. Windows
// kills the process once end returns. systray alone would take its icon away, also when
// the session goes on.
func onSessionEnd(end func()) error {
	window, err := ownWindow()
	if err != nil {
		return fmt.Errorf("listen for the end of the session: %w", err)
	}
	var usual uintptr
	proc := windows.NewCallback(func(window windows.Handle, message uint32, w, l uintptr) uintptr {
		if message == wmEndSession {
			if w != 0 {
				end()
			}
			return 0
		}
		result, _, _ := callWindowProc.Call(usual, uintptr(window), uintptr(message), w, l)
		return result
	})
	usual, _, err = getWindowProc(window)
	if usual == 0 {
		return fmt.Errorf("listen for the end of the session: %w", err)
	}
	if old, _, err := setWindowLongPtr.Call(window, gwlpWndProc, proc); old == 0 {
		return fmt.Errorf("listen for the end of the session: %w", err)
	}
	return nil
}

// getWindowProc is what handles a window's messages.
func getWindowProc(window uintptr) (uintptr, uintptr, error) {
	return user32.NewProc("GetWindowLongPtrW").Call(window, gwlpWndProc)
}

// ownWindow finds systray's window of this process among those of others.
func ownWindow() (uintptr, error) {
	class, err := windows.UTF16PtrFromString(systrayClass)
	if err != nil {
		return 0, err
	}
	var window uintptr
	for {
		window, _, err = findWindowEx.Call(0, window, uintptr(unsafe.Pointer(class)), 0)
		if window == 0 {
			return 0, err
		}
		var pid uint32
		_, _, _ = threadOf.Call(window, uintptr(unsafe.Pointer(&pid)))
		if int(pid) == os.Getpid() {
			return window, nil
		}
	}
}
