package remote_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/remote"
)

// Whoever is told over the socket to see the log finds the cause in it, for every call.
func TestFaultOfOurOwnIsInTheLogOfWhoAnswers(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	f := &fake{}
	c, _ := serve(t, remote.Server{API: f}, remote.Listen)
	for m := range reflect.TypeFor[api.API]().Methods() {
		if m.Name == "Watch" { // a stream tells by its end
			continue
		}
		log.Reset()
		f.mu.Lock()
		f.err = errors.New("the tide came in at " + m.Name)
		f.mu.Unlock()
		method := reflect.ValueOf(c).MethodByName(m.Name)
		args := []reflect.Value{reflect.ValueOf(context.Background())}
		for i := 1; i < method.Type().NumIn(); i++ {
			args = append(args, reflect.Zero(method.Type().In(i)))
		}
		out := method.Call(args)
		err, _ := reflect.TypeAssert[error](out[len(out)-1])
		if told := fault.Of(err); told == nil || !strings.Contains(told.Hint.String(), "log") {
			t.Errorf("%s: told %v", m.Name, err)
		}
		if !strings.Contains(log.String(), "the tide came in at "+m.Name) {
			t.Errorf("%s: the log does not say why: %s", m.Name, &log)
		}
	}
}
