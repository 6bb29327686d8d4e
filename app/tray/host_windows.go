package tray

import (
	"context"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	user32     = windows.NewLazySystemDLL("user32.dll")
	findWindow = user32.NewProc("FindWindowW")
)

// taskbarClass names the window whose notification area shows tray icons.
const taskbarClass = "Shell_TrayWnd"

// taskbarEvery is how often the taskbar is looked for. After login it takes seconds to appear,
// and nothing tells a program without a window of its own.
const taskbarEvery = 500 * time.Millisecond

// hostPresent reports whether there is a taskbar.
func hostPresent() bool {
	class, err := windows.UTF16PtrFromString(taskbarClass)
	if err != nil {
		return false
	}
	window, _, _ := findWindow.Call(uintptr(unsafe.Pointer(class)), 0)
	return window != 0
}

// WaitForHost waits until there is a taskbar or ctx ends, and reports which.
func WaitForHost(ctx context.Context) (bool, error) {
	again := time.NewTicker(taskbarEvery)
	defer again.Stop()
	for !hostPresent() {
		select {
		case <-ctx.Done():
			return false, nil
		case <-again.C:
		}
	}
	return true, nil
}
