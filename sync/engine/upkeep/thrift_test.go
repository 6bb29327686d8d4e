package upkeep_test

import (
	"runtime/debug"
	"testing"

	"lockstep/sync/engine/upkeep"
)

// Not parallel: both settings are those of the whole process.
func TestThriftBoundsGarbageUnlessTheEnvironmentDoes(t *testing.T) {
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetGCPercent(percent); debug.SetMemoryLimit(limit) })
	now := func() (int, int64) {
		p := debug.SetGCPercent(100)
		debug.SetGCPercent(p)
		return p, debug.SetMemoryLimit(-1)
	}
	t.Setenv("GOGC", "50")
	t.Setenv("GOMEMLIMIT", "1GiB")
	upkeep.Thrift()
	if p, l := now(); p != 100 || l != limit {
		t.Errorf("the environment is overruled: %d %%, %d bytes", p, l)
	}
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	upkeep.Thrift()
	if p, l := now(); p != 200 || l != 256<<20 {
		t.Errorf("%d %%, %d bytes; want 200 %% and 256 MB", p, l)
	}
}
