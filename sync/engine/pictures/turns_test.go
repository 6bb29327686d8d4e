package pictures_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/engine/pictures"
	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/testkit"
)

// slow has Stash answer a request only after it was let: one value for each.
func (r *rig) slow() (let chan<- struct{}) {
	gate := make(chan struct{})
	var mu sync.Mutex
	r.Stash.On = func(string) {
		mu.Lock()
		*r.requests++
		mu.Unlock()
		<-gate
	}
	return gate
}

func TestAtMostTwoPicturesAreAskedForAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		let := r.slow()
		var shown sync.WaitGroup
		for _, q := range []api.PictureQuery{{Scene: 1}, {Scene: 2}, {Scene: 3}, {Scene: 1, Large: true}} {
			shown.Go(func() {
				if _, err := r.Picture(t.Context(), q); err != nil {
					t.Errorf("%+v: %v", q, err)
				}
			})
		}
		synctest.Wait()
		r.want(2)
		gone, leave := context.WithCancel(t.Context())
		leave() // a window that was closed meanwhile
		if _, err := r.Picture(gone, api.PictureQuery{Scene: 2, Large: true}); !errors.Is(err, context.Canceled) {
			t.Errorf("who is gone waits on: %v", err)
		}
		let <- struct{}{}
		synctest.Wait()
		r.want(1) // the next in turn
		close(let)
		shown.Wait()
		r.want(1)
	})
}

func TestWhatAnotherWindowFetchedMeanwhileIsNotFetchedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		let, hold := make(chan struct{}), make(chan struct{})
		var asked []string
		r.Stash.On = func(request string) {
			if request == "thumbnail 2" { // it keeps one of the two turns
				<-hold
				return
			}
			asked = append(asked, request)
			<-let
		}
		var shown sync.WaitGroup
		picture := func(q api.PictureQuery) {
			shown.Go(func() {
				if p, err := r.Picture(t.Context(), q); err != nil || len(p.JPEG) == 0 {
					t.Errorf("%+v: %d bytes, %v", q, len(p.JPEG), err)
				}
			})
		}
		picture(api.PictureQuery{Scene: 2})
		synctest.Wait()
		for range 4 {
			picture(api.PictureQuery{Scene: 1})
		}
		synctest.Wait()
		close(let)
		synctest.Wait()
		close(hold)
		shown.Wait()
		if len(asked) != 1 {
			t.Errorf("asked for %v", asked)
		}
	})
}

func TestWhoWaitsWhilePicturesAreForbiddenAsksForNone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		let := r.slow()
		var shown sync.WaitGroup
		for id := range scene.ID(3) {
			shown.Go(func() { _, _ = r.Picture(t.Context(), api.PictureQuery{Scene: id + 1}) })
		}
		synctest.Wait()
		r.AllowPictures(false, atOnce)
		close(let)
		shown.Wait()
		r.want(2) // those on their way already
		if n := r.kept(); n != 0 {
			t.Errorf("%d files", n)
		}
	})
}

// A failure gives its turn back, or the third one would stop all pictures for good.
func TestEveryFailureGivesItsTurnBack(t *testing.T) {
	t.Parallel()
	lost := errors.New("it cannot be told who answers")
	for name, spoil := range map[string]func(*rig){
		"nobody knows which servers answer": func(r *rig) { r.unknown = lost },
		"no server answers":                 func(r *rig) { r.servers = pictures.Servers{} },
		"a server fails":                    func(r *rig) { r.Stash.Spoil(testkit.Trouble(fault.Temporary, fault.Stash), "thumbnail") },
		"a bad value":                       func(r *rig) { r.Stash.On = func(string) { panic("a bad value") } },
	} {
		synctest.Test(t, func(t *testing.T) { // one that waits for a turn for ever is found here
			r := newRig(t)
			servers := r.servers
			spoil(r)
			for range 5 {
				if _, err := r.Picture(t.Context(), api.PictureQuery{Scene: 1}); err == nil {
					t.Errorf("%s: no error", name)
				}
				r.Clock.Pass(time.Hour)
			}
			r.unknown, r.servers, r.Stash.On = nil, servers, nil
			r.Stash.Mend()
			if got := r.picture(api.PictureQuery{Scene: 1}); !near(got, 10) {
				t.Errorf("%s: mended, and %d is shown", name, got)
			}
		})
	}
}

func TestABadValueIsAFaultOfOurOwn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.Stash.On = func(string) { panic("a bad value") }
	if _, err := r.Picture(t.Context(), api.PictureQuery{Scene: 1}); !fault.Is(err, fault.Local) {
		t.Errorf("%v", err)
	}
	r.Stash.On = nil
	if got := r.picture(api.PictureQuery{Scene: 1}); !near(got, 10) { // it says nothing about Stash
		t.Errorf("the next one: %d", got)
	}
}

