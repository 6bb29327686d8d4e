package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockstep/app"
	"lockstep/sync/sim"
)

// asProgram makes this test binary be the program.
const asProgram = "LOCKSTEP_TEST_IS_PROGRAM"

// squatAt makes this test binary listen there and print what it hears.
const squatAt = "LOCKSTEP_TEST_SQUATS"

func squat(at string) {
	l, err := net.Listen("unix", at)
	if err == nil {
		err = os.Chmod(at, 0o777)
	}
	fmt.Println("listening", err)
	for {
		c, err := l.Accept()
		if err != nil {
			os.Exit(1)
		}
		data, _ := io.ReadAll(c) // until the other side has enough of it
		fmt.Printf("received %q\n", data)
	}
}

// drawing makes this test binary draw lists and say what that costs; nil unless it was built
// for it.
var drawing func()

func TestMain(m *testing.M) {
	if drawing != nil {
		drawing()
	}
	if at := os.Getenv(squatAt); at != "" {
		squat(at)
	}
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// program is Lockstep in a process of its own on a data folder of the test.
type program struct {
	*exec.Cmd
	t   *testing.T
	dir string
}

func newProgram(t *testing.T, args ...string) *program {
	t.Helper()
	w := sim.NewWorld(sim.Options{Seed: 1, Scenes: 40})
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	dir := t.TempDir()
	p := &program{exec.Command(os.Args[0], args...), t, dir}
	p.Env = []string{
		asProgram + "=1", "HOME=" + dir, "LOCKSTEP_DATA_DIR=" + dir, "LOCKSTEP_NO_KEYRING=1",
		"LOCKSTEP_STASH_URL=" + w.Stash.URL(), "LOCKSTEP_PLEX_URL=" + w.Plex.URL(), "LOCKSTEP_PLEX_TOKEN=" + w.Plex.Token(),
	}
	return p
}

// runs starts the program and waits until it says so on out. What it says later is read
// too, until out ends, and then closed is closed.
func (p *program) runs(out io.Reader) (closed <-chan struct{}) {
	p.t.Helper()
	if err := p.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = p.Process.Kill() })
	ready, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for lines, told := bufio.NewScanner(out), false; lines.Scan(); {
			if !told && strings.Contains(lines.Text(), "Lockstep runs") {
				told = true
				close(ready)
			}
		}
	}()
	select {
	case <-ready:
	case <-ended:
		p.t.Fatal("it ended before it ran")
	case <-time.After(time.Minute):
		p.t.Fatal("it does not say that it runs")
	}
	return ended
}

// endsWell makes sure that the process ends gracefully.
func (p *program) endsWell() {
	p.t.Helper()
	timer := time.AfterFunc(time.Minute, func() { _ = p.Process.Kill() })
	defer timer.Stop()
	if err := p.Wait(); err != nil {
		p.t.Errorf("it ended with %v", err)
	}
	data, err := os.ReadFile(filepath.Join(p.dir, app.LogName))
	if err != nil || !strings.Contains(string(data), "Lockstep is quitting") {
		p.t.Errorf("the log does not tell of a graceful end: %v\n%s", err, data)
	}
}

// pipe connects what the program says to the test.
func (p *program) pipe() io.Reader {
	p.t.Helper()
	out, err := p.StderrPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	return out
}

func TestHangUpEndsGracefully(t *testing.T) {
	t.Parallel()
	for name, signals := range map[string][]os.Signal{
		"hang-up":                         {syscall.SIGHUP},
		"from the system and the shell":   {syscall.SIGHUP, syscall.SIGHUP, syscall.SIGHUP},
		"asked to end, then it hangs up":  {syscall.SIGTERM, syscall.SIGHUP},
		"as always: a request to end":     {syscall.SIGTERM},
		"as always: from the keyboard":    {os.Interrupt},
		"hang-up of a group with a child": {syscall.SIGHUP, syscall.SIGCONT},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProgram(t, "headless")
			p.runs(p.pipe())
			for _, s := range signals {
				if err := p.Process.Signal(s); err != nil {
					t.Fatal(err)
				}
			}
			p.endsWell()
		})
	}
}

func TestNohupIsRespected(t *testing.T) {
	t.Parallel()
	p := newProgram(t, "headless")
	p.Path, p.Args = "/bin/sh", []string{"sh", "-c", `trap "" HUP; exec "$0" headless`, os.Args[0]}
	closed := p.runs(p.pipe())
	if err := p.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	// It still answers after the signal: one sent later is not overtaken by it.
	status := exec.Command(os.Args[0], "status")
	status.Env = p.Env
	if out, err := status.CombinedOutput(); err != nil || strings.Contains(string(out), "No Lockstep runs") {
		t.Errorf("%v: %s", err, out)
	}
	select {
	case <-closed:
		t.Error("it ended")
	default:
	}
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.endsWell()
}

