package windows

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"slices"
	"time"

	"lockstep/sync/api"
)

const (
	// picturesAtOnce is how many pictures are on their way at the same time.
	picturesAtOnce = 3
	// picturesWanted bounds what waits: whoever scrolls past a row wants its picture no more.
	picturesWanted = 60
	// picturesBytes bounds the pictures in memory: some 400 of rows and a few large ones.
	picturesBytes = 6 << 20
	// picturesFresh is how long a picture is shown before the engine is asked for it again, and
	// picturesAgain how long one that did not come is left alone.
	picturesFresh = 5 * time.Minute
	picturesAgain = 30 * time.Second
	// picturesSide bounds what is decoded: the engine sends nothing larger.
	picturesSide = 1024
)

// pictures are the covers and posters that were looked at lately. The engine is asked for
// them beside the windows, for the newest wish first; a window never waits. All methods
// belong to Fyne's goroutine.
type pictures struct {
	w     *Windows
	known map[api.PictureQuery]*seenPicture
	bytes int
	want  []api.PictureQuery // the newest wish last
	// wish has what is asked for or on its way, with whoever wants to hear of it.
	wish  map[api.PictureQuery]map[any]func(image.Image)
	busy  int
	round int // of answers; those of an older one are forgotten
}

// seenPicture is a picture that came, nil if there is none or it did not come.
type seenPicture struct {
	img      image.Image
	bytes    int
	stale    time.Time // from when on it is asked for again
	lastUsed time.Time
}

func newPictures(w *Windows) *pictures {
	p := &pictures{w: w}
	p.forget()
	return p
}

// forget drops everything, as when no pictures are to be shown any more.
func (p *pictures) forget() {
	p.known, p.wish = map[api.PictureQuery]*seenPicture{}, map[api.PictureQuery]map[any]func(image.Image){}
	p.bytes, p.want = 0, nil
	p.round++
}

// get is the picture as it is known, nil for none. What is not known, or not for sure, is
// asked for; who hears of it, unless so many others were asked for meanwhile that it is dropped.
func (p *pictures) get(q api.PictureQuery, who any, then func(image.Image)) image.Image {
	if !p.w.snap.Pictures || q == (api.PictureQuery{Large: q.Large}) {
		return nil
	}
	now := p.w.now()
	if k := p.known[q]; k != nil {
		k.lastUsed = now
		if now.Before(k.stale) {
			return k.img
		}
	}
	p.ask(q, who, then)
	if k := p.known[q]; k != nil {
		return k.img
	}
	return nil
}

func (p *pictures) ask(q api.PictureQuery, who any, then func(image.Image)) {
	waiting := slices.Index(p.want, q)
	if p.wish[q] == nil {
		p.wish[q] = map[any]func(image.Image){}
	} else if waiting < 0 { // it is on its way
		p.wish[q][who] = then
		return
	}
	p.wish[q][who] = then
	if waiting >= 0 {
		p.want = slices.Delete(p.want, waiting, waiting+1)
	}
	p.want = append(p.want, q)
	if len(p.want) > picturesWanted {
		delete(p.wish, p.want[0])
		p.want = p.want[1:]
	}
	p.next()
}

// next has the newest wishes carried out.
func (p *pictures) next() {
	for p.busy < picturesAtOnce && len(p.want) > 0 {
		q := p.want[len(p.want)-1]
		p.want = p.want[:len(p.want)-1]
		p.busy++
		round := p.round
		ask(p.w, func(ctx context.Context) (image.Image, error) { return p.fetch(ctx, q) }, func(img image.Image, err error) {
			p.busy--
			if round == p.round {
				p.came(q, img, err)
			}
			p.next()
		})
	}
}

// fetch asks the engine; nil is none.
func (p *pictures) fetch(ctx context.Context, q api.PictureQuery) (image.Image, error) {
	got, err := p.w.api.Picture(ctx, q)
	if err != nil || len(got.JPEG) == 0 {
		return nil, err
	}
	return decodePicture(got.JPEG)
}

var errPicture = errors.New("larger than what was asked for")

func decodePicture(data []byte) (image.Image, error) {
	size, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if size.Width > picturesSide || size.Height > picturesSide {
		return nil, errPicture
	}
	return jpeg.Decode(bytes.NewReader(data))
}

// came keeps a picture and tells whoever waits for it. One that did not come leaves what is
// known as it was.
func (p *pictures) came(q api.PictureQuery, img image.Image, err error) {
	now := p.w.now()
	k := p.known[q]
	switch {
	case err != nil && k != nil:
		k.stale = now.Add(picturesAgain)
	case err != nil:
		p.keep(q, &seenPicture{stale: now.Add(picturesAgain), lastUsed: now})
	default:
		p.keep(q, &seenPicture{img: img, bytes: pictureBytes(img), stale: now.Add(picturesFresh), lastUsed: now})
	}
	told := p.wish[q]
	delete(p.wish, q)
	for _, tell := range told {
		tell(p.known[q].img)
	}
}

// pictureBytes is what a picture takes in memory, drawn included.
func pictureBytes(img image.Image) int {
	if img == nil {
		return 0
	}
	return img.Bounds().Dx() * img.Bounds().Dy() * 6
}

// emptyBytes is what counts for a place without a picture.
const emptyBytes = 200

func (p *pictures) keep(q api.PictureQuery, k *seenPicture) {
	k.bytes += emptyBytes
	if old := p.known[q]; old != nil {
		p.bytes -= old.bytes
	}
	p.known[q] = k
	p.bytes += k.bytes
	if p.bytes <= picturesBytes {
		return
	}
	all := make([]api.PictureQuery, 0, len(p.known))
	for q := range p.known {
		all = append(all, q)
	}
	slices.SortFunc(all, func(a, b api.PictureQuery) int { return p.known[a].lastUsed.Compare(p.known[b].lastUsed) })
	for _, old := range all {
		if p.bytes <= picturesBytes-picturesBytes/4 {
			return
		}
		if old != q {
			p.bytes -= p.known[old].bytes
			delete(p.known, old)
		}
	}
}
