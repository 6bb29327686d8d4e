// Package e2e drives the built app from outside, as a person at a desktop and a person
// at a terminal do: real windows on a display, a tray on a session bus, notifications,
// commands, against simulated servers. Its tests have the build tag e2e and read the
// path of the program from LOCKSTEP_BIN; see `make e2e`.
package e2e
