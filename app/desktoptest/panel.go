package desktoptest

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

// panelConfig is a dark panel along the top, the tray at its right end.
const panelConfig = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="dark-mode" type="bool" value="true"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="32"/>
      <property name="icon-size" type="uint" value="22"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/><value type="int" value="2"/></property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="separator">
      <property name="expand" type="bool" value="true"/>
      <property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-2" type="string" value="systray">
      <property name="square-icons" type="bool" value="true"/>
    </property>
  </property>
</channel>
`

const (
	// smallestIcon is the least width of the tray once an icon is in it, for panelConfig.
	smallestIcon = 24
	// menuPatience is how long one click may take to open the menu before the next try.
	menuPatience = 3 * time.Second
)

// Panel is a real tray host on a display: the Xfce panel, used by its icons and
// menus. It hosts the icons of all programs on its bus.
type Panel struct {
	display         *Display
	dir             string
	settings, panel *Program
}

// StartPanel starts a panel on the display, for the bus at that address. No
// other tray host may be on that bus. Close ends it.
func StartPanel(display *Display, address string) (*Panel, error) {
	dir, err := os.MkdirTemp("", "panel")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the panel: %w", err)
	}
	p := &Panel{display: display, dir: dir}
	if err := p.start(address); err != nil {
		p.Close()
		return nil, fmt.Errorf("start a panel: %w", err)
	}
	return p, nil
}

func (p *Panel) start(address string) error {
	folder := filepath.Join(p.dir, "xfce4", "xfconf", "xfce-perchannel-xml")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "xfce4-panel.xml"), []byte(panelConfig), 0o600); err != nil {
		return err
	}
	conn, err := dial(address)
	if err != nil {
		return err
	}
	defer conn.Close()
	env := setEnv(p.display.env(), "DBUS_SESSION_BUS_ADDRESS="+address, "HOME="+p.dir,
		"XDG_CONFIG_HOME="+p.dir, "XDG_CACHE_HOME="+p.dir, "XDG_RUNTIME_DIR="+p.dir,
		// Keeps GTK from asking for services that are not there.
		"NO_AT_BRIDGE=1", "GTK_A11Y=none", "GIO_USE_VFS=local", "GSETTINGS_BACKEND=memory")
	if err := p.startSettings(conn, env); err != nil {
		return err
	}
	if p.panel, err = StartProgram(env, "xfce4-panel", "--disable-wm-check"); err != nil {
		return fmt.Errorf("package xfce4-panel: %w", err)
	}
	return p.awaitName(conn, watcherName, p.panel)
}

// startSettings starts the service the panel reads its configuration from. Left
// to the bus it would run with the bus's environment, and read the configuration
// of whoever runs the tests.
func (p *Panel) startSettings(conn *dbus.Conn, env []string) error {
	const name = "org.xfce.Xfconf"
	binary, err := serviceBinary(name)
	if err != nil {
		return err
	}
	if p.settings, err = StartProgram(env, binary); err != nil {
		return err
	}
	return p.awaitName(conn, name, p.settings)
}

func (p *Panel) awaitName(conn *dbus.Conn, name string, owner *Program) error {
	err := Until(Patience, name, func() error {
		var owned bool
		if err := conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, name).Store(&owned); err != nil {
			return err
		}
		if !owned {
			return errors.New("nobody owns it")
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("%w: %s", err, owner.Output())
	}
	return nil
}

// serviceBinary is the program behind a bus service, as its service file says.
func serviceBinary(name string) (string, error) {
	for _, dir := range []string{"/usr/local/share", "/usr/share"} {
		f, err := os.Open(filepath.Join(dir, "dbus-1", "services", name+".service"))
		if err != nil {
			continue
		}
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if binary, ok := strings.CutPrefix(lines.Text(), "Exec="); ok {
				return strings.Fields(binary)[0], nil
			}
		}
	}
	return "", fmt.Errorf("service %s is not installed (package xfconf)", name)
}

// Close ends the panel: its icons go, the programs behind them stay.
func (p *Panel) Close() {
	for _, program := range []*Program{p.panel, p.settings} {
		if program != nil {
			program.Stop()
		}
	}
	_ = os.RemoveAll(p.dir)
}

// Icon waits until an icon is in the tray, and returns where: the leftmost if
// there are several.
func (p *Panel) Icon() (image.Rectangle, error) {
	var icon image.Rectangle
	err := Until(Patience, "an icon in the panel", func() error {
		tray, _, err := p.windows()
		if err != nil {
			return err
		}
		if tray.area.Dx() < smallestIcon {
			return errors.New("the tray is empty")
		}
		icon = tray.area
		icon.Max.X = icon.Min.X + min(icon.Dx(), icon.Dy())
		return nil
	})
	return icon, err
}

// OpenMenu clicks the icon with the right button and returns where its menu opened.
func (p *Panel) OpenMenu() (image.Rectangle, error) {
	var menu image.Rectangle
	icon, err := p.Icon()
	if err != nil {
		return menu, err
	}
	at := icon.Min.Add(icon.Size().Div(2))
	// A click can come before the panel has read the menu: it is lost then.
	err = Until(Patience, "the tray menu", func() error {
		if err := p.display.Click(at.X, at.Y, 3); err != nil {
			return err
		}
		return Until(menuPatience, "the menu window", func() error {
			_, window, err := p.windows()
			menu = window.area
			if err == nil && menu.Empty() {
				err = errors.New("it did not open")
			}
			return err
		})
	})
	return menu, err
}

// CloseMenu closes the open menu.
func (p *Panel) CloseMenu() error {
	return Until(Patience, "the tray menu to close", func() error {
		_, menu, err := p.windows()
		if err != nil || menu.area.Empty() {
			return err
		}
		_ = p.display.Key("Escape")
		return errors.New("it is open")
	})
}
