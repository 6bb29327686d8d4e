//go:build !windows

package desk

import (
	"os/exec"
	"runtime"
	"syscall"
)

// opener is the program of the system that opens pages.
func opener() string {
	if runtime.GOOS == "darwin" {
		return "open"
	}
	return "xdg-open"
}

// open starts the opener in a session of its own, so that a browser it becomes does not
// end with us.
func open(page string) error {
	cmd := exec.Command(opener(), page) //nolint:noctx // it outlives whoever asks
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }() // or it stays as a zombie; whether a page shows only the user can tell
	return nil
}
