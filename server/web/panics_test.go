package web

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/rs/zerolog"
)

func TestPanicEndsOnlyItsRequest(t *testing.T) {
	var log bytes.Buffer
	guarded := recoverPanics(zerolog.New(&log))(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("of all things") }))
	recorder := httptest.NewRecorder()
	guarded.ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, mcpPath, nil))
	if recorder.Code != http.StatusInternalServerError || strings.Contains(recorder.Body.String(), "of all things") {
		t.Errorf("got %d: %s", recorder.Code, recorder.Body)
	}
	if !strings.Contains(log.String(), "of all things") || !strings.Contains(log.String(), "panics_test.go") {
		t.Errorf("logged %s", &log)
	}
}

func TestAbortedResponse(t *testing.T) {
	defer func() {
		if err, ok := recover().(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("recovered %v", err)
		}
	}()
	guarded := recoverPanics(zerolog.Nop())(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	guarded.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, mcpPath, nil))
}