// Whoever scrolls on ends requests, which is nobody's fault.
func TestARequestThatWasEndedRestsNobody(t *testing.T) {
	t.Parallel()
	for _, class := range []fault.Class{fault.Canceled, fault.Local} {
		r := newRig(t)
		r.Stash.Spoil(testkit.Trouble(class, fault.Stash), "thumbnail", "1")
		for range 3 {
			if _, err := r.Picture(t.Context(), api.PictureQuery{Scene: 1}); !fault.Is(err, class) {
				t.Errorf("%s: %v", class, err)
			}
		}
		r.want(3)
		if got := r.picture(api.PictureQuery{Scene: 2}); !near(got, 200) {
			t.Errorf("%s: its neighbour is %d", class, got)
		}
	}
}

func TestWhatCannotBeShownIsTriedAgainAfterTenMinutes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.Stash.Covers[1] = scene.Cover{Bytes: []byte("no picture"), ETag: "bad"}
	r.plex.body = []byte("no picture")
	both := func() (int, int) {
		return r.picture(api.PictureQuery{Scene: 1}), r.picture(api.PictureQuery{Plex: "/library/metadata/5/thumb/1"})
	}
	for range 2 {
		if a, b := both(); a != -1 || b != -1 {
			t.Errorf("%d and %d are shown", a, b)
		}
		r.Clock.Pass(9 * time.Minute)
	}
	r.want(1)
	r.Stash.Covers[1], r.plex.body = scene.Cover{Bytes: drawn(t, 60), ETag: "good"}, drawn(t, 90)
	r.Clock.Pass(2 * time.Minute)
	if a, b := both(); !near(a, 60) || !near(b, 90) {
		t.Errorf("mended, and %d and %d are shown", a, b)
	}
	r.want(1)
	if len(r.plex.asked) != 2 {
		t.Errorf("Plex was asked for %v", r.plex.asked)
	}
}

// What is remembered of them is bounded: a library without pictures costs requests, not memory.
func TestNotMoreThanSomeThousandAreRememberedAsUnfit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.plex.err = testkit.Trouble(fault.NotFound, fault.Plex)
	for i := range 5001 {
		if got := r.picture(api.PictureQuery{Plex: fmt.Sprint("/thumb/", i)}); got != -1 {
			t.Fatalf("%d: %d", i, got)
		}
	}
	asked := len(r.plex.asked)
	r.picture(api.PictureQuery{Plex: "/thumb/5000"})
	if len(r.plex.asked) != asked {
		t.Error("the newest is forgotten")
	}
	r.picture(api.PictureQuery{Plex: "/thumb/0"})
	if len(r.plex.asked) != asked+1 {
		t.Error("the oldest is remembered still")
	}
}

func TestNothingIsAskedForWithoutASceneOrAPath(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if got := r.picture(api.PictureQuery{}); got != -1 || r.kept() != 0 || len(r.plex.asked) != 0 {
		t.Errorf("%d, %d files, Plex was asked for %v", got, r.kept(), r.plex.asked)
	}
	r.want(0)
}

// A clock that was set back must not make a picture right for years.
func TestAPictureOfTheFutureIsAskedForAnew(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.stamp(1, "")
	r.picture(api.PictureQuery{Scene: 1})
	r.want(1)
	r.Clock.Pass(-24 * time.Hour)
	r.picture(api.PictureQuery{Scene: 1})
	r.want(1)
	r.picture(api.PictureQuery{Scene: 1})
	r.want(0)
}

func TestAPlexThatFailsIsLeftAloneAndStashIsNot(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.plex.err = testkit.Trouble(fault.Unreachable, fault.Plex)
	for i := range 5 {
		if _, err := r.Picture(t.Context(), api.PictureQuery{Plex: fmt.Sprint("/thumb/", i)}); !fault.Is(err, fault.Unreachable) {
			t.Errorf("%v", err)
		}
	}
	if len(r.plex.asked) != 1 {
		t.Errorf("Plex was asked for %v", r.plex.asked)
	}
	if got := r.picture(api.PictureQuery{Scene: 1}); !near(got, 10) {
		t.Errorf("of Stash %d is shown", got)
	}
}

func TestADatabaseThatCannotBeReadIsSaid(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if err := r.DB.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Picture(t.Context(), api.PictureQuery{Scene: 1}); err == nil {
		t.Error("no error")
	}
	r.want(0)
}
