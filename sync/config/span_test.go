package config_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/config"
)

// Number and unit are the span, and no larger unit gives a whole number.
func TestASpanInUnitsIsThatSpan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.SampledFrom(config.Units).Draw(t, "unit").Of
		d := time.Duration(rapid.IntRange(0, 5000).Draw(t, "number")) * of
		number, unit := config.InUnits(d)
		got, err := config.ParseSpan(number + config.Units[unit].Letter)
		if err != nil || got != d {
			t.Fatalf("%v is %s %s, which is %v, %v", d, number, config.Units[unit].Letter, got, err)
		}
		for _, larger := range config.Units[unit+1:] {
			if d > 0 && d%larger.Of == 0 {
				t.Fatalf("%v is %s %s and a whole number of %s", d, number, config.Units[unit].Letter, larger.Letter)
			}
		}
	})
}
