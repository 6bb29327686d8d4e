// Package proc reads from outside what a process costs: processor time, memory
// and how often it wakes up. It is for benchmarks and reads Linux's /proc; where
// there is none, or the process has ended, everything is zero.
package proc

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// PID is a running process.
type PID int

// clockTick is the unit of times in /proc: USER_HZ, 100 on every Linux port in use.
const clockTick = time.Second / 100

// CPU is the processor time the process has used, without its children.
func (p PID) CPU() time.Duration {
	text, err := os.ReadFile(p.file("stat"))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ") // the name before it may hold spaces
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * clockTick
}

// MB is a figure of /proc/<pid>/status that is in kB, such as VmRSS or RssAnon, in MB.
func (p PID) MB(name string) float64 { return float64(status(p.file("status"), name)) / 1024 }

// Private is the memory in MB that no other process has a part in.
func (p PID) Private() float64 {
	rollup := p.file("smaps_rollup")
	return float64(status(rollup, "Private_Dirty")+status(rollup, "Private_Clean")) / 1024
}

// Switches is how often the threads that live now went to sleep and how often they
// were interrupted.
func (p PID) Switches() (voluntary, involuntary int) {
	tasks, _ := filepath.Glob(p.file("task/*/status"))
	for _, t := range tasks {
		voluntary += status(t, "voluntary_ctxt_switches")
		involuntary += status(t, "nonvoluntary_ctxt_switches")
	}
	return voluntary, involuntary
}

// blink is how close together two things a process does must be to count as one
// wake-up: all that one request sets in motion is one.
const blink = time.Second / 4

// WakeUps watches the process for that long and counts how often any of its threads
// began to run after none had for a quarter of a second.
func (p PID) WakeUps(span time.Duration) int {
	tick := time.NewTicker(blink)
	defer tick.Stop()
	n, awake := 0, false
	slept, pushed := p.Switches()
	for range span / blink {
		<-tick.C
		s, i := p.Switches()
		ran := s+i != slept+pushed
		if ran && !awake {
			n++
		}
		slept, pushed, awake = s, i, ran
	}
	return n
}

func (p PID) file(name string) string { return fmt.Sprintf("/proc/%d/%s", p, name) }

// status reads a number out of a status file.
func status(path, name string) int {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		value, found := strings.CutPrefix(line, name+":")
		if fields := strings.Fields(value); found && len(fields) > 0 {
			n, _ := strconv.Atoi(fields[0])
			return n
		}
	}
	return 0
}
