package tasks

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"
)

var testCall = Call{Tool: "wait_for_insights_job", Arguments: json.RawMessage(`{"job_id":"5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11"}`), Made: time.UnixMilli(1_800_000_000_123)}

func TestSealAndOpen(t *testing.T) {
	id, err := seal(Key{1}, testCall)
	if err != nil {
		t.Fatal(err)
	}
	if call, err := open(Key{1}, id); err != nil || !reflect.DeepEqual(call, testCall) {
		t.Errorf("the id has %+v, %v", call, err)
	}
	if _, err := open(Key{2}, id); !errors.Is(err, errUnknown) {
		t.Errorf("another key opens the id: %v", err)
	}
	if again, err := seal(Key{1}, testCall); err != nil || again == id {
		t.Errorf("two tasks of the same call have the same id: %v", err)
	}
}

// FuzzOpen checks that only an unchanged id can be opened.
func FuzzOpen(f *testing.F) {
	for _, seed := range []string{"", "A", "=", "\n", "786512e2-9e0d-44bd-8f29-789f320fe840"} {
		f.Add(seed, uint(0), uint(0))
		f.Add(seed, uint(1), uint(0))
		f.Add(seed, uint(10_000), uint(1))
	}
	f.Fuzz(func(t *testing.T, text string, from, cut uint) {
		id, err := seal(Key{1}, testCall)
		if err != nil {
			t.Fatal(err)
		}
		from %= uint(len(id)) + 1
		cut %= uint(len(id)) - from + 1
		for _, candidate := range []string{text, id[:from] + text + id[from+cut:]} {
			call, err := open(Key{1}, candidate)
			switch {
			case candidate == id && (err != nil || !reflect.DeepEqual(call, testCall)):
				t.Fatalf("the id has %+v, %v", call, err)
			case candidate != id && (!errors.Is(err, errUnknown) || !reflect.DeepEqual(call, Call{})):
				t.Fatalf("%q is opened: %+v, %v", candidate, call, err)
			}
		}
	})
}

// FuzzSeal checks that opening an id returns the sealed call.
func FuzzSeal(f *testing.F) {
	f.Add("wait_for_insights_job", "latest", int64(0))
	f.Fuzz(func(t *testing.T, tool, argument string, made int64) {
		arguments, err := json.Marshal(argument)
		if err != nil {
			t.Fatal(err)
		}
		want := Call{Tool: tool, Arguments: arguments, Made: time.UnixMilli(made)}
		id, err := seal(Key{}, want)
		if err != nil {
			t.Fatal(err)
		}
		call, err := open(Key{}, id)
		if len(id) > maxID {
			if !errors.Is(err, errUnknown) {
				t.Fatalf("an id of %d bytes is opened", len(id))
			}
			return
		}
		if err != nil || string(call.Arguments) != string(want.Arguments) || !call.Made.Equal(want.Made) {
			t.Fatalf("%+v came back as %+v, %v", want, call, err)
		}
	})
}
