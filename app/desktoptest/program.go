package desktoptest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// endGrace is how long a program may take to end when asked before it is killed.
const endGrace = 2 * time.Second

// Program is a started program whose output is kept.
type Program struct {
	cmd  *exec.Cmd
	out  output
	done chan struct{}
	err  error // of Wait; read after done is closed
}

// output collects what a program writes while others read it.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// StartProgram starts the program with exactly that environment, both outputs kept.
func StartProgram(env []string, name string, args ...string) (*Program, error) {
	p := &Program{cmd: exec.Command(name, args...)}
	p.cmd.Env = env
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.out
	if err := p.start(); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *Program) start() error {
	p.done = make(chan struct{})
	// A grandchild that keeps the output open must not keep Wait from returning.
	p.cmd.WaitDelay = endGrace
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.cmd.Path, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	return nil
}

// PID is the process id.
func (p *Program) PID() int { return p.cmd.Process.Pid }

// Output is everything the program has written so far.
func (p *Program) Output() string { return p.out.String() }

// Signal sends the signal; to a program that has ended it does nothing.
func (p *Program) Signal(s os.Signal) error {
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal %s: %w", p.cmd.Path, err)
	}
	return nil
}

// Done is closed when the program has ended.
func (p *Program) Done() <-chan struct{} { return p.done }

// Wait waits at most d for the program to end, and returns an error if it did
// not or if its exit code is not 0.
func (p *Program) Wait(d time.Duration) error {
	select {
	case <-p.done:
		return p.err
	case <-time.After(d):
		return fmt.Errorf("%s still runs after %v", p.cmd.Path, d)
	}
}

// Stop asks the program to end, kills it if it does not, and waits for it.
func (p *Program) Stop() {
	_ = p.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(endGrace):
		_ = p.Signal(os.Kill)
		<-p.done
	}
}

// setEnv returns env with the given NAME=value entries instead of its own.
func setEnv(env []string, entries ...string) []string {
	out := make([]string, 0, len(env)+len(entries))
	for _, e := range env {
		name, _, _ := strings.Cut(e, "=")
		replaced := false
		for _, n := range entries {
			replaced = replaced || strings.HasPrefix(n, name+"=")
		}
		if !replaced {
			out = append(out, e)
		}
	}
	return append(out, entries...)
}
