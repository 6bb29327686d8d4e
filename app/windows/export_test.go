package windows

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"net/url"
	"testing"

	"fyne.io/fyne/v2/test"

	"lockstep/app/present"
)

func TestReportIsExported(t *testing.T) {
	f := newFake()
	f.rows[7] = sampleRows(2500)
	w := newTest(t, f)
	_, p := open[*reportsPage](t, w, present.Reports)
	var table, text bytes.Buffer
	if err := errors.Join(p.writer(".csv")(t.Context(), &table), p.writer(".json")(t.Context(), &text)); err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(table.Bytes(), []byte("\n")); n != 2501 {
		t.Errorf("%d lines of CSV", n)
	}
	var got struct{ Rows []any }
	if err := json.Unmarshal(text.Bytes(), &got); err != nil || len(got.Rows) != 2500 {
		t.Errorf("%d rows of JSON, %v", len(got.Rows), err)
	}
}

func TestHistoryIsExportedAsItIsFound(t *testing.T) {
	f := newFake()
	f.history = sampleHistory(2500)
	w := newTest(t, f)
	_, p := open[*historyPage](t, w, present.History)
	count := func() int {
		var out bytes.Buffer
		if err := p.writer()(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		lines, err := csv.NewReader(&out).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		scenes := map[string]bool{}
		for _, l := range lines[1:] {
			scenes[l[1]] = true
		}
		return len(scenes)
	}
	if n := count(); n != 2500 {
		t.Errorf("%d scenes of 2500 are exported", n)
	}
	test.Type(p.search, "harbour")
	if n := count(); n != 250 {
		t.Errorf("%d scenes are exported, 250 were looked for", n)
	}
}

func TestLogIsOneClickAway(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	w.opt.Log = "/home/ada/lockstep/lockstep.log"
	w.Show(present.Queue)
	w.openLog(w.showing(present.Queue))
	wantCalled(t, f, "visit file:///home/ada/lockstep/lockstep.log")
	w.openURL = func(*url.URL) error { return errors.New("nothing opens texts") }
	w.openLog(w.showing(present.Queue))
	wantShown(t, w.showing(present.Queue), "The log is /home/ada/lockstep/lockstep.log")
}
