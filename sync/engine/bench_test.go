package engine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lockstep/storage"
	"lockstep/sync/config"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
)

// The engine runs in a process of its own, so processor time and memory are its own
// and not those of the simulated servers. Scenes per second are of both together, as
// they share the machine's cores.

const (
	// sizeEnv replaces the sizes of the libraries, for larger ones than every run can afford.
	sizeEnv = "LOCKSTEP_BENCH_SCENES"
	// idleEnv is how long BenchmarkIdle watches a process with nothing to do.
	idleEnv = "LOCKSTEP_BENCH_IDLE"
)

// sizes are the libraries measured.
func sizes(b *testing.B, usual ...int) []int {
	text := os.Getenv(sizeEnv)
	if text == "" {
		return usual
	}
	n := 0
	if _, err := fmt.Sscan(text, &n); err != nil {
		b.Fatalf("%s: %v", sizeEnv, err)
	}
	return []int{n}
}

// benchRig is a library without images, synced before or not, and an engine that waits
// for nothing.
func benchRig(b *testing.B, scenes int, synced bool) *rig {
	b.Helper()
	o := sim.Options{Seed: 7, Scenes: scenes, NoCover: sim.Amount(scenes)}
	if synced {
		o.Synced = sim.Amount(scenes)
	}
	r := newRig(b, o)
	r.settings.Fields[scene.FieldPoster] = config.Off
	r.settings.Fields[scene.FieldBackground] = config.Off
	return r
}

func BenchmarkFirstSync(b *testing.B) { firstSync(b, false, 1_000, 10_000) }

// BenchmarkAdoption is a first sync of a library that already holds what Stash says.
func BenchmarkAdoption(b *testing.B) { firstSync(b, true, 10_000) }

func firstSync(b *testing.B, synced bool, usual ...int) {
	for _, scenes := range sizes(b, usual...) {
		b.Run(fmt.Sprint(scenes), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				r := benchRig(b, scenes, synced)
				began := time.Now()
				b.StartTimer()
				m := r.measure(b)
				m.do(settle)
				b.StopTimer()
				b.ReportMetric(float64(scenes)/time.Since(began).Seconds(), "scenes/s")
				r.report(b, m, scenes)
				r.end(b, m)
				b.StartTimer()
			}
		})
	}
}

// BenchmarkUnchanged is a complete scan of a library in which nothing changed.
func BenchmarkUnchanged(b *testing.B) {
	for _, scenes := range sizes(b, 1_000, 10_000) {
		b.Run(fmt.Sprint(scenes), func(b *testing.B) {
			r := benchRig(b, scenes, true)
			m := r.measure(b)
			m.do(settle)
			r.world.ResetCounts()
			began, bytes, allocs := m.pid().CPU(), m.bytes, m.allocs
			scans := 0
			for b.Loop() {
				m.do(scan)
				scans++
			}
			b.ReportMetric(float64(r.world.Plex.Total())/float64(scans), "plex-requests/scan")
			b.ReportMetric(float64(r.world.Stash.Total())/float64(scans), "stash-requests/scan")
			b.ReportMetric((m.pid().CPU()-began).Seconds()*1000/float64(scans), "engine-CPU-ms/scan")
			b.ReportMetric(m.heapMB, "engine-peak-heap-MB")
			m.reportAllocs(bytes, allocs, scans)
			r.end(b, m)
		})
	}
}

// BenchmarkRestart is a start on the data of a synced library: until the engine
// answers, and until it has looked at both servers.
func BenchmarkRestart(b *testing.B) {
	for _, scenes := range sizes(b, 10_000) {
		b.Run(fmt.Sprint(scenes), func(b *testing.B) {
			r := benchRig(b, scenes, true)
			m := r.measure(b)
			m.do(settle)
			r.end(b, m)
			r.world.ResetCounts()
			starts := 0
			var ready time.Duration
			for b.Loop() {
				began := time.Now()
				m = r.measure(b)
				ready += time.Since(began)
				m.do(settle)
				b.StopTimer()
				starts++
				b.ReportMetric(m.heapMB, "engine-peak-heap-MB")
				b.ReportMetric(m.pid().MB("RssAnon"), "engine-anon-MB")
				b.ReportMetric(m.pid().CPU().Seconds()*1000, "engine-CPU-ms/start")
				m.reportAllocs(0, 0, 1)
				r.end(b, m)
				b.StartTimer()
			}
			b.ReportMetric(ready.Seconds()*1000/float64(starts), "ms-until-ready")
			b.ReportMetric(float64(r.world.Plex.Total()+r.world.Stash.Total())/float64(starts), "requests/start")
		})
	}
}

