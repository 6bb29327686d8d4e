package desk

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/ncruces/zenity"
)

// dialogs are what this desktop may have: the portal, which asks in the way of GNOME, KDE
// and others, and the programs of older ones.
func dialogs() []dialog {
	all := []dialog{portal}
	if zenity.IsAvailable() {
		all = append(all, native)
	}
	if _, err := exec.LookPath("kdialog"); err == nil {
		all = append(all, kdialog)
	}
	return all
}

// kdialog asks with the program of KDE, which ends with 1 when the person chose nothing.
func kdialog(ctx context.Context, c FileChoice) (string, error) {
	args := []string{"--title", c.Title, "--getopenfilename", "."}
	if c.Save {
		args = []string{"--title", c.Title, "--getsavefilename", c.Name}
	}
	if c.Suffix != "" {
		args = append(args, "*"+c.Suffix)
	}
	out, err := exec.CommandContext(ctx, "kdialog", args...).Output()
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended) && ended.ExitCode() == 1:
		return "", nil
	case err != nil:
		return "", fmt.Errorf("choose a file with kdialog: %w", err)
	}
	return strings.TrimSuffix(string(out), "\n"), nil
}
