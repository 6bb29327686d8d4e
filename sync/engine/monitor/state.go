package monitor

import (
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/engine/host"
	"lockstep/sync/health"
	"lockstep/sync/outage"
)

// Settings are those the monitor decides by.
type Settings struct {
	Breaker breaker.Settings
	Watched bool // a Plex is set up
}

// Monitor is the verdict and all that it rests on. Its methods are for the loop alone.
type Monitor struct {
	host     host.Host
	settings func() Settings

	state   health.State
	said    health.Said
	recent  []outage.Record // those of late
	probing probing
	// failedProbe is when the last probe was begun that failed; zero for none since the start.
	failedProbe time.Time
	turned      time.Time // when the loop last turned
}

// probing is what is known of the tries of an open breaker.
type probing struct {
	at    time.Time     // of the newest probe
	asked time.Duration // for how long the server asked to be left alone then
	// listing is set when a probe was answered and the listing still failed: then only a
	// listing that succeeds shows that it is over.
	listing bool
}

// contactValue names the stored stamp of the last proven contact with Plex.
const contactValue = "lastContact"

// aliveValue names the stored moment up to which Plex was watched.
const aliveValue = "alive"
