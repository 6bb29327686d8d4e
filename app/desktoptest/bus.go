package desktoptest

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

// busConfig has no service folders: nothing on the machine (portal, keyring,
// notification daemon) is ever started behind a test's back, and a service that
// is not there fails at once. eavesdrop in the allow rules lets replies through;
// without it callers hang.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><keep_umask/><listen>unix:dir=DIR</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>`

// Bus is a session bus of its own.
type Bus struct {
	// Address goes into DBUS_SESSION_BUS_ADDRESS of the programs that shall use it.
	Address string

	daemon *Program
	dir    string
}

// StartBus starts a session bus. Close ends it.
func StartBus() (*Bus, error) {
	// Not a test's folder: its path is long, and a unix socket's is limited to 108 bytes.
	dir, err := os.MkdirTemp("", "bus")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the bus: %w", err)
	}
	b := &Bus{dir: dir}
	if err := b.start(); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

func (b *Bus) start() error {
	file := filepath.Join(b.dir, "bus.conf")
	if err := os.WriteFile(file, []byte(strings.Replace(busConfig, "DIR", b.dir, 1)), 0o600); err != nil {
		return fmt.Errorf("write the bus configuration: %w", err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("make a pipe for the bus address: %w", err)
	}
	defer read.Close()
	b.daemon = &Program{cmd: exec.Command("dbus-daemon", "--config-file="+file, "--nofork", "--print-address=3")}
	b.daemon.cmd.Stderr = &b.daemon.out
	b.daemon.cmd.ExtraFiles = []*os.File{write}
	err = b.daemon.start()
	_ = write.Close()
	if err != nil {
		b.daemon = nil
		return fmt.Errorf("start a session bus (package dbus): %w", err)
	}
	b.Address, err = firstLine(read)
	if err != nil {
		return fmt.Errorf("read the bus address: %w: %s", err, b.daemon.Output())
	}
	return nil
}

// Close ends the bus and whatever waits on it.
func (b *Bus) Close() {
	if b.daemon != nil {
		b.daemon.Stop()
	}
	_ = os.RemoveAll(b.dir)
}

// firstLine reads one line, giving up after Patience.
func firstLine(f *os.File) (string, error) {
	// A pipe that takes no deadline blocks until its writer ends, which is bounded too.
	if err := f.SetReadDeadline(time.Now().Add(Patience)); err != nil && !errors.Is(err, os.ErrNoDeadline) {
		return "", err
	}
	line, err := bufio.NewReader(f).ReadString('\n')
	return strings.TrimSpace(line), err
}

// dial connects to the bus at that address.
func dial(address string) (*dbus.Conn, error) {
	conn, err := dbus.Connect(address)
	if err != nil {
		return nil, fmt.Errorf("connect to the bus: %w", err)
	}
	return conn, nil
}

// own takes a well-known name for the connection.
func own(conn *dbus.Conn, name string) error {
	reply, err := conn.RequestName(name, dbus.NameFlagDoNotQueue)
	if err != nil {
		return fmt.Errorf("own %s: %w", name, err)
	}
	if reply != dbus.RequestNameReplyPrimaryOwner {
		return fmt.Errorf("own %s: somebody else does", name)
	}
	return nil
}
