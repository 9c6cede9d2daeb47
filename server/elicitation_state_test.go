package server

import (
	"maps"
	"testing"
)

func FuzzReadState(f *testing.F) {
	f.Add("")
	f.Add("e30")
	f.Add("bnVsbA")
	f.Add(writeState(map[string]answered{"project x": {Accepted: true, Value: "y"}, "start": {Value: false}}))
	f.Fuzz(func(t *testing.T, state string) {
		given := readState(state)
		again := readState(writeState(given))
		if len(given) == 0 && len(again) == 0 {
			return
		}
		same := func(a, b answered) bool {
			_, plain := a.Value.(string)
			return a.Accepted == b.Accepted && (!plain || a.Value == b.Value)
		}
		if len(writeState(given)) <= longestState && !maps.EqualFunc(given, again, same) {
			t.Errorf("%v is read again as %v", given, again)
		}
	})
}
