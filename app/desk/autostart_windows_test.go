package desk

import (
	"slices"
	"testing"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

func TestAutostartInTheRegistry(t *testing.T) {
	a := Autostart{ID: "test.Lockstep", Name: "Lockstep", Program: `C:\Program Files\Lockstep\lockstep.exe`, Args: []string{"--hidden", "--data-dir", `D:\my data\`}}
	t.Cleanup(func() { _ = a.Set(false) })
	if err := a.Set(true); err != nil {
		t.Fatal(err)
	}
	got, err := windows.DecomposeCommandLine(a.line())
	if want := append([]string{a.Program}, a.Args...); err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	if s, err := a.State(); err != nil || s != On {
		t.Errorf("on: %s, %v", s, err)
	}
	k, _, err := registry.CreateKey(registry.CURRENT_USER, approvedKey, registry.SET_VALUE)
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	if err := k.SetBinaryValue(a.ID, []byte{3, 0, 0, 0}); err != nil {
		t.Fatal(err)
	}
	if err := a.Follow(true); err != nil {
		t.Fatal(err)
	}
	if s, err := a.State(); err != nil || s != Refused {
		t.Errorf("switched off in the task manager: %s, %v", s, err)
	}
	if err := a.Set(true); err != nil {
		t.Fatal(err)
	}
	if s, err := a.State(); err != nil || s != On {
		t.Errorf("switched on by hand: %s, %v", s, err)
	}
	if err := a.Set(false); err != nil {
		t.Fatal(err)
	}
	if s, err := a.State(); err != nil || s != Off {
		t.Errorf("off: %s, %v", s, err)
	}
}
