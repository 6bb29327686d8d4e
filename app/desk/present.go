package desk

import (
	"os"
	"runtime"
)

// Present reports whether this process has a desktop to show windows on.
func Present() bool { return present(runtime.GOOS, os.Getenv) }

func present(system string, env func(string) string) bool {
	switch system {
	case "windows", "darwin":
		return true
	}
	return env("DISPLAY") != "" || env("WAYLAND_DISPLAY") != ""
}
