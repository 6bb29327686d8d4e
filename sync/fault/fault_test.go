package fault_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"lockstep/sync/fault"
	"lockstep/sync/message"
)

func TestOfFindsTheClassHoweverDeep(t *testing.T) {
	t.Parallel()
	busy := fault.New(fault.Busy, fault.Plex, message.Foreign("Plex is busy."), message.Foreign("Wait."), errors.New("429"))
	tests := map[string]struct {
		err    error
		class  fault.Class
		server fault.Server
	}{
		"itself":                  {busy, fault.Busy, fault.Plex},
		"wrapped":                 {fmt.Errorf("write: %w", fmt.Errorf("edit: %w", busy)), fault.Busy, fault.Plex},
		"joined":                  {errors.Join(errors.New("x"), busy), fault.Busy, fault.Plex},
		"unclassified":            {errors.New("disk full"), fault.Local, fault.None},
		"stopped":                 {fmt.Errorf("read: %w", context.Canceled), fault.Canceled, fault.None},
		"timed out, unclassified": {context.DeadlineExceeded, fault.Local, fault.None},
		"a classified stop":       {fault.New(fault.Unreachable, fault.Stash, message.Foreign("x"), message.None, context.Canceled), fault.Unreachable, fault.Stash},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := fault.Of(tt.err)
			if f.Class != tt.class || f.Server != tt.server || f.Message.IsZero() {
				t.Errorf("%+v, want %s of %q in words", f, tt.class, tt.server)
			}
			if !fault.Is(tt.err, tt.class) || fault.Is(tt.err, "another") {
				t.Error("Is disagrees with Of")
			}
			if !errors.Is(tt.err, f.Err) {
				t.Errorf("the cause %v is not in the chain", f.Err)
			}
		})
	}
}

func TestNoErrorIsNoFault(t *testing.T) {
	t.Parallel()
	if f := fault.Of(nil); f != nil {
		t.Errorf("%+v", f)
	}
	if fault.Is(nil, fault.Local) || fault.Is(nil, "") {
		t.Error("no error has a class")
	}
	var none *fault.Error
	if fault.Of(none) != nil {
		t.Error("an empty fault is one")
	}
}

func TestErrorTextNamesServerWordsAndCause(t *testing.T) {
	t.Parallel()
	cause := errors.New("connection refused")
	for want, f := range map[string]*fault.Error{
		"Plex: Plex is away. (connection refused)": fault.New(fault.Unreachable, fault.Plex, message.Foreign("Plex is away."), message.Foreign("Start it."), cause),
		"The disk is full.":                        fault.New(fault.Local, fault.None, message.Foreign("The disk is full."), message.None, nil),
	} {
		if f.Error() != want {
			t.Errorf("%q, want %q", f.Error(), want)
		}
	}
	if f := fault.New(fault.Unreachable, fault.Plex, message.Foreign("x"), message.None, cause); !errors.Is(f, cause) {
		t.Error("the cause is hidden")
	}
}

func TestShownLogsTheCauseOnlyOfWhatNobodyClassified(t *testing.T) {
	var log strings.Builder
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	for name, c := range map[string]struct {
		err  error
		logs bool
	}{
		"nothing":              {nil, false},
		"stopped":              {fmt.Errorf("look: %w", context.Canceled), false},
		"classified":           {fmt.Errorf("look: %w", fault.New(fault.Temporary, fault.Plex, message.Foreign("Plex is tired."), message.None, errors.New("cause"))), false},
		"a fault of our own":   {fault.New(fault.Local, fault.None, message.Foreign("The disk is full."), message.None, errors.New("cause")), false},
		"nobody classified it": {fmt.Errorf("look: %w", errors.New("cause")), true},
	} {
		log.Reset()
		got, want := fault.Shown(c.err), fault.Of(c.err)
		if (got == nil) != (want == nil) || got != nil && got.Message.String() != want.Message.String() {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		if strings.Contains(log.String(), "cause") != c.logs {
			t.Errorf("%s: logged %q", name, log.String())
		}
	}
}

func TestAtNamesTheServerWhereNoneIsNamed(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		err  error
		want fault.Server
	}{
		"without a server":  {fault.New(fault.Unreachable, fault.None, message.Foreign("x"), message.None, nil), fault.Stash},
		"with another":      {fault.New(fault.Unreachable, fault.Plex, message.Foreign("x"), message.None, nil), fault.Plex},
		"a fault of ours":   {errors.New("disk full"), fault.None},
		"a call we stopped": {context.Canceled, fault.None},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := *fault.Of(tt.err)
			if got := fault.At(tt.err, fault.Stash); got.Server != tt.want || got.Class != before.Class {
				t.Errorf("%+v, want %q", got, tt.want)
			}
			if after := fault.Of(tt.err); after.Server != before.Server {
				t.Error("the fault itself was changed")
			}
		})
	}
	if fault.At(nil, fault.Stash) != nil {
		t.Error("no error has a server")
	}
}

func TestWholeTakesATemporaryFaultForAServersOwn(t *testing.T) {
	t.Parallel()
	f := fault.New(fault.Temporary, fault.Plex, message.Foreign("x"), message.None, nil)
	if got := f.Whole(); got.Class != fault.Unreachable || f.Class != fault.Temporary {
		t.Errorf("%s, and the fault itself is now %s", got.Class, f.Class)
	}
	if f := fault.New(fault.Busy, fault.Plex, message.Foreign("x"), message.None, nil); f.Whole() != f {
		t.Error("another fault is another now")
	}
}
