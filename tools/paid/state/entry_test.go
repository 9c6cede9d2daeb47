package state

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/uuid"
)

func FuzzDecodeEntry(f *testing.F) {
	for _, entry := range []Entry{
		{Token: id(1), Began: began, Stage: Intended, Known: []uuid.UUID{id(2)}, Complete: true, ServerTime: began},
		{Token: id(1), Began: began, Stage: Started, Job: id(3), Delivered: true},
		{Token: id(1), Began: began, Stage: Probable, Job: id(3)},
		{Token: id(1), Began: began, Stage: Ended},
		{Token: id(1), Began: began, Stage: Probable, Job: id(3), Known: []uuid.UUID{id(2)}, Since: began, Waited: 7, Missing: began, MissingServerTime: began},
	} {
		f.Add(entry.Encode())
	}
	f.Add([]byte(`{"v":1,"token":"` + id(1).String() + `","began":"9999-12-31T23:59:59-23:59","theirs":"0000-01-01T00:00:00+23:59","stage":"over"}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		entry, err := decodeEntry(line)
		if err != nil {
			return
		}
		if !entry.mayBeSearched() {
			entry.Known, entry.Complete = nil, false
		}
		again, err := decodeEntry(entry.Encode())
		if err != nil || !equalEntries(entry, again) {
			t.Errorf("%s\nbecame %+v\nand then %+v, %v", line, entry, again, err)
		}
	})
}

func FuzzDecodeLog(f *testing.F) {
	whole := Entry{Token: id(1), Began: began, Stage: Intended}.Encode()
	f.Add(whole)
	f.Add(whole[:20])
	f.Add(bytes.Repeat(append(whole, '\n'), 3))
	f.Add(slices.Concat(whole, []byte("\n"), Entry{Token: id(1), Began: began, Stage: Ended}.Encode(), []byte("\ntorn")))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		alone, damaged := decodeLog(data)
		// Entries that are written after any content are found.
		mark := Entry{Token: uuid.NameSpaceURL, Began: began, Stage: Started, Job: id(9)}
		after, damagedAfter := decodeLog(appendLine(data, mark.Encode()))
		if !slices.ContainsFunc(after, func(entry Entry) bool { return equalEntries(entry, mark) }) || damagedAfter != damaged {
			t.Errorf("after %q: %+v, alone %+v", data, after, alone)
		}
		// A compacted log has the same entries and the same damage, and is not changed by
		// compaction.
		alone = slices.DeleteFunc(alone, Entry.hasNoEffect)
		compact := compactLog(data)
		again, damagedThen := decodeLog(compact)
		byToken := func(a, b Entry) int { return bytes.Compare(a.Token[:], b.Token[:]) }
		slices.SortFunc(alone, byToken)
		slices.SortFunc(again, byToken)
		if !slices.EqualFunc(alone, again, equalEntries) || damagedThen != damaged || !bytes.Equal(compactLog(compact), compact) {
			t.Errorf("%q\nbecame %q: %+v, %+v", data, compact, alone, again)
		}
	})
}

func TestEncodedEntriesHaveOneLine(t *testing.T) {
	known := make([]uuid.UUID, 100)
	for n := range known {
		known[n] = id(n)
	}
	line := Entry{Token: id(1), Began: began, ServerTime: began, Known: known, Complete: true, Stage: Intended}.Encode()
	if bytes.ContainsAny(line, "\n\r") || len(line) > 5000 {
		t.Errorf("%d bytes: %s", len(line), line)
	}
}
