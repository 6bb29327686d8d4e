// Package desktoptest is a desktop for tests and for the demo: a display, a
// session bus, a tray host and a notification server of their own, none of
// which touches the desktop of the person who runs them. It starts and reads
// real programs (Xvfb, dbus-daemon, openbox, xfce4-panel, xdotool, ImageMagick)
// and knows nothing of Lockstep. Its functions return errors; NewRig in rig.go
// is the short form for tests.
package desktoptest
