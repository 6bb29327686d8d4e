package remote

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"

	"lockstep/sync/file"
)

// AddressFile is the name of the file within the data folder that tells clients where
// the process listens. Environment variables that decide the place of the socket may
// differ between the two, the data folder does not.
const AddressFile = "socket.json"

// address is where a process listens.
type address struct {
	Network string `json:"network"`
	Address string `json:"address"`
	Token   string `json:"token,omitempty"`
	// ours is true when the folder of the socket holds nothing else.
	ours bool
}

// Listener accepts connections of the same user only. Close removes what Listen made.
type Listener struct {
	net.Listener
	token string
	file  string
	// allowed judges who connects; nil where the system cannot tell.
	allowed func(net.Conn) error
}

// Listen opens the socket of a data folder. The caller holds the lock of the folder, so
// a socket that is there is a dead process's and is replaced. Where no folder can hold
// the socket, or the system cannot tell who connects, it is a port of this computer.
func Listen(dir string) (*Listener, error) {
	for _, at := range places(dir) {
		l, err := listen(at)
		if err == nil {
			return publish(l, at, dir)
		}
		slog.Warn("the local socket is kept elsewhere", "err", err)
	}
	l, at, err := loopback()
	if err != nil {
		return nil, err
	}
	return publish(l, at, dir)
}

// publish tells clients where the listener is.
func publish(l *Listener, at address, dir string) (*Listener, error) {
	l.file = filepath.Join(dir, AddressFile)
	if err := writeAddress(l.file, at); err != nil {
		if at.Token != "" {
			_ = l.Listener.Close()
			return nil, err
		}
		slog.Warn("others find the socket only in its usual place", "err", err) // a full disk must not stop the engine
	}
	return l, nil
}

// Accept hands out connections of the same user; others are closed at once.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil || l.allowed == nil || l.allowed(c) == nil {
			return c, err
		}
		_ = c.Close()
	}
}

// Close ends listening and removes the socket and the address file.
func (l *Listener) Close() error {
	_ = os.Remove(l.file)
	return l.Listener.Close()
}

// writeAddress puts the whole file in place or none.
func writeAddress(place string, at address) error {
	data, err := json.Marshal(at)
	if err != nil {
		return fmt.Errorf("write the address of the socket: %w", err)
	}
	if err := file.Write(place, data); err != nil {
		return fmt.Errorf("write the address of the socket: %w", err)
	}
	return nil
}

// find tells where the process of a data folder may listen, the likeliest place first.
// Who could write the address file could also choose what we talk to and by which token,
// so it only counts if it is ours.
func find(dir string) []address {
	all := places(dir)
	file := filepath.Join(dir, AddressFile)
	at, mine, err := readAddress(file)
	switch {
	case err != nil || at.Address == "":
	case !mine:
		slog.Warn("the address file is not used: another user can write it", "file", file)
	default:
		all = append([]address{at}, slices.DeleteFunc(all, func(a address) bool { return a.Address == at.Address })...)
	}
	return all
}

// readAddress reads an address file and tells whether nobody but this user can write it.
func readAddress(path string) (at address, mine bool, err error) {
	f, err := file.Open(path)
	if err != nil {
		return at, false, fmt.Errorf("read the address of the socket: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil {
		err = json.NewDecoder(io.LimitReader(f, longestAddress)).Decode(&at)
	}
	if err != nil {
		return at, false, fmt.Errorf("read the address of the socket: %w", err)
	}
	return at, onlyOurs(info), nil
}

// longestAddress is more than an address file holds.
const longestAddress = 4 << 10

// loopback listens on TCP, guarded by a token that only who may read the data folder
// knows. It is for systems without sockets in the file system, and for data folders that
// cannot hold one.
func loopback() (*Listener, address, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, address{}, fmt.Errorf("listen on loopback: %w", err)
	}
	token := rand.Text()
	return &Listener{Listener: l, token: token}, address{Network: "tcp", Address: l.Addr().String(), Token: token}, nil
}

// short names a data folder in few characters: a socket's path has room for 108.
func short(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	sum := sha256.Sum256([]byte(dir))
	return hex.EncodeToString(sum[:8])
}
