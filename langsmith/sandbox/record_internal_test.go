package sandbox

import "testing"

// Only the latest requests are recorded.
func TestRecorderIsBounded(t *testing.T) {
	t.Parallel()
	var r recorder
	large := make([]byte, maxRecordedBytes/2)
	for _, path := range []string{"/1", "/2", "/3"} {
		r.add(Request{Path: path, Body: large})
	}
	if len(r.requests) != 2 || r.requests[0].Path != "/2" || r.bytes != maxRecordedBytes {
		t.Errorf("%d requests, %d bytes", len(r.requests), r.bytes)
	}
	for range maxRecorded + 5 {
		r.add(Request{})
	}
	if len(r.requests) != maxRecorded || r.bytes != 0 {
		t.Errorf("%d requests, %d bytes", len(r.requests), r.bytes)
	}
}
