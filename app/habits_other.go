//go:build !windows

package app

import "lockstep/app/present"

// habits are how the person writes days and times.
func (s *session) habits() present.Habits { return present.HabitsOf(s.Env) }
