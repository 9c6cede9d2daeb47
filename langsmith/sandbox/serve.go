package sandbox

import (
	"net/http"
	"strconv"
)

// ServeHTTP implements http.Handler. It panics with http.ErrAbortHandler to drop the
// connection.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	req, fits, err := readRequest(r)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if !fits {
		send(w, r, &delivery{bufferedResponse: newTooLargeResponse()})
		return
	}
	d, err := s.exchange(r.Context(), req)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	send(w, r, d)
}

func send(w http.ResponseWriter, r *http.Request, d *delivery) {
	for name, values := range d.header {
		w.Header()[name] = values
	}
	body := d.body.Bytes()
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(d.status)
	sent := body
	if d.cut > 0 && d.cut < len(body) {
		sent = body[:d.cut]
	}
	if d.slow > 0 {
		controller := http.NewResponseController(w)
		for at := range sent {
			if wait(r.Context(), d.slow) != nil {
				panic(http.ErrAbortHandler)
			}
			if _, err := w.Write(sent[at : at+1]); err != nil {
				return
			}
			_ = controller.Flush() // best effort
		}
	} else if _, err := w.Write(sent); err != nil {
		return
	}
	if len(sent) < len(body) {
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}
