package picture

import (
	"encoding/binary"
	"image"
	"image/color"
)

// Memory is how many bytes a decoder needs at most for a picture of this size, with what
// it keeps beside it until it is done.
func Memory(body []byte, size image.Config, format string) int64 {
	pixels := int64(size.Width) * int64(size.Height)
	switch {
	case format == "jpeg":
		return pixels * jpegEighths(body, size.ColorModel) / 8
	case format == "webp":
		return pixels * 12 // the picture and its transparency, each beside its packed form
	case format == "png" && len(body) > pngInterlace && body[pngInterlace] != 0:
		return 2 * pixels * pixelBytes(size.ColorModel) // the parts beside the whole
	}
	return pixels * pixelBytes(size.ColorModel)
}

// pngInterlace is where a PNG says that it comes in parts: signature, IHDR, its 13th byte.
const pngInterlace = 8 + 8 + 12

func pixelBytes(m color.Model) int64 {
	switch m {
	case color.NRGBA64Model, color.RGBA64Model:
		return 8
	}
	return 4
}

// jpegEighths is what a JPEG needs for a pixel, in eighths of a byte: one byte for each
// sample, four more for its coefficient while a progressive one is read, and four for a
// pixel whose colours have to be converted.
func jpegEighths(body []byte, m color.Model) int64 {
	eighths, progressive := samples(body)
	if progressive {
		eighths *= 5
	}
	if m != color.YCbCrModel && m != color.GrayModel {
		eighths += 4 * 8
	}
	return eighths
}

// samples reads from a JPEG's frame how many samples a pixel has, in eighths, and whether
// they come progressively. A frame that cannot be read counts as the most there can be.
func samples(body []byte) (eighths int64, progressive bool) {
	const most = 4 * 8
	for at := 2; at+10 <= len(body); {
		if body[at] != 0xff {
			at++
			continue
		}
		marker := body[at+1]
		switch {
		case marker >= 0xc0 && marker <= 0xc2:
			return perPixel(body[at+9:]), marker == 0xc2
		case marker == 0xff || marker == 0 || marker >= 0xd0 && marker <= 0xd8: // filling, and what has no length
			at++
			if marker != 0xff {
				at++
			}
		default:
			at += 2 + int(binary.BigEndian.Uint16(body[at+2:]))
		}
	}
	return most, true
}

// perPixel adds up the components of a frame, each in proportion to the finest of them.
func perPixel(frame []byte) int64 {
	const most = 4 * 8
	n := int(frame[0])
	if n == 0 || n > 4 || len(frame) < 1+3*n {
		return most
	}
	var sum, wide, high int64
	for i := range n {
		h, v := int64(frame[2+3*i]>>4), int64(frame[2+3*i]&15)
		sum, wide, high = sum+h*v, max(wide, h), max(high, v)
	}
	if sum == 0 {
		return most
	}
	return (8*sum + wide*high - 1) / (wide * high)
}
