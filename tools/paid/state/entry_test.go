package state

import (
	"bytes"
	"testing"

	"github.com/google/uuid"
)

func FuzzDecodeEntry(f *testing.F) {
	for _, entry := range []Entry{
		{Token: id(1), Began: began, Stage: Intended, Known: []uuid.UUID{id(2)}, Complete: true, Theirs: began},
		{Token: id(1), Began: began, Stage: Started, Job: id(3), Told: true},
		{Token: id(1), Began: began, Stage: Probable, Job: id(3)},
		{Token: id(1), Began: began, Stage: Over},
	} {
		f.Add(entry.Encode())
	}
	f.Add([]byte(`{"v":1,"token":"` + id(1).String() + `","began":"9999-12-31T23:59:59-23:59","theirs":"0000-01-01T00:00:00+23:59","stage":"over"}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		entry, err := DecodeEntry(line)
		if err != nil {
			return
		}
		if entry.Stage != Intended {
			entry.Known, entry.Complete = nil, false
		}
		again, err := DecodeEntry(entry.Encode())
		if err != nil || !same(entry, again) {
			t.Errorf("%s\nbecame %+v\nand then %+v, %v", line, entry, again, err)
		}
	})
}

func FuzzDecodeLog(f *testing.F) {
	whole := Entry{Token: id(1), Began: began, Stage: Intended}.Encode()
	f.Add(whole)
	f.Add(whole[:20])
	f.Add(bytes.Repeat(append(whole, '\n'), 3))
	f.Fuzz(func(t *testing.T, data []byte) {
		var alone, after Recalled
		decodeLog(data, &alone)
		// Whatever is in a log, what is written after it is found.
		mark := Entry{Token: uuid.NameSpaceURL, Began: began, Stage: Started, Job: id(9)}
		decodeLog(append(append(bytes.Clone(data), '\n'), append(mark.Encode(), '\n')...), &after)
		found := false
		for _, entry := range after.Entries {
			found = found || same(entry, mark)
		}
		if !found || after.Damaged != alone.Damaged {
			t.Errorf("after %q: %+v, alone %+v", data, after, alone)
		}
	})
}

func TestEncodedEntriesHaveOneLine(t *testing.T) {
	known := make([]uuid.UUID, 100)
	for n := range known {
		known[n] = id(n)
	}
	line := Entry{Token: id(1), Began: began, Theirs: began, Known: known, Complete: true, Stage: Intended}.Encode()
	if bytes.ContainsAny(line, "\n\r") || len(line) > 5000 {
		t.Errorf("%d bytes: %s", len(line), line)
	}
}
