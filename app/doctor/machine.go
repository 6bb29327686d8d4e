package doctor

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"lockstep/app/present"
	"lockstep/sync/fault"
)

const (
	// scarce and short are free space below which the database may soon not grow, or
	// not be backed up; a library of 100 000 scenes needs about 300 MB for both.
	scarce = 1 << 30
	short  = 100 << 20
	// skew is how far clocks may differ before times in windows look wrong.
	skew = time.Minute
	// clockPatience is for one request; a server that answers tests does so at once.
	clockPatience = 5 * time.Second
)

// disk looks at the free space where the data is.
func (c *checkup) disk(context.Context) Check {
	name := present.T("Disk")
	if c.env.DataDir == "" {
		return Check{}
	}
	free, err := freeSpace(c.env.DataDir)
	switch {
	case err != nil:
		return Check{name, Warn, present.T("The free space could not be read."), ""}
	case free < short:
		return Check{name, Fail, present.T("Little free space is left for Lockstep's data: %s.", size(free)), present.T("Free some space: without it nothing can be stored.")}
	case free < scarce:
		return Check{name, Warn, present.T("Little free space is left for Lockstep's data: %s.", size(free)), present.T("Free some space before it runs out.")}
	}
	return Check{name, OK, present.T("Free space for Lockstep's data: %s.", size(free)), ""}
}

// database looks at the file, and has the engine, which has it open, read every record.
func (c *checkup) database(ctx context.Context) Check {
	name := present.T("Database")
	if c.env.Database == "" {
		return Check{}
	}
	if openToAll(c.env.DataDir) {
		return Check{name, Warn, present.T("Every user of this computer can write to the data folder."), present.T("Remove that permission: chmod o-w %s", c.env.DataDir)}
	}
	info, err := os.Stat(c.env.Database)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Check{name, Warn, present.T("There is no database yet."), present.T("It is created when Lockstep first starts.")}
	case err != nil || !info.Mode().IsRegular():
		return Check{name, Fail, present.T("The database cannot be read."), present.T("Check who owns the data folder.")}
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return Check{name, Warn, present.T("Other users of this computer can read the database."), present.T("Remove that permission: chmod 600 %s in the data folder.", filepath.Base(c.env.Database))}
	case info.Mode().Perm()&0o200 == 0:
		return Check{name, Fail, present.T("Lockstep has no permission to write its database."), present.T("Give your user write access to it.")}
	case c.err == nil:
		if found, ok := c.records(ctx); !ok {
			return found
		}
	}
	return Check{name, OK, present.T("The database uses %s.", size(uint64(max(0, info.Size())))), ""}
}

// openToAll reports a folder whose files anybody on this computer can replace.
func openToAll(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o002 != 0
}

// records has every record of the database read. It reports true when all are whole.
func (c *checkup) records(ctx context.Context) (Check, bool) {
	name := present.T("Database")
	found, err := c.api.CheckData(ctx)
	if err != nil {
		f := fault.Shown(err)
		return Check{name, Fail, present.SaySentence(f.Message), present.SaySentence(f.Hint)}, false
	}
	if !found.Message.IsZero() {
		return Check{name, Warn, present.Say(found.Message), present.T("It has been repaired. If it happens again, check this computer's disk and memory.")}, false
	}
	return Check{}, true
}

// keyring tells where the secrets are and whether the keyring would take them.
func (c *checkup) keyring(ctx context.Context) Check {
	name := present.T("Secrets")
	var err error
	if c.env.Keyring != nil {
		err = c.env.Keyring(ctx)
	}
	words := present.SecretPlace(c.set.SecretsIn)
	switch {
	case c.set.SecretsIn == "memory":
		return Check{name, Warn, words, present.T("Unlock or install a keyring.")}
	case c.set.SecretsIn == "file", c.set.SecretsIn == "environment":
		return Check{name, OK, words, ""} // by consent: the keyring is not needed
	case err != nil:
		return Check{name, Warn, present.T("The desktop's keyring does not respond."), present.T("Unlock or install a keyring.")}
	case words == "" && c.env.Keyring == nil:
		return Check{}
	case words == "":
		return Check{name, OK, present.T("The desktop's keyring works."), ""}
	}
	return Check{name, OK, words, ""}
}