func TestClosedTerminalEndsGracefully(t *testing.T) {
	t.Parallel()
	ours, theirs := terminal(t)
	p := newProgram(t, "headless")
	p.Stdin, p.Stdout, p.Stderr = theirs, theirs, theirs
	p.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	closed := p.runs(ours)
	_ = theirs.Close()
	if err := ours.Close(); err != nil {
		t.Fatal(err)
	}
	<-closed
	p.endsWell()
}

// A reader that goes away (`lockstep headless 2>&1 | less`) takes nothing with it.
func TestClosedPipeEndsNothing(t *testing.T) {
	t.Parallel()
	p := newProgram(t, "headless", "--log-level", "debug")
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.Stdout, p.Stderr = in, in
	closed := p.runs(out)
	_ = in.Close()
	_ = out.Close()
	<-closed
	status := exec.Command(os.Args[0], "sync", "--all")
	status.Env = p.Env
	if words, err := status.CombinedOutput(); err != nil && status.ProcessState.ExitCode() != app.ExitAttention {
		t.Errorf("%v: %s", err, words)
	}
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.endsWell()
}

// terminal makes a pair of ends of a terminal.
func terminal(t *testing.T) (ours, theirs *os.File) {
	t.Helper()
	ours, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminals here: %v", err)
	}
	t.Cleanup(func() { _ = ours.Close() })
	n, err := unix.IoctlGetInt(int(ours.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(ours.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	if theirs, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = theirs.Close() })
	return ours, theirs
}

// nobody runs this test binary as another user, from a copy that user may read.
func nobody(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can be somebody else")
	}
	dir, err := os.MkdirTemp("/tmp", "nobody")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	data, err := os.ReadFile(os.Args[0])
	copied := filepath.Join(dir, "lockstep")
	for _, err := range []error{err, os.WriteFile(copied, data, 0o755), os.Chmod(copied, 0o755), os.Chmod(dir, 0o755)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(copied, args...)
	cmd.Dir, cmd.Env = "/", env
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	return cmd
}

func TestDataFolderOfAnotherUser(t *testing.T) {
	t.Parallel()
	home, err := os.MkdirTemp("/tmp", "home")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) }) // private to whom made it
	data := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(data, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, open := range []string{filepath.Dir(filepath.Dir(data)), filepath.Dir(data)} {
		if err := os.Chmod(open, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for dir, says := range map[string]string{home + "/data": "no permission to read", data: "no permission to write"} {
		cmd := nobody(t, []string{asProgram + "=1", "HOME=/", "LOCKSTEP_NO_KEYRING=1"}, "settings", "set", "pace", "gentle", "--data-dir", dir)
		out, err := cmd.CombinedOutput()
		if err == nil || cmd.ProcessState.ExitCode() != app.ExitError || !bytes.Contains(out, []byte(says)) {
			t.Errorf("%s: %v, want %q in %s", dir, err, says, out)
		}
	}
}

func TestSquattingProcessGetsNoToken(t *testing.T) {
	t.Parallel()
	shared, err := os.MkdirTemp("/tmp", "shared")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(shared) })
	if err := os.Chmod(shared, 0o777); err != nil {
		t.Fatal(err)
	}
	squatter := nobody(t, []string{squatAt + "=" + filepath.Join(shared, "lockstep.sock")})
	out, err := squatter.StdoutPipe()
	if err == nil {
		err = squatter.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = squatter.Process.Kill() })
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "listening <nil>" {
		t.Fatalf("the squatter says %q", lines.Text())
	}
	const token = "canary-4711-token"
	secret := newProgram(t, "secret", "set", "plex-token", "--secret-in-file", "yes")
	secret.Env = append(secret.Env, "LOCKSTEP_DATA_DIR="+shared, "LOCKSTEP_PLEX_TOKEN=")
	secret.Stdin = strings.NewReader(token)
	if words, err := secret.CombinedOutput(); err != nil || !bytes.Contains(words, []byte("is stored")) {
		t.Errorf("a secret cannot be stored: %v: %s", err, words)
	}
	_ = squatter.Process.Signal(syscall.SIGTERM)
	for lines.Scan() {
		if lines.Text() != `received ""` {
			t.Errorf("the squatter %s", lines.Text())
		}
	}
}
