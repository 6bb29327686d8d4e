package upkeep_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/engine/host"
	"lockstep/sync/engine/upkeep"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// data is a database file that is as a test says.
type data struct {
	words    string // of the next check or maintenance
	err      error
	watchErr error
	trimmed  int
	trimErr  error
}

func (d *data) answer() (message.Message, error) {
	words := d.words
	d.words = ""
	return message.Foreign(words), d.err
}

func (d *data) CheckPlace() (message.Message, error) { return d.answer() }
func (d *data) Check() (message.Message, error)      { return d.answer() }
func (d *data) Trim() error                          { d.trimmed++; return d.trimErr }

func (d *data) Maintain(context.Context) (message.Message, error) { return d.answer() }

func (d *data) Watch(_ context.Context, fn func()) error {
	fn()
	return d.watchErr
}

// rig is the upkeep of a database with a clock moved by hand.
type rig struct {
	*upkeep.Upkeep
	t     *testing.T
	shelf *testkit.Shelf
	disk  *disk
	data  *data
	host  host.Host
	log   bytes.Buffer
	freed int // how often memory was given back
}

// disk is a store that fails when a test says so.
type disk struct {
	store.Store
	err error
}

func (d *disk) Update(fn func(store.Tx) error) error {
	if d.err != nil {
		return d.err
	}
	return d.Store.Update(fn)
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, shelf: testkit.NewShelf(t, 0), data: &data{}}
	r.disk = &disk{Store: r.shelf.DB}
	ledger := &upkeep.Ledger{Store: r.disk}
	r.host = host.Host{Now: r.shelf.Clock.Now, Store: ledger, Log: slog.New(slog.NewTextHandler(&r.log, nil))}
	r.Upkeep = upkeep.New(r.host, ledger, r.data, func() { r.freed++ })
	r.must(r.Load(time.Time{}))
	return r
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) now() time.Time { return r.shelf.Clock.Now() }

func (r *rig) pass(d time.Duration) { r.shelf.Clock.Pass(d) }

// asks is what a person is asked for of a kind, "" for nothing.
func (r *rig) asks(k api.AttentionKind) string {
	for _, a := range r.Asks() {
		if a.Kind == k {
			return a.Message.String()
		}
	}
	return ""
}

// full is what a full disk answers.
var full = testkit.Trouble(fault.Local, fault.None)

func TestASignOfLifeIsDueEveryFiveMinutesATurnEarly(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	due := func() bool { return r.AliveDue(r.now(), time.Minute) }
	if !due() || due() {
		t.Error("the first is due, and once")
	}
	r.pass(4*time.Minute - time.Second)
	if due() {
		t.Error("too early")
	}
	r.pass(time.Second)
	if !due() || due() {
		t.Error("due after four minutes, and once")
	}
	r.pass(-time.Hour) // the clock was set back
	if !due() {
		t.Error("the stamp lies in the future")
	}
	r.must(r.Load(r.now()))
	if due() {
		t.Error("stored a moment ago")
	}
}

func TestItIsTidiedOnceADay(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	keep := upkeep.Keep{History: 24 * time.Hour, Others: func(time.Time) error { return nil }}
	due := func() bool {
		tidy, err := r.TidyDue(r.now(), keep)
		r.must(err)
		return tidy != nil
	}
	if !due() || due() {
		t.Error("the first is due, and once")
	}
	r.must(r.Load(time.Time{})) // after a restart
	if due() {
		t.Error("due a moment after the last")
	}
	r.pass(24 * time.Hour)
	if !due() {
		t.Error("not due a day later")
	}
	r.pass(-time.Hour)
	if !due() {
		t.Error("not due although the stamp lies in the future")
	}
	r.pass(24 * time.Hour)
	r.disk.err = full
	if tidy, err := r.TidyDue(r.now(), keep); tidy != nil || !errors.Is(err, full) {
		t.Errorf("%v, %v although that could not be stored", tidy, err)
	}
}

func TestWhatIsOldIsDropped(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	old, young := r.now().Add(-48*time.Hour), r.now().Add(-time.Hour)
	const many = 2500 // more than one transaction drops
	r.shelf.Update(t, func(tx store.Tx) error {
		for range many {
			if err := tx.AddActivity(store.Activity{At: old, Scene: 1, State: queue.Done}); err != nil {
				return err
			}
		}
		return tx.AddActivity(store.Activity{At: young, Scene: 2, State: queue.Done})
	})
	var others time.Time
	r.data.words = "A backup was made."
	tidy, err := r.TidyDue(r.now(), upkeep.Keep{History: 24 * time.Hour, Others: func(now time.Time) error { others = now; return nil }})
	r.must(err)
	words, err := tidy.Run(context.Background())
	if words.String() != "A backup was made." || err != nil || !others.Equal(r.now()) {
		t.Errorf("%q, %v; others as of %v", words, err, others)
	}
	r.shelf.View(t, func(tx store.Tx) error {
		h, err := tx.History(store.HistoryQuery{Limit: many})
		if len(h) != 1 || h[0].Scene != 2 {
			t.Errorf("%d entries are left", len(h))
		}
		return err
	})
}

