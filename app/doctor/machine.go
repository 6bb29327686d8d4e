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
	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/message"
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
	name := message.New(message.DoctorDisk)
	if c.env.DataDir == "" {
		return Check{}
	}
	free, err := freeSpace(c.env.DataDir)
	switch {
	case err != nil:
		return Check{name, Warn, message.New(message.DoctorFreeUnknown), message.None}
	case free < short:
		return Check{name, Fail, message.New(message.DoctorFreeLittle, message.Of(size(free))), message.New(message.AdviceFreeNow)}
	case free < scarce:
		return Check{name, Warn, message.New(message.DoctorFreeLittle, message.Of(size(free))), message.New(message.AdviceFreeSoon)}
	}
	return Check{name, OK, message.New(message.DoctorFree, message.Of(size(free))), message.None}
}

// database looks at the file, and has the engine, which has it open, read every record.
func (c *checkup) database(ctx context.Context) Check {
	name := message.New(message.DoctorDatabase)
	if c.env.Database == "" {
		return Check{}
	}
	if openToAll(c.env.DataDir) {
		return Check{name, Warn, message.New(message.DoctorFolderOpen), message.New(message.AdviceFolderOpen, message.Path(c.env.DataDir))}
	}
	info, err := os.Stat(c.env.Database)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Check{name, Warn, message.New(message.DoctorDatabaseNone), message.New(message.AdviceDatabaseNone)}
	case err != nil || !info.Mode().IsRegular():
		return Check{name, Fail, message.New(message.DoctorDatabaseUnreadable), message.New(message.AdviceDatabaseUnreadable)}
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return Check{name, Warn, message.New(message.DoctorDatabaseOpen), message.New(message.AdviceDatabaseModes, message.Word(filepath.Base(c.env.Database)))}
	case info.Mode().Perm()&0o200 == 0:
		return Check{name, Fail, message.New(message.DoctorDatabaseFixed), message.New(message.AdviceDatabaseFixed)}
	case c.err == nil:
		if found, ok := c.records(ctx); !ok {
			return found
		}
	}
	return Check{name, OK, message.New(message.DoctorDatabaseSize, message.Of(size(uint64(max(0, info.Size()))))), message.None}
}

// openToAll reports a folder whose files anybody on this computer can replace.
func openToAll(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o002 != 0
}

// records has every record of the database read. It reports true when all are whole.
func (c *checkup) records(ctx context.Context) (Check, bool) {
	name := message.New(message.DoctorDatabase)
	found, err := c.api.CheckData(ctx)
	if err != nil {
		f := fault.Shown(err)
		return Check{name, Fail, f.Message, f.Hint}, false
	}
	if !found.Message.IsZero() {
		return Check{name, Warn, found.Message, message.New(message.AdviceDatabaseRepaired)}, false
	}
	return Check{}, true
}

// keyring tells where the secrets are and whether the keyring would take them.
func (c *checkup) keyring(ctx context.Context) Check {
	name := message.New(message.DoctorSecrets)
	var err error
	if c.env.Keyring != nil {
		err = c.env.Keyring(ctx)
	}
	words := present.SecretPlaceMessage(c.set.SecretsIn)
	switch {
	case c.set.SecretsIn == api.InMemory:
		return Check{name, Warn, words, message.New(message.AdviceUnlockKeyring)}
	case c.set.SecretsIn == api.InFile, c.set.SecretsIn == api.InEnvironment:
		return Check{name, OK, words, message.None} // by consent: the keyring is not needed
	case err != nil:
		return Check{name, Warn, message.New(message.DoctorKeyringSilent), message.New(message.AdviceUnlockKeyring)}
	case words.IsZero() && c.env.Keyring == nil:
		return Check{}
	case words.IsZero():
		return Check{name, OK, message.New(message.DoctorKeyringWorks), message.None}
	}
	return Check{name, OK, words, message.None}
}

func (c *checkup) tray(ctx context.Context) Check {
	if c.env.TrayHost == nil {
		return Check{}
	}
	if !c.env.TrayHost(ctx) {
		return Check{message.New(message.DoctorTray), Warn, message.New(message.DoctorTrayNone), message.New(message.AdviceTrayNone)}
	}
	return Check{message.New(message.DoctorTray), OK, message.New(message.DoctorTrayShown), message.None}
}

func (c *checkup) notifications(ctx context.Context) Check {
	if c.env.Notifications == nil {
		return Check{}
	}
	server, err := c.env.Notifications(ctx)
	if err != nil {
		return Check{message.New(message.DoctorNotifications), Warn, message.New(message.DoctorNotificationsNone), message.New(message.AdviceNotificationsNone)}
	}
	if server == "" {
		return Check{message.New(message.DoctorNotifications), OK, message.New(message.DoctorNotificationsShown), message.None}
	}
	return Check{message.New(message.DoctorNotifications), OK, message.New(message.DoctorNotificationsShownBy, message.Word(server)), message.None}
}

func (c *checkup) autostart(context.Context) Check {
	name := message.New(message.DoctorAutostart)
	if c.env.Autostart == nil {
		return Check{}
	}
	state, err := c.env.Autostart()
	want := c.err == nil && c.set.Values.Autostart
	disagree := message.New(message.DoctorAutostartUnwanted)
	if want {
		disagree = message.New(message.DoctorAutostartMissing)
	}
	switch {
	case err != nil:
		return Check{name, Warn, message.New(message.DoctorAutostartUnknown), message.None}
	case state == "elsewhere":
		return Check{name, Warn, message.New(message.DoctorAutostartOther), message.New(message.AdviceAutostartOther)}
	case c.err == nil && want != (state == "on"):
		return Check{name, Warn, disagree, message.New(message.AdviceAutostartAgain)}
	case state == "on":
		return Check{name, OK, message.New(message.DoctorAutostartOn), message.None}
	}
	return Check{name, OK, message.New(message.DoctorAutostartOff), message.None}
}

// clock compares our clock with those of the servers, as their answers show it.
func (c *checkup) clock(ctx context.Context) Check {
	name := message.New(message.DoctorClock)
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
			return Check{name, Warn, message.New(message.DoctorClocksDiffer, message.Word(s.name), message.Span(d)), message.New(message.AdviceClocksDiffer)}
		}
	}
	if !asked {
		return Check{}
	}
	return Check{name, OK, message.New(message.DoctorClocksAgree), message.None}
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

// size is a number of bytes in the largest unit that leaves it above one.
func size(bytes uint64) message.Message {
	switch {
	case bytes >= 1<<30:
		return message.New(message.SizeGigabytes, message.Count(int(bytes>>30)))
	case bytes >= 1<<20:
		return message.New(message.SizeMegabytes, message.Count(int(bytes>>20)))
	}
	return message.New(message.SizeKilobytes, message.Count(int(bytes>>10)))
}
