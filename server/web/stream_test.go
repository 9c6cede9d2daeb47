package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
)

// stream is an open event stream. That of /sse can get messages.
type stream struct {
	f       *fixture
	headers headers
	path    string // of messages
	status  int
	close   context.CancelFunc

	messages chan string // closed at the end of the stream
}

// read sends a request and reads its response as a stream.
func (f *fixture) read(r *http.Request) *stream {
	f.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s := &stream{f: f, close: cancel, messages: make(chan string, 1000)}
	answer, err := f.client.Do(r.WithContext(ctx))
	if err != nil {
		cancel()
		f.t.Fatal(err)
	}
	s.status = answer.StatusCode
	endpoint := make(chan string, 1)
	var reading sync.WaitGroup
	reading.Go(func() {
		defer answer.Body.Close()
		defer close(s.messages)
		defer close(endpoint)
		scanner := bufio.NewScanner(answer.Body)
		scanner.Buffer(nil, 1<<20)
		kind := ""
		for scanner.Scan() {
			if name, ok := strings.CutPrefix(scanner.Text(), "event: "); ok {
				kind = name
			}
			data, ok := strings.CutPrefix(scanner.Text(), "data: ")
			switch {
			case ok && kind == "endpoint":
				address, _ := r.URL.Parse(data)
				endpoint <- address.RequestURI()
			case ok:
				s.messages <- data
			}
		}
	})
	f.t.Cleanup(func() {
		cancel()
		reading.Wait()
	})
	if r.URL.Path == "/sse" {
		s.path = <-endpoint
	}
	return s
}

func (f *fixture) openSSE(h headers) *stream {
	f.t.Helper()
	s := f.read(f.request(http.MethodGet, "/sse", h, ""))
	s.headers = h
	return s
}

// post sends a message for the stream, with the headers h only.
func (s *stream) post(h headers, body string) {
	s.f.t.Helper()
	if got := s.f.post(s.path, h, body); got.status != http.StatusAccepted {
		s.f.t.Fatalf("POST %s: %d %s", s.path, got.status, got.body)
	}
}

// result reads until the response to a request.
func (s *stream) result(id any) toolResult {
	s.f.t.Helper()
	for message := range s.messages {
		var got toolResult
		if err := json.Unmarshal([]byte(message), &got); err != nil {
			s.f.t.Fatalf("%v in %s", err, message)
		}
		if string(got.ID) == fmt.Sprint(id) {
			return got
		}
	}
	s.f.t.Fatalf("the stream ended without the response to %v", id)
	return toolResult{}
}
