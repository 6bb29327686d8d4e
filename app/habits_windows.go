package app

import (
	"golang.org/x/sys/windows/registry"

	"lockstep/app/present"
)

// habits are how the person writes days and times, as chosen in the settings of Windows.
func (s *session) habits() present.Habits {
	k, err := registry.OpenKey(registry.CURRENT_USER, `Control Panel\International`, registry.QUERY_VALUE)
	if err != nil {
		return present.Habits{}
	}
	defer k.Close()
	zero := func(name string) bool { // zero is what the United States do
		v, _, err := k.GetStringValue(name)
		return err == nil && v == "0"
	}
	return present.Habits{MonthFirst: zero("iDate"), TwelveHours: zero("iTime")}
}
