package zone_test

import (
	"testing"
	"time"

	"lockstep/sync/zone"
)

func TestAStampIsTheSameAfterItWasStored(t *testing.T) {
	for name, at := range map[string]time.Time{
		"now":           time.Now(),
		"in a far zone": time.Date(2026, 11, 23, 14, 2, 0, 7, time.FixedZone("far", 13*3600)),
		"none":          {},
	} {
		stamp := zone.Stamp(at)
		text, err := stamp.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var stored time.Time
		if err := stored.UnmarshalText(text); err != nil || stored != stamp || !stamp.Equal(at) {
			t.Errorf("%s: %#v is read as %#v (%v)", name, stamp, stored, err)
		}
	}
}
