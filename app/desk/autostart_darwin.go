package desk

import (
	"fmt"
	"os"
	"path/filepath"
)

func (a Autostart) place() (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find the folder of launch agents: %w", err)
	}
	return filepath.Join(home, "Library", "LaunchAgents", a.ID+".plist"), nil
}

func (a Autostart) content() ([]byte, error) { return agent(a) }

func command(content []byte) []byte   { return agentCommand(content) }
func switchedOff(content []byte) bool { return agentOff(content) }