func TestATidyUpThatFailsOrIsStopped(t *testing.T) {
	t.Parallel()
	tidy := func(r *rig, others error) *upkeep.Tidy {
		x, err := r.TidyDue(r.now(), upkeep.Keep{History: time.Hour, Others: func(time.Time) error { return others }})
		r.must(err)
		return x
	}
	r := newRig(t)
	r.data.words = "never asked"
	if words, err := tidy(r, full).Run(context.Background()); !words.IsZero() || !errors.Is(err, full) {
		t.Errorf("what others drop fails: %q, %v", words, err)
	}
	r = newRig(t)
	r.data.err = full
	if _, err := tidy(r, nil).Run(context.Background()); !errors.Is(err, full) {
		t.Errorf("the backup fails: %v", err)
	}
	r = newRig(t)
	r.data.err = context.Canceled
	stopped, stop := context.WithCancel(context.Background())
	stop()
	if _, err := tidy(r, nil).Run(stopped); err != nil {
		t.Errorf("it was stopped: %v", err)
	}
}

func TestAFaultOfOurOwnIsShownUntilSomethingCouldBeStored(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if r.asks(api.DiskProblem) != "" {
		t.Fatal("asked without trouble")
	}
	r.Trouble(full)
	since := r.Asks()[0].Since
	if got := r.asks(api.DiskProblem); got != full.Message.String() {
		t.Errorf("asked %q", got)
	}
	r.pass(time.Minute)
	r.Trouble(full)
	r.Trouble(testkit.Trouble(fault.Local, fault.Plex)) // in other words
	if a := r.Asks()[0]; !a.Since.Equal(since) {
		t.Errorf("since %v, want %v", a.Since, since)
	}
	if n := strings.Count(r.log.String(), "a fault of our own"); n != 2 {
		t.Errorf("logged %d times, want once for each words", n)
	}
	r.must(r.host.Put("anything", 1)) // whoever stores it
	if got := r.asks(api.DiskProblem); got != "" {
		t.Errorf("still asked %q", got)
	}
	r.Trouble(full)
	r.Forget()
	if got := r.asks(api.DiskProblem); got != "" {
		t.Errorf("forgotten, and asked %q", got)
	}
}

func TestItIsTriedWhetherTheDiskTakesSomethingAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	tries := 0
	retry := func() (time.Time, bool) {
		return r.Retry(r.now(), func(tx store.Tx) error { tries++; return tx.PutValue("try", tries) })
	}
	if next, over := retry(); !next.IsZero() || over || tries > 0 {
		t.Errorf("without trouble: %v, %v", next, over)
	}
	r.disk.err = full
	r.Trouble(full)
	if next, over := retry(); next.Sub(r.now()) != 10*time.Second || over {
		t.Errorf("at once: in %v, %v", next.Sub(r.now()), over)
	}
	r.pass(10 * time.Second)
	if next, over := retry(); next.Sub(r.now()) != 10*time.Second || over {
		t.Errorf("it still fails: in %v, %v", next.Sub(r.now()), over)
	}
	r.pass(-time.Hour) // no clock may stop it
	if next, _ := retry(); next.Sub(r.now()) != 10*time.Second {
		t.Errorf("after the clock was set back: in %v", next.Sub(r.now()))
	}
	r.disk.err = nil
	r.pass(10 * time.Second)
	if next, over := retry(); !next.Equal(r.now()) || over || tries != 1 {
		t.Errorf("it takes something: %v, %v after %d tries", next, over, tries)
	}
	if next, over := retry(); !next.IsZero() || !over {
		t.Errorf("then: %v, %v", next, over)
	}
	if _, over := retry(); over {
		t.Error("it is over twice")
	}
}

func TestADatabaseThatIsNotInItsPlaceIsToldOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if r.CheckPlace() {
		t.Error("something new where nothing happened")
	}
	r.data.err = full
	if !r.CheckPlace() || r.CheckPlace() {
		t.Error("that it is gone is reported once")
	}
	if got := r.asks(api.DiskProblem); got != full.Message.String() {
		t.Errorf("asked %q", got)
	}
	if n := strings.Count(r.log.String(), "something is wrong with the database"); n != 1 {
		t.Errorf("logged %d times", n)
	}
	r.must(r.host.Put("anything", 1)) // into a file nobody finds
	if got := r.asks(api.DiskProblem); got == "" {
		t.Error("not asked any more although the file is still gone")
	}
	r.data.err = nil
	if !r.CheckPlace() || r.asks(api.DiskProblem) != "" {
		t.Errorf("it is back: asked %q", r.asks(api.DiskProblem))
	}
}

