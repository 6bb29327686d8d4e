//go:build !windows || nogui

package main

// useConsole has nothing to do: the streams are there.
func useConsole([]string) {}
