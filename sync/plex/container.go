package plex

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"lockstep/sync/decode"
	"lockstep/sync/fault"
	"lockstep/sync/httpc"
	"lockstep/sync/message"
	"lockstep/sync/scene"
)

// container is the root of every answer, in JSON and in XML. Only what Lockstep uses is
// named.
type container struct {
	Size       num    `json:"size" xml:"size,attr"`
	TotalSize  *count `json:"totalSize" xml:"totalSize,attr"`
	Offset     *num   `json:"offset" xml:"offset,attr"`
	SectionID  text   `json:"librarySectionID" xml:"librarySectionID,attr"`
	Machine    text   `json:"machineIdentifier" xml:"machineIdentifier,attr"`
	Version    text   `json:"version" xml:"version,attr"`
	StartState text   `json:"startState" xml:"startState,attr"`
	Claimed    flag   `json:"claimed" xml:"claimed,attr"`

	Directory rows[directory] `json:"Directory" xml:"Directory"`
	Metadata  rows[metadata]  `json:"Metadata" xml:"Metadata"`
	Video     rows[metadata]  `json:"Video" xml:"Video"`
	Photo     rows[metadata]  `json:"Photo" xml:"Photo"`
	Activity  rows[activity]  `json:"Activity" xml:"Activity"`
	Account   rows[account]   `json:"Account" xml:"Account"`
}

// account is somebody who watches.
type account struct {
	ID   num  `json:"id" xml:"id,attr"`
	Name text `json:"name" xml:"name,attr"`
}

type directory struct {
	Key        text           `json:"key" xml:"key,attr"`
	Type       text           `json:"type" xml:"type,attr"`
	Title      text           `json:"title" xml:"title,attr"`
	Agent      text           `json:"agent" xml:"agent,attr"`
	Scanner    text           `json:"scanner" xml:"scanner,attr"`
	Refreshing flag           `json:"refreshing" xml:"refreshing,attr"`
	Location   many[location] `json:"Location" xml:"Location"`
}

type location struct {
	Path text `json:"path" xml:"path,attr"`
}

// metadata is an item, or an image in a list of images.
type metadata struct {
	RatingKey     text `json:"ratingKey" xml:"ratingKey,attr"`
	Key           text `json:"key" xml:"key,attr"`
	Smart         flag `json:"smart" xml:"smart,attr"`
	GUID          text `json:"guid" xml:"guid,attr"`
	SectionID     text `json:"librarySectionID" xml:"librarySectionID,attr"`
	Title         text `json:"title" xml:"title,attr"`
	TitleSort     text `json:"titleSort" xml:"titleSort,attr"`
	OriginalTitle text `json:"originalTitle" xml:"originalTitle,attr"`
	Studio        text `json:"studio" xml:"studio,attr"`
	Summary       text `json:"summary" xml:"summary,attr"`
	Tagline       text `json:"tagline" xml:"tagline,attr"`
	Edition       text `json:"editionTitle" xml:"editionTitle,attr"`
	ContentRating text `json:"contentRating" xml:"contentRating,attr"`
	Date          text `json:"originallyAvailableAt" xml:"originallyAvailableAt,attr"`
	Year          num  `json:"year" xml:"year,attr"`
	UserRating    text `json:"userRating" xml:"userRating,attr"`
	Thumb         text `json:"thumb" xml:"thumb,attr"`
	Art           text `json:"art" xml:"art,attr"`
	UpdatedAt     num  `json:"updatedAt" xml:"updatedAt,attr"`
	AddedAt       num  `json:"addedAt" xml:"addedAt,attr"`
	DeletedAt     num  `json:"deletedAt" xml:"deletedAt,attr"`
	Selected      flag `json:"selected" xml:"selected,attr"`
	Type          text `json:"type" xml:"type,attr"`
	Duration      num  `json:"duration" xml:"duration,attr"`
	ViewOffset    num  `json:"viewOffset" xml:"viewOffset,attr"`
	ViewCount     num  `json:"viewCount" xml:"viewCount,attr"`
	ViewedAt      num  `json:"viewedAt" xml:"viewedAt,attr"`
	AccountID     num  `json:"accountID" xml:"accountID,attr"`

	Role       many[tag]   `json:"Role" xml:"Role"`
	Genre      many[tag]   `json:"Genre" xml:"Genre"`
	Collection many[tag]   `json:"Collection" xml:"Collection"`
	Label      many[tag]   `json:"Label" xml:"Label"`
	Director   many[tag]   `json:"Director" xml:"Director"`
	Writer     many[tag]   `json:"Writer" xml:"Writer"`
	Producer   many[tag]   `json:"Producer" xml:"Producer"`
	Country    many[tag]   `json:"Country" xml:"Country"`
	Field      many[field] `json:"Field" xml:"Field"`
	Media      many[media] `json:"Media" xml:"Media"`
}

