package desktoptest

import (
	"errors"
	"fmt"
	"image"
	"strings"

	"github.com/godbus/dbus/v5"
)

// Item is a program's tray item, read and used as a panel does.
type Item struct {
	conn *dbus.Conn
	dest string
	path dbus.ObjectPath
}

// FindItems lists the tray items on the bus at that address, whoever hosts
// them. Close ends the connection they share.
func FindItems(address string) (items []*Item, closeAll func(), err error) {
	conn, err := dial(address)
	if err != nil {
		return nil, nil, err
	}
	var names []string
	if err := conn.BusObject().Call("org.freedesktop.DBus.ListNames", 0).Store(&names); err != nil {
		_ = conn.Close()
		return nil, nil, fmt.Errorf("list the names on the bus: %w", err)
	}
	for _, name := range names {
		if strings.HasPrefix(name, itemIface+"-") {
			items = append(items, &Item{conn: conn, dest: name, path: itemPath})
		}
	}
	return items, func() { _ = conn.Close() }, nil
}

func (i *Item) property(name string, into any) error {
	value, err := i.conn.Object(i.dest, i.path).GetProperty(itemIface + "." + name)
	if err != nil {
		return fmt.Errorf("read the tray item's %s: %w", name, err)
	}
	return value.Store(into)
}

// Text reads a text property: Title, Id, Status or Category.
func (i *Item) Text(name string) (string, error) {
	var text string
	err := i.property(name, &text)
	return text, err
}

// pixmap is a picture on the bus: ARGB, 8 bits each, in that order.
type pixmap struct {
	W, H int32
	Data []byte
}

// ToolTip is the title of the tooltip.
func (i *Item) ToolTip() (string, error) {
	var tip struct {
		Icon  string
		Maps  []pixmap
		Title string
		Text  string
	}
	err := i.property("ToolTip", &tip)
	return tip.Title, err
}

// Icon is the picture the item shows now.
func (i *Item) Icon() (image.Image, error) {
	var maps []pixmap
	if err := i.property("IconPixmap", &maps); err != nil {
		return nil, err
	}
	if len(maps) == 0 || maps[0].W <= 0 || maps[0].H <= 0 {
		return nil, errors.New("the tray item has no picture")
	}
	p := maps[0]
	if len(p.Data) != int(p.W)*int(p.H)*4 {
		return nil, fmt.Errorf("the tray item's picture of %dx%d has %d bytes", p.W, p.H, len(p.Data))
	}
	m := image.NewNRGBA(image.Rect(0, 0, int(p.W), int(p.H)))
	for k := 0; k < len(p.Data); k += 4 {
		m.Pix[k], m.Pix[k+1], m.Pix[k+2], m.Pix[k+3] = p.Data[k+1], p.Data[k+2], p.Data[k+3], p.Data[k]
	}
	return m, nil
}

// Activate is a left click on the icon.
func (i *Item) Activate() error {
	err := i.conn.Object(i.dest, i.path).Call(itemIface+".Activate", 0, int32(0), int32(0)).Err
	if err != nil {
		return fmt.Errorf("click the tray icon: %w", err)
	}
	return nil
}
