package present

import (
	"strconv"
	"strings"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/message"
)

// Coverage tells how well the path rules fit: "1 173 of 1 204 files found in Plex —
// 97.4 %".
func Coverage(c api.Mapping) string {
	if c.Total == 0 {
		return T("No files to look for yet.")
	}
	return T("%s of %s found in Plex — %s", Number(c.Covered), Count(c.Total, "file", "files"), Percent(float64(c.Covered)/float64(c.Total), 1))
}

// Tested is the answer of a Test button in one or two sentences.
func Tested(r api.TestResult) Line {
	words := SaySentence(r.Message)
	if !r.Hint.IsZero() {
		words += " " + SaySentence(r.Hint)
	}
	if r.OK {
		return Line{words, Good}
	}
	return Line{words, Warn}
}

// SecretPlace tells where secrets are kept.
func SecretPlace(in api.SecretPlace) string { return Say(SecretPlaceMessage(in)) }

// SecretPlaceMessage is what SecretPlace says.
func SecretPlaceMessage(in api.SecretPlace) message.Message {
	switch in {
	case api.InKeyring:
		return message.New(message.SecretsInKeyring)
	case api.InFile:
		return message.New(message.SecretsInFile)
	case api.InEnvironment:
		return message.New(message.SecretsInEnvironment)
	case api.InMemory:
		return message.New(message.SecretsInMemory)
	}
	return message.None
}

// SecretHint stands in an empty secret entry.
func SecretHint(stored bool) string {
	if stored {
		return T("stored — type to replace it")
	}
	return T("not set")
}

// SettingHint is the line under a setting: what it does, its range, and which flag or
// variable sets it instead, if any.
func SettingHint(o config.Option, overriddenBy string) string {
	words := T(o.Words)
	if lo, hi, ok := strings.Cut(o.Range, " to "); ok {
		words += " (" + T("%s to %s", bound(lo), bound(hi)) + ")"
	} else if o.Range != "" && o.List == nil {
		words += " (" + T(o.Range) + ")"
	}
	if overriddenBy != "" {
		words += " " + T("Set by %s, which counts until Lockstep is started without it; a change here is saved for then.", overriddenBy)
	}
	return words
}

// bound is an end of a range as people write it: "90 days". A bare number stays as it is typed:
// lines would break at the space of "1 000".
func bound(edge string) string {
	d, err := config.ParseSpan(edge)
	if err != nil {
		return edge
	}
	number, unit := config.InUnits(d)
	name := UnitNames(number)[unit]
	if n, err := strconv.Atoi(number); err == nil {
		return Number(n) + " " + name
	}
	return strings.Replace(number, ".", point(), 1) + " " + name
}

// UnitNames are what people call config.Units beside a number.
func UnitNames(number string) []string {
	if strings.TrimSpace(number) == "1" {
		return []string{T("second"), T("minute"), T("hour"), T("day")}
	}
	return []string{T("seconds"), T("minutes"), T("hours"), T("days")}
}

// DoctorHead sums up the checks of the doctor.
func DoctorHead(bad int) string {
	if bad == 0 {
		return T("Everything is fine")
	}
	if bad == 1 {
		return T("1 check needs attention")
	}
	return T("%s checks need attention", Number(bad))
}

// Welcome is the hint of the first run.
const Welcome = "Welcome. The set-up asks for all that is needed, and shows what it would write before anything is written. Saving both addresses here starts syncing."

// KeepSyncing is asked when the last window closes on a desktop without a tray.
const KeepSyncing = "This desktop shows no tray icons. Lockstep can keep running without one; start it again to open its window."

// GoesOnInTray is asked when the last window closes for the first time.
const GoesOnInTray = "Lockstep keeps running. Use its tray icon to open it or quit; on some desktops the icon is behind a small arrow. You will not be asked again."

// SecretRemoved stands in the entry of a secret that Save will take away.
const SecretRemoved = "will be removed when you save"

// CoverageLine is Coverage with the tone it deserves.
func CoverageLine(c api.Mapping) Line {
	switch {
	case c.Total == 0:
		return Line{Coverage(c), Muted}
	case c.Covered*10 >= c.Total*9:
		return Line{Coverage(c), Good}
	}
	return Line{Coverage(c), Warn}
}

// Server names a Plex server to choose: "Attic · http://10.0.0.7:32400".
func Server(p api.PlexServer) string {
	where := p.URL
	switch {
	case where == "":
		where = T("does not answer")
	case p.Relay:
		where = T("only through Plex's slow relay")
	}
	return join(p.Name, where)
}

// SignInWords tells how a sign-in with Plex stands.
func SignInWords(s api.SignInState) Line {
	switch s.State {
	case api.SignInDone:
		if len(s.Servers) == 0 {
			return Line{T("Signed in, but this account owns no Plex server."), Warn}
		}
		return Line{T("Signed in. Choose the server to keep in step:"), Good}
	case api.SignInExpired:
		return Line{T("The sign-in has expired. Start again."), Warn}
	case api.SignInWaiting:
	}
	return Line{T("Confirm the sign-in in your browser."), Busy}
}

// NoBrowser is said when the sign-in page could not be opened.
func NoBrowser() Line {
	return Line{T("No browser could be opened. Copy the address, open it in any browser, and confirm the sign-in there."), Warn}
}

// Discovered tells what a look around the local network brought.
func Discovered(n int) Line {
	if n == 0 {
		return Line{T("No Plex server answered on this network. Many networks block this; enter the address instead."), Muted}
	}
	return Line{T("%s found on this network:", Count(n, "server was", "servers were")), Good}
}

// choices explains values whose name alone says too little.
var choices = map[string]string{
	string(config.Merge):  "Keep my edits in Plex (merge)",
	string(config.Mirror): "Stash wins (mirror)",
	string(config.Fill):   "Fill only what is empty (fill)",
	string(config.Off):    "Leave alone (off)",
	string(config.Gentle): "gentle — leaves Plex free most of the time",
	string(config.Normal): "normal — leaves Plex free half of the time",
	string(config.Full):   "full — no pauses",

	string(config.AutoLanguage): "system language", string(config.English): "English", string(config.Deutsch): "Deutsch",

	string(config.FromCover): "Cover", string(config.FromGallery): "Gallery", string(config.GalleryOrCover): "Gallery, else cover",

	string(config.ScopeAll): "everything", string(config.ScopeDay): "last 24 hours", string(config.ScopeWeek): "last 7 days",
}

// Choice is a value of a setting in front of people.
func Choice(value string) string {
	if words, ok := choices[value]; ok {
		return T(words)
	}
	return T(value)
}
