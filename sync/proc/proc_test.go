package proc_test

import (
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"lockstep/sync/proc"
)

func linux(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
}

func TestOwnCosts(t *testing.T) {
	linux(t)
	me := proc.PID(os.Getpid())
	before := me.CPU()
	for me.CPU() == before { // ends once a tick of work was counted
		continue
	}
	if rss, anon := me.MB("VmRSS"), me.MB("RssAnon"); anon <= 0 || rss < anon || rss > 1<<14 {
		t.Errorf("a test uses %.1f MB, %.1f of them anonymous", rss, anon)
	}
	if slept, pushed := me.Switches(); slept+pushed == 0 {
		t.Error("a program that has waited for a file never slept")
	}
}

// A program that only waits never wakes up, and one that works all the time wakes up once.
func TestWakeUpsOfAProcess(t *testing.T) {
	linux(t)
	cmd := exec.Command("cat")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skip("no cat here:", err)
	}
	defer func() { _ = in.Close(); _ = cmd.Wait() }()
	p := proc.PID(cmd.Process.Pid)
	for p.WakeUps(time.Second) > 0 { // it has started when it is quiet
		continue
	}
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		for {
			select {
			case <-stop:
				return
			default:
				_, _ = in.Write([]byte("awake\n"))
			}
		}
	}()
	// Looked at four times. A busy machine may let the writer pause once.
	if n := p.WakeUps(time.Second); n < 1 || n > 2 {
		t.Errorf("being busy all the time counts as %d wake-ups", n)
	}
}

func TestEndedProcessCostsNothing(t *testing.T) {
	linux(t)
	cmd := exec.Command("true")
	if err := cmd.Run(); err != nil {
		t.Skip("no true here:", err)
	}
	p := proc.PID(cmd.Process.Pid)
	slept, pushed := p.Switches()
	if p.CPU() != 0 || p.MB("VmRSS") != 0 || slept+pushed != 0 {
		t.Error("a process that has ended still has costs")
	}
}
