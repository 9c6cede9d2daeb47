package server

import (
	"maps"
	"testing"
)

func FuzzDecodeState(f *testing.F) {
	f.Add("")
	f.Add("e30")
	f.Add("bnVsbA")
	f.Add(encodeState(map[string]formAnswer{"project x": {Accepted: true, Value: "y"}, "start": {Value: false}}))
	f.Fuzz(func(t *testing.T, state string) {
		given := decodeState(state)
		again := decodeState(encodeState(given))
		if len(given) == 0 && len(again) == 0 {
			return
		}
		same := func(a, b formAnswer) bool {
			_, plain := a.Value.(string)
			return a.Accepted == b.Accepted && (!plain || a.Value == b.Value)
		}
		if len(encodeState(given)) <= maxState && !maps.EqualFunc(given, again, same) {
			t.Errorf("%v is read again as %v", given, again)
		}
	})
}
