package present_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"iter"
	"testing"
	"time"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

func rows(list []store.ReportRow, end error) iter.Seq2[store.ReportRow, error] {
	return func(yield func(store.ReportRow, error) bool) {
		for _, r := range list {
			if !yield(r, nil) {
				return
			}
		}
		if end != nil {
			yield(store.ReportRow{}, end)
		}
	}
}

var sample = []store.ReportRow{
	{Scene: 812, Title: "=HYPERLINK(1)", Path: "/data/a, b.mp4", Kind: "never-synced", Outcome: "skipped", Reason: skip.NoMetadata},
	{Scene: 5, Title: "Sea", Outcome: "enqueued", Message: message.Foreign("date differs")},
}

func TestCSVHasReasonsAndNoFormulas(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := present.WriteCSV(&out, rows(sample, nil)); err != nil {
		t.Fatal(err)
	}
	got, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(got) != 3 {
		t.Fatalf("%v %v", got, err)
	}
	if got[1][1] != "'=HYPERLINK(1)" || got[1][6] != "No metadata yet" || got[1][7] == "" || got[2][6] != "date differs" {
		t.Errorf("rows %q", got)
	}
}

func TestJSONHasTheReportAndItsRows(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := present.WriteJSON(&out, large, rows(sample, nil)); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Checked, InStep, Gaps, Enqueued int
		Skipped                         map[string]int
		Sum                             string
		Rows                            []present.ExportRow
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	if got.Checked != 1204 || got.InStep != 1180 || got.Skipped["no-metadata"] != 6 || len(got.Rows) != 2 || got.Rows[0].Advice == "" || got.Sum == "" {
		t.Errorf("got %+v", got)
	}
	out.Reset()
	if err := present.WriteJSON(&out, large, rows(nil, nil)); err != nil || !json.Valid(out.Bytes()) {
		t.Errorf("without rows: %v %s", err, out.String())
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errDisk }

var errDisk = errors.New("the disk is full")

func activities(list []store.Activity, end error) iter.Seq2[store.Activity, error] {
	return func(yield func(store.Activity, error) bool) {
		for _, a := range list {
			if !yield(a, nil) {
				return
			}
		}
		if end != nil {
			yield(store.Activity{}, end)
		}
	}
}

func TestHistoryHasALineForEachField(t *testing.T) {
	t.Parallel()
	written := store.Activity{
		At: time.Date(2026, 11, 23, 14, 2, 0, 0, time.UTC), Scene: 812, Name: "Tidal Pools at Dawn", State: queue.Done,
		Changes: []store.Change{{Field: scene.FieldTitle, Old: "=1+1", New: "Tidal Pools at Dawn"}, {Field: scene.FieldDate, New: "2019-05-02"}},
	}
	skipped := store.Activity{At: written.At, Scene: 5, Name: "Raw", State: queue.Skipped, Message: message.Foreign("No metadata yet")}
	var out bytes.Buffer
	if err := present.WriteHistoryCSV(&out, activities([]store.Activity{written, skipped}, nil)); err != nil {
		t.Fatal(err)
	}
	want := "when,scene,title,state,words,field,before,after\n" +
		"2026-11-23T14:02:00Z,812,Tidal Pools at Dawn,done,,title,'=1+1,Tidal Pools at Dawn\n" +
		"2026-11-23T14:02:00Z,812,Tidal Pools at Dawn,done,,date,,2019-05-02\n" +
		"2026-11-23T14:02:00Z,5,Raw,skipped,No metadata yet,,,\n"
	if got := out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestExportsReportEveryError(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"csv rows":  present.WriteCSV(&bytes.Buffer{}, rows(sample, errDisk)),
		"json rows": present.WriteJSON(&bytes.Buffer{}, large, rows(sample, errDisk)),
		"csv file":  present.WriteCSV(full{}, rows(sample, nil)),
		"history":   present.WriteHistoryCSV(&bytes.Buffer{}, activities(nil, errDisk)),
		"its file":  present.WriteHistoryCSV(full{}, activities(nil, nil)),
		"json file": present.WriteJSON(full{}, large, rows(sample, nil)),
	} {
		if !errors.Is(err, errDisk) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAskedSaysWhatToDo(t *testing.T) {
	t.Parallel()
	if got, want := present.Asked(api.Attention{Kind: api.DiskProblem, Message: message.New(message.DiskFull, message.Path("/data")), Hint: message.New(message.AdviceFirstRunUnfinished)}), "There is no space left on the disk for /data. Finish the set-up to begin."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := present.Asked(api.Attention{Kind: api.BrakeAsks, Message: message.New(message.BrakeClear, message.Count(60), message.Count(70), message.Of(message.New(message.SeveralDate)))}), "This would clear 60 of 70 dates. Continue?"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
