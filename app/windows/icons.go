package windows

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"lockstep/app/present"
)

// pulse is a line with one beat, for outages; cross is the doctor's. Fyne has neither.
var (
	pulse = svgIcon("pulse", `<path d="M2 11h4.6l2.7-7.4 5 15 2.8-7.6H22v2h-3.5l-4.3 11.5L9.2 9.3 8 13H2z"/>`)
	cross = svgIcon("cross", `<path d="M9 3h6v6h6v6h-6v6H9v-6H3V9h6z"/>`)
)

func svgIcon(name, shapes string) fyne.Resource {
	return fyne.NewStaticResource(name+".svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24">`+shapes+`</svg>`))
}

// navIcon is the icon of a page or window in the sidebar.
func navIcon(name string) fyne.Resource {
	switch name {
	case present.Queue:
		return theme.ListIcon()
	case present.Reports:
		return theme.DocumentIcon()
	case present.Preview:
		return theme.VisibilityIcon()
	case present.History:
		return theme.HistoryIcon()
	case present.Outages:
		return pulse
	case present.Explain:
		return theme.QuestionIcon()
	case present.Doctor:
		return cross
	case present.Settings:
		return theme.SettingsIcon()
	}
	return theme.HomeIcon()
}