type tag struct {
	Tag   text `json:"tag" xml:"tag,attr"`
	Role  text `json:"role" xml:"role,attr"`
	Thumb text `json:"thumb" xml:"thumb,attr"`
}

type field struct {
	Name   text `json:"name" xml:"name,attr"`
	Locked flag `json:"locked" xml:"locked,attr"`
}

type media struct {
	DeletedAt num `json:"deletedAt" xml:"deletedAt,attr"`

	Part many[part] `json:"Part" xml:"Part"`
}

type part struct {
	File text `json:"file" xml:"file,attr"`
}

type activity struct {
	UUID     text             `json:"uuid" xml:"uuid,attr"`
	Type     text             `json:"type" xml:"type,attr"`
	Title    text             `json:"title" xml:"title,attr"`
	Progress num              `json:"progress" xml:"progress,attr"`
	Context  many[activityOf] `json:"Context" xml:"Context"`
}

type activityOf struct {
	SectionID text `json:"librarySectionID" xml:"librarySectionID,attr"`
}

// pages are how web pages begin; the answers of Plex are JSON or XML.
var pages = []string{"<!doctype html", "<html", "<head", "<body", "<script"}

// isPage reports a web page. The content type does not tell: Plex marks empty answers as
// HTML.
func isPage(body []byte) bool {
	head := strings.ToLower(string(bytes.TrimSpace(trimBOM(body[:min(len(body), 512)]))))
	for _, p := range pages {
		if strings.HasPrefix(head, p) {
			return true
		}
	}
	return false
}

func trimBOM(b []byte) []byte { return bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")) }

var errNoContainer = errors.New("no MediaContainer in the answer")

// decode reads an answer in whichever of its two forms it came.
func (c *Client) decode(op string, rep httpc.Reply) (*container, error) {
	body := bytes.TrimSpace(trimBOM(rep.Body))
	if len(body) == 0 {
		return nil, c.http.CutOff(op, io.ErrUnexpectedEOF)
	}
	var (
		box *container
		err error
	)
	switch body[0] {
	case '{':
		box, err = decodeJSON(body, rep.Objects())
	case '<':
		box, err = decodeXML(body, rep.Objects())
	default:
		return nil, c.garbled(op, rep.Header.Get("Content-Type"))
	}
	switch {
	case errors.Is(err, errNoContainer):
		return nil, c.notPlex(op, err)
	case errors.Is(err, decode.ErrTooLarge):
		return nil, c.http.Oversized(op)
	case err != nil:
		return nil, c.http.CutOff(op, err)
	case box.StartState != "" && box.Machine == "":
		return nil, plexFault(fault.Unreachable, message.New(message.PlexStarting), message.None, c.http.Because(op, errors.New("startState")))
	}
	return box, nil
}

// garbled tells noise in place of an answer from the answer of something else.
func (c *Client) garbled(op, media string) error {
	if strings.Contains(media, "json") || strings.Contains(media, "xml") {
		return c.http.CutOff(op, errNoContainer)
	}
	return c.notPlex(op, errNoContainer)
}

func decodeJSON(body []byte, objects int) (*container, error) {
	var root struct {
		MediaContainer *container `json:"MediaContainer"`
	}
	err := decode.JSON(body, objects, &root)
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) || err == nil && root.MediaContainer == nil {
		return nil, errNoContainer
	}
	return root.MediaContainer, err
}

