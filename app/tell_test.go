package app

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/sync/fault"
)

// A command says the cause itself, and points to the log only where the cause is in one.
func TestCommandSaysTheCauseOfWhatNobodyClassified(t *testing.T) {
	cause := fmt.Errorf("read the tide table: %w", errors.New("page 7 is missing"))
	elsewhere := fault.Of(cause) // as the socket brings it: the running Lockstep has logged it
	for name, c := range map[string]struct {
		err       error
		dir       bool
		hint, log bool
	}{
		"without a log":     {cause, false, false, false},
		"with a log":        {cause, true, false, true},
		"from another side": {fault.New(elsewhere.Class, fault.None, elsewhere.Message, elsewhere.Hint, cause), false, true, false},
	} {
		dir := ""
		if c.dir {
			dir = t.TempDir()
		}
		var terminal bytes.Buffer
		s := &session{Program: Program{Err: &terminal, Out: io.Discard}, g: &grammar{}, log: newLogs(&terminal, "auto")}
		s.log.start(slog.LevelWarn, dir)
		s.tell(c.err)
		if got := terminal.String(); !strings.Contains(got, "page 7 is missing") || strings.Contains(got, "See the log") != c.hint {
			t.Errorf("%s: said %s", name, got)
		}
		data, _ := os.ReadFile(filepath.Join(dir, LogName))
		if c.dir && strings.Contains(string(data), "page 7 is missing") != c.log {
			t.Errorf("%s: logged %s", name, data)
		}
		s.log.close()
	}
}
