package dispatch

import (
	"context"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/queue"
	"lockstep/sync/statistics"
	"lockstep/sync/store"
	"lockstep/sync/worker"
	"lockstep/sync/zone"
)

// keepEvery is how often requests that belong to no batch are stored: an idle Lockstep makes
// two a minute, and a process that is killed forgets this much of them.
const keepEvery = time.Hour

// CountRequests has requests counted; sofar is how many there were since the process began.
func (d *Dispatcher) CountRequests(sofar func() (plex, stash int)) { d.sofar = sofar }

// Today is what was done since local midnight.
func (d *Dispatcher) Today(now time.Time) api.Today {
	b, _ := d.book.On(today(now))
	return api.Today{Written: b.Today.Written, Skipped: b.Today.Skips(), Dead: b.Today.Failed}
}

func today(now time.Time) string { return statistics.Name(now.In(zone.Local())) }

// counts are counts on their way to the disk.
type counts struct {
	run   store.Run
	book  statistics.Book
	ended bool     // a day has ended since the last ones
	upTo  requests // that are in the book
}

// count is the run and the book with these results among them.
func (d *Dispatcher) count(rs []worker.Result, jobs []queue.Job) counts {
	c := counts{run: d.run.Run}
	c.book, c.ended = d.book.On(today(d.host.Now()))
	day := &c.book.Today
	if d.sofar != nil {
		c.upTo.plex, c.upTo.stash = d.sofar()
		day.Plex, day.Stash = day.Plex+c.upTo.plex-d.counted.plex, day.Stash+c.upTo.stash-d.counted.stash
	}
	for i, j := range jobs {
		switch {
		case j.State == queue.Done && d.run.wrote(rs[i]):
			c.run.Written++
			day.Written++
		case j.State == queue.Done:
			c.run.InStep++
			day.InStep++
		case j.State == queue.Parked:
			c.run.Parked++
		case j.State == queue.Skipped:
			c.run.Skipped++
			*day = day.Skip(j.Code)
		case j.State == queue.Dead:
			c.run.Dead++
			day.Failed++
		case j.State == queue.Retrying:
			day.Retried++
		}
	}
	return c
}

// stored goes on with counts that are on disk.
func (d *Dispatcher) stored(c counts) {
	d.book, d.counted, d.kept = c.book, c.upTo, d.host.Now()
}

// Keep stores the requests that belong to no batch, once an hour and when a day has ended. It
// returns when it is due again.
func (d *Dispatcher) Keep(_ context.Context, now time.Time) time.Time {
	if age := now.Sub(d.kept); d.book.Today.Day == today(now) && age >= 0 && age < keepEvery {
		return d.kept.Add(keepEvery)
	}
	c := d.count(nil, nil)
	err := d.host.Store.Update(func(tx store.Tx) error { return c.book.Put(tx, c.ended) })
	if err != nil {
		d.host.Log.Warn("store the statistics", "err", err) // they are counted on
		d.kept = now
		return time.Time{}
	}
	d.stored(c)
	return now.Add(keepEvery)
}