func TestWhatBecameOfTheDataIsToldTogether(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.data.words = "A record was mended."
	if !r.CheckPlace() {
		t.Error("nothing new is reported")
	}
	since := r.Asks()[0].Since
	r.pass(time.Hour)
	r.Tell(message.Foreign("Another one was lost."), nil)
	r.Tell(message.None, full)
	for range 3 { // the same each minute
		r.Tell(message.Foreign("Another one was lost."), nil)
	}
	a := r.Asks()[0]
	if a.Kind != api.RestoredData || a.Message.String() != "A record was mended. Another one was lost." || !a.Since.Equal(since) {
		t.Errorf("asked %+v", a)
	}
	r.Forget()
	if len(r.Asks()) > 0 {
		t.Errorf("asked %+v after a person saw to it", r.Asks())
	}
	r.data.words = "Checked."
	if words, err := r.Check(); words.String() != "Checked." || err != nil {
		t.Errorf("%q, %v", words, err)
	}
}

func TestTheFolderIsWatchedOrCheckedNowAndThen(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	checks := 0
	r.Watch(context.Background(), func() { checks++ })
	if checks != 1 || r.log.Len() > 0 {
		t.Errorf("%d checks, log %q", checks, r.log.String())
	}
	r.data.watchErr = errors.New("too many watches")
	r.Watch(context.Background(), func() {})
	if !strings.Contains(r.log.String(), "too many watches") {
		t.Errorf("log %q", r.log.String())
	}
}

func TestMemoryIsGivenBackOnceAfterWork(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if r.RestDue(r.now(), false) {
		t.Error("due without work")
	}
	r.Worked()
	r.pass(44 * time.Second)
	if r.RestDue(r.now(), false) {
		t.Error("due too early")
	}
	r.pass(time.Second)
	if r.RestDue(r.now(), true) {
		t.Error("due while it is in use")
	}
	if !r.RestDue(r.now(), false) || r.RestDue(r.now(), false) {
		t.Error("due after 45 s, and once")
	}
	r.Rest()
	r.data.trimErr = full
	r.Rest()
	if r.freed != 2 || r.data.trimmed != 2 || !strings.Contains(r.log.String(), "give memory back") {
		t.Errorf("freed %d and trimmed %d times, log %q", r.freed, r.data.trimmed, r.log.String())
	}
}

func TestWithoutUpkeepOfTheFileNothingIsChecked(t *testing.T) {
	t.Parallel()
	shelf := testkit.NewShelf(t, 0)
	ledger := &upkeep.Ledger{Store: shelf.DB}
	u := upkeep.New(host.Host{Now: shelf.Clock.Now, Store: ledger, Log: slog.New(slog.DiscardHandler)}, ledger, nil, nil)
	u.Watch(context.Background(), func() { t.Error("checked") })
	u.Rest()
	if words, err := u.Check(); u.CheckPlace() || !words.IsZero() || err != nil {
		t.Errorf("%q, %v", words, err)
	}
	tidy, err := u.TidyDue(shelf.Clock.Now(), upkeep.Keep{History: time.Hour, Others: func(time.Time) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	if words, err := tidy.Run(context.Background()); !words.IsZero() || err != nil {
		t.Errorf("%q, %v", words, err)
	}
}

func TestAPersonIsAskedTheMostPressingFirstAndOnceOfAKind(t *testing.T) {
	t.Parallel()
	of := func(k api.AttentionKind, report uint64) api.Attention { return api.Attention{Kind: k, Report: report} }
	asked := []api.Attention{
		of(api.RestoredData, 1), of(api.BrakeAsks, 2), of(api.FixStash, 3), of(api.SignInPlex, 4), of(api.SignInPlex, 5), of(api.DiskProblem, 6), of(api.SignInStash, 7),
	}
	want := []uint64{6, 4, 7, 3, 2, 1}
	for range len(asked) { // in whatever order they come
		asked = append(asked[1:], asked[0])
		var got []uint64
		for _, a := range upkeep.InOrder(asked) {
			if a.Report == 5 { // the first of its kind is the one that is asked
				a.Report = 4
			}
			got = append(got, a.Report)
		}
		if !slices.Equal(got, want) {
			t.Errorf("asked %v, want %v", got, want)
		}
	}
	twice := upkeep.InOrder([]api.Attention{of(api.SignInPlex, 4), of(api.SignInPlex, 5)})
	if len(twice) != 1 || twice[0].Report != 4 {
		t.Errorf("asked %+v, want the first alone", twice)
	}
	if got := upkeep.InOrder(nil); got == nil || len(got) != 0 {
		t.Errorf("nothing is asked: %#v, want an empty list, which JSON tells from none", got)
	}
}
