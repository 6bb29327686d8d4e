// Command gen renders the SVG sources in assets/svg to what desktops take:
// PNG for trays and windows, ICO for the Windows tray. Run it with go generate in assets after a source changed, and look
// at the result.
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/png"
	"log"
	"os"
	"path/filepath"

	"github.com/fyne-io/oksvg"
	"github.com/srwiley/rasterx"
)

// traySize serves panels up to 64 pixels high; hosts scale down well, not up.
const traySize = 64

// icoSizes are what Windows asks for at 100, 200 and 300 % scaling.
var icoSizes = []int{16, 32, 48}

func main() {
	log.SetFlags(0)
	if err := renderAll("."); err != nil {
		log.Fatal(err)
	}
}

func renderAll(dir string) error {
	for _, name := range []string{"up", "working", "paused", "attention", "down", "unsure"} {
		if err := renderTray(dir, name); err != nil {
			return err
		}
	}
	app := filepath.Join(dir, "svg", "app.svg")
	for file, size := range map[string]int{"icon.png": 512, "icon-256.png": 256} {
		if err := writePNG(app, filepath.Join(dir, file), size); err != nil {
			return err
		}
	}
	return writeICO(app, filepath.Join(dir, "icon.ico"), []int{16, 20, 24, 32, 40, 48, 64, 128, 256})
}

func renderTray(dir, name string) error {
	source := filepath.Join(dir, "svg", name+".svg")
	target := filepath.Join(dir, "tray", name)
	if err := writePNG(source, target+".png", traySize); err != nil {
		return err
	}
	if err := writeTemplate(source, target+".template.png", traySize); err != nil {
		return err
	}
	return writeICO(source, target+".ico", icoSizes)
}

func writePNG(source, target string, size int) error {
	data, err := rendered(source, size)
	if err != nil {
		return err
	}
	return os.WriteFile(target, data, 0o644)
}

// writeTemplate renders what macOS colours itself: black where the icon is light, nothing
// where it is dark, since dark is the outline that other panels need.
func writeTemplate(source, target string, size int) error {
	picture, err := drawn(source, size)
	if err != nil {
		return err
	}
	const dark, light = 0x2b, 0xf5 // the brightest channel of the outline, and about that of all else
	for i := 0; i < len(picture.Pix); i += 4 {
		alpha := int(picture.Pix[i+3])
		brightest := int(max(picture.Pix[i], picture.Pix[i+1], picture.Pix[i+2])) // times alpha, as Go keeps it
		cover := min(max(255*brightest-dark*alpha, 0)/(light-dark), alpha)
		copy(picture.Pix[i:], []byte{0, 0, 0, byte(cover)})
	}
	data, err := encoded(picture)
	if err != nil {
		return fmt.Errorf("encode the template of %s: %w", source, err)
	}
	return os.WriteFile(target, data, 0o644)
}

func rendered(source string, size int) ([]byte, error) {
	picture, err := drawn(source, size)
	if err != nil {
		return nil, err
	}
	data, err := encoded(picture)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", source, err)
	}
	return data, nil
}

func drawn(source string, size int) (*image.RGBA, error) {
	icon, err := oksvg.ReadIcon(source, oksvg.StrictErrorMode)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", source, err)
	}
	scale := float64(size) / icon.ViewBox.W
	icon.SetTarget(0, 0, float64(size), float64(size))
	for i := range icon.SVGPaths { // SetTarget scales the outlines, but not the pens
		icon.SVGPaths[i].LineWidth *= scale
	}
	picture := image.NewRGBA(image.Rect(0, 0, size, size))
	icon.Draw(rasterx.NewDasher(size, size, rasterx.NewScannerGV(size, size, picture, picture.Bounds())), 1)
	return picture, nil
}

func encoded(picture image.Image) ([]byte, error) {
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	err := encoder.Encode(&out, picture)
	return out.Bytes(), err
}

func writeICO(source, target string, sizes []int) error {
	pictures := make([][]byte, len(sizes))
	for i, size := range sizes {
		data, err := rendered(source, size)
		if err != nil {
			return err
		}
		pictures[i] = data
	}
	return os.WriteFile(target, ico(sizes, pictures), 0o644)
}

// ico packs PNGs into the ICO container: a 6 byte header, a 16 byte entry for
// each picture, then the pictures.
func ico(sizes []int, pictures [][]byte) []byte {
	const header, entry = 6, 16
	out := []byte{0, 0, 1, 0}
	out = binary.LittleEndian.AppendUint16(out, uint16(len(sizes)))
	offset := header + entry*len(sizes)
	for i, size := range sizes {
		side := byte(size) // 256 is written as 0
		out = append(out, side, side, 0, 0)
		out = binary.LittleEndian.AppendUint16(out, 1)  // colour planes
		out = binary.LittleEndian.AppendUint16(out, 32) // bits per pixel
		out = binary.LittleEndian.AppendUint32(out, uint32(len(pictures[i])))
		out = binary.LittleEndian.AppendUint32(out, uint32(offset))
		offset += len(pictures[i])
	}
	return append(out, bytes.Join(pictures, nil)...)
}
