package desk

import (
	"bytes"
	"encoding/xml"
)

// agent is a launch agent of macOS: it starts at login and is not started again when it
// ends.
func agent(a Autostart) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	b.WriteString(`<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">` + "\n")
	b.WriteString("<plist version=\"1.0\">\n<dict>\n\t<key>Label</key>\n\t")
	write := func(s string) error {
		b.WriteString("<string>")
		if err := xml.EscapeText(&b, []byte(s)); err != nil {
			return err
		}
		b.WriteString("</string>\n")
		return nil
	}
	if err := write(a.ID); err != nil {
		return nil, err
	}
	b.WriteString(agentStart)
	for _, word := range append([]string{a.Program}, a.Args...) {
		b.WriteString("\t\t")
		if err := write(word); err != nil {
			return nil, err
		}
	}
	b.WriteString(agentEnd + "\n\t<key>RunAtLoad</key>\n\t<true/>\n\t<key>ProcessType</key>\n\t<string>Interactive</string>\n</dict>\n</plist>\n")
	return b.Bytes(), nil
}

const (
	agentStart = "\t<key>ProgramArguments</key>\n\t<array>\n"
	agentEnd   = "\t</array>"
)

// agentCommand is the part of a launch agent that says what is started.
func agentCommand(content []byte) []byte {
	_, rest, _ := bytes.Cut(content, []byte("<key>ProgramArguments</key>"))
	list, _, _ := bytes.Cut(rest, []byte("</array>"))
	return bytes.Join(bytes.Fields(list), []byte(" "))
}

// agentOff reports whether the agent says that it is switched off.
func agentOff(content []byte) bool {
	flat := bytes.Join(bytes.Fields(content), nil)
	return bytes.Contains(flat, []byte("<key>Disabled</key><true/>"))
}