// BenchmarkFirstScan is everything before the first write: all scenes seen, stored and
// queued, while Plex is away.
func BenchmarkFirstScan(b *testing.B) {
	for _, scenes := range sizes(b, 10_000) {
		b.Run(fmt.Sprint(scenes), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				r := benchRig(b, scenes, false)
				if err := r.world.Plex.Close(); err != nil {
					b.Fatal(err)
				}
				began := time.Now()
				b.StartTimer()
				m := r.measure(b)
				m.do(fmt.Sprint(scenes))
				b.StopTimer()
				b.ReportMetric(float64(scenes)/time.Since(began).Seconds(), "scenes/s")
				r.report(b, m, scenes)
				m.end()
				b.StartTimer()
			}
		})
	}
}

// BenchmarkIdle watches a process that has synced a library and has nothing to do. It
// takes as long as the environment says, so it is left out otherwise.
func BenchmarkIdle(b *testing.B) {
	span, err := time.ParseDuration(os.Getenv(idleEnv))
	if err != nil {
		b.Skipf("set %s to a time such as 10m", idleEnv)
	}
	for _, scenes := range sizes(b, 60_000) {
		b.Run(fmt.Sprint(scenes), func(b *testing.B) {
			r := benchRig(b, scenes, false)
			m := r.measure(b)
			m.do(settle)
			<-time.After(calm)
			m.do(settle)
			<-time.After(calm)
			r.world.ResetCounts()
			cpu := m.pid().CPU()
			slept, pushed := m.pid().Switches()
			wakeups := 0
			for b.Loop() {
				wakeups += m.pid().WakeUps(span)
			}
			s, p := m.pid().Switches()
			b.ReportMetric(float64(wakeups)/span.Minutes(), "wake-ups/min")
			b.ReportMetric((m.pid().CPU()-cpu).Seconds()/span.Seconds()*100, "engine-CPU-%")
			b.ReportMetric(float64(s-slept)/span.Minutes(), "sleeps/min")
			b.ReportMetric(float64(p-pushed)/span.Minutes(), "preemptions/min")
			b.ReportMetric(float64(r.world.Plex.Total()+r.world.Stash.Total())/span.Minutes(), "requests/min")
			b.ReportMetric(m.pid().MB("RssAnon"), "engine-anon-MB")
			b.ReportMetric(m.pid().MB("VmRSS"), "engine-RSS-MB")
			r.end(b, m)
		})
	}
}

// calm is waited for twice before a process counts as idle: the check of what our own
// writes changed comes 5 s after a sync, and memory is given back a minute after that.
const calm = 75 * time.Second

// report gives the figures of the last iteration.
func (r *rig) report(b *testing.B, m *measured, scenes int) {
	b.Helper()
	n := float64(scenes)
	b.ReportMetric(float64(r.world.Plex.Total())/n, "plex-requests/scene")
	b.ReportMetric(float64(r.world.Stash.Total())/n, "stash-requests/scene")
	b.ReportMetric(m.pid().CPU().Seconds()*1000/n, "engine-CPU-ms/scene")
	b.ReportMetric(m.pid().MB("VmHWM"), "engine-peak-RSS-MB")
	b.ReportMetric(m.heapMB, "engine-peak-heap-MB")
	m.reportAllocs(0, 0, 1)
	if s, err := os.Stat(filepath.Join(r.dir, storage.FileName)); err == nil {
		b.ReportMetric(float64(s.Size())/1024/n, "database-kB/scene")
	}
}

// end stops the process and the servers after a check of what they hold.
func (r *rig) end(b *testing.B, m *measured) {
	b.Helper()
	m.end()
	if diff := r.world.Diff(sim.DiffOptions{}); len(diff) > 0 {
		b.Fatalf("Plex differs from Stash in %d places, first %v", len(diff), diff[0])
	}
}