func decodeXML(body []byte, objects int) (*container, error) {
	d, err := decode.XML(body, objects)
	if err != nil {
		return nil, err
	}
	for {
		tok, err := d.Token()
		if err != nil {
			return nil, err
		}
		start, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		if start.Name.Local != "MediaContainer" {
			return nil, errNoContainer
		}
		box := &container{}
		return box, d.DecodeElement(box, &start)
	}
}

// items are the items of a container, in the order they came. detailed says that they
// were read by key, so that lists and locks are complete.
func (b *container) items(section string, detailed bool) []scene.Item {
	all := append(append([]metadata{}, b.Metadata...), b.Video...)
	out := make([]scene.Item, 0, len(all))
	for _, m := range all {
		if m.RatingKey == "" {
			continue
		}
		it := m.item()
		it.Detailed = detailed
		it.Section = cmp.Or(string(m.SectionID), string(b.SectionID), section)
		out = append(out, it)
	}
	return out
}

func (m metadata) item() scene.Item {
	it := scene.Item{
		RatingKey: string(m.RatingKey), GUID: string(m.GUID),
		Title: string(m.Title), TitleSort: string(m.TitleSort), OriginalTitle: string(m.OriginalTitle),
		Studio: string(m.Studio), Summary: string(m.Summary), Tagline: string(m.Tagline), Edition: string(m.Edition),
		ContentRating: string(m.ContentRating), Date: string(m.Date), Year: int(m.Year), Rating: string(m.UserRating),
		Performers: names(m.Role), Roles: ofActors(m.Role, func(t tag) text { return t.Role }), Thumbs: ofActors(m.Role, func(t tag) text { return t.Thumb }), Tags: names(m.Genre), Collections: names(m.Collection), Labels: names(m.Label),
		Directors: names(m.Director), Writers: names(m.Writer), Producers: names(m.Producer), Countries: names(m.Country),
		Locked: map[string]bool{},
		Thumb:  string(m.Thumb), Art: string(m.Art),
		UpdatedAt: int64(m.UpdatedAt), AddedAt: int64(m.AddedAt), Viewing: m.viewing(),
	}
	for _, f := range m.Field {
		if f.Locked {
			it.Locked[string(f.Name)] = true
		}
	}
	it.Files, it.Trashed = m.files()
	return it
}

// files are those of the versions Plex has, or of all when the item is in the trash.
func (m metadata) files() (files []string, trashed bool) {
	var gone []string
	for _, md := range m.Media {
		for _, p := range md.Part {
			switch {
			case p.File == "":
			case m.DeletedAt != 0 || md.DeletedAt != 0:
				gone = append(gone, string(p.File))
			default:
				files = append(files, string(p.File))
			}
		}
	}
	if len(files) == 0 {
		return gone, m.DeletedAt != 0 || len(gone) > 0
	}
	return files, false
}

func names(tags []tag) []string {
	var out []string
	for _, t := range tags {
		if t.Tag != "" {
			out = append(out, string(t.Tag))
		}
	}
	return out
}

// ofActors is what the actors have, by name, where there is something.
func ofActors(actors []tag, what func(tag) text) map[string]string {
	var out map[string]string
	for _, t := range actors {
		if t.Tag != "" && what(t) != "" {
			if out == nil {
				out = map[string]string{}
			}
			out[string(t.Tag)] = string(what(t))
		}
	}
	return out
}