func (c *checkup) tray(ctx context.Context) Check {
	if c.env.TrayHost == nil {
		return Check{}
	}
	if !c.env.TrayHost(ctx) {
		return Check{present.T("Tray"), Warn, present.T("This desktop shows no tray icons."), present.T("On GNOME, install the AppIndicator extension; the windows work without it too.")}
	}
	return Check{present.T("Tray"), OK, present.T("The desktop shows tray icons."), ""}
}

func (c *checkup) notifications(ctx context.Context) Check {
	if c.env.Notifications == nil {
		return Check{}
	}
	server, err := c.env.Notifications(ctx)
	if err != nil {
		return Check{present.T("Notifications"), Warn, present.T("This desktop shows no notifications."), present.T("Outages are still shown in the tray and in the windows.")}
	}
	if server == "" {
		server = present.T("The desktop")
	}
	return Check{present.T("Notifications"), OK, present.T("%s shows notifications.", server), ""}
}

func (c *checkup) autostart(context.Context) Check {
	name := present.T("Autostart")
	if c.env.Autostart == nil {
		return Check{}
	}
	state, err := c.env.Autostart()
	want := c.err == nil && c.set.Values.Autostart
	disagree := present.T("Lockstep starts with the desktop, but the settings say that it should not.")
	if want {
		disagree = present.T("Lockstep does not start with the desktop, but the settings say that it should.")
	}
	switch {
	case err != nil:
		return Check{name, Warn, present.T("The programs that start with the desktop could not be listed."), ""}
	case state == "elsewhere":
		return Check{name, Warn, present.T("Another copy of Lockstep starts with the desktop."), present.T("Turn autostart off and on again to start this one instead.")}
	case c.err == nil && want != (state == "on"):
		return Check{name, Warn, disagree, present.T("Turn it off and on again under Desktop.")}
	case state == "on":
		return Check{name, OK, present.T("Lockstep starts with the desktop."), ""}
	}
	return Check{name, OK, present.T("Lockstep does not start with the desktop."), ""}
}

// clock compares our clock with those of the servers, as their answers show it.
func (c *checkup) clock(ctx context.Context) Check {
	name := present.T("Clock")
	servers := []struct{ name, url string }{{"Stash", c.set.Values.StashURL}, {"Plex", c.set.Values.PlexURL}}
	drift, known := make([]time.Duration, len(servers)), make([]bool, len(servers))
	var wait sync.WaitGroup
	for i, s := range servers {
		if s.url != "" {
			wait.Go(func() { drift[i], known[i] = c.drift(ctx, s.url) })
		}
	}
	wait.Wait()
	asked := false
	for i, s := range servers {
		asked = asked || known[i]
		if d := drift[i].Abs(); d > skew {
			return Check{name, Warn, present.T("The clocks of this computer and %s differ by %s.", s.name, present.Duration(d)), present.T("Set both from the network; otherwise the times shown are wrong.")}
		}
	}
	if !asked {
		return Check{}
	}
	return Check{name, OK, present.T("This computer's clock agrees with the servers' clocks."), ""}
}

// drift is how far a server's clock is ahead of ours. It asks for the headers of its
// first page, without any secret.
func (c *checkup) drift(ctx context.Context, address string) (time.Duration, bool) {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, address+"/", nil)
	if err != nil {
		return 0, false
	}
	before := c.env.Now()
	resp, err := c.env.HTTP.Do(req)
	if err != nil {
		return 0, false
	}
	_ = resp.Body.Close()
	theirs, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return 0, false
	}
	took := c.env.Now().Sub(before)
	return theirs.Sub(before.Add(took / 2)).Round(time.Second), true
}

// size writes a number of bytes in the largest unit that leaves it above one.
func size(bytes uint64) string {
	switch {
	case bytes >= 1<<30:
		return present.Number(int(bytes>>30)) + " GB"
	case bytes >= 1<<20:
		return present.Number(int(bytes>>20)) + " MB"
	}
	return present.Number(int(bytes>>10)) + " kB"
}
