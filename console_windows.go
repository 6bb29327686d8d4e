//go:build !nogui

package main

import (
	"os"

	"golang.org/x/sys/windows"

	"lockstep/app"
)

var attachConsole = windows.NewLazySystemDLL("kernel32.dll").NewProc("AttachConsole")

// attachParent is ATTACH_PARENT_PROCESS: the console of whoever started this process.
const attachParent = ^uintptr(0)

// useConsole connects a command to the console it was typed in, which Windows does not
// do for a program with windows. The tray stays apart, or it would end with the console.
func useConsole(args []string) {
	if !app.Answers(args) || usable(windows.STD_OUTPUT_HANDLE) {
		return // the output goes to a file or a pipe
	}
	if ok, _, _ := attachConsole.Call(attachParent); ok == 0 {
		return // not started from a console
	}
	out, err := os.OpenFile("CONOUT$", os.O_RDWR, 0)
	if err != nil {
		return
	}
	os.Stdout = out
	if !usable(windows.STD_ERROR_HANDLE) {
		os.Stderr = out
	}
	_, _ = out.WriteString("\n") // the shell did not wait, and has its prompt there
}

// usable reports whether a standard stream leads anywhere. What shells hand to a program
// with windows may be a console that the program is not connected to.
func usable(stream uint32) bool {
	h, err := windows.GetStdHandle(stream)
	if err != nil {
		return false
	}
	var mode uint32
	kind, err := windows.GetFileType(h)
	return err == nil && (kind == windows.FILE_TYPE_DISK || kind == windows.FILE_TYPE_PIPE) || windows.GetConsoleMode(h, &mode) == nil
}
