package sandbox

import (
	"net/http"
	"strconv"
)

// ServeHTTP serves one request over a connection. Where a fault drops the
// connection it panics with http.ErrAbortHandler, as net/http asks of handlers.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	req, fits, err := readRequest(r)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if !fits {
		send(w, r, &delivery{answer: tooLargeAnswer()})
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
	arriving := body
	if d.cut > 0 && d.cut < len(body) {
		arriving = body[:d.cut]
	}
	if d.slow > 0 {
		flow := http.NewResponseController(w)
		for at := range arriving {
			if wait(r.Context(), d.slow) != nil {
				panic(http.ErrAbortHandler)
			}
			if _, err := w.Write(arriving[at : at+1]); err != nil {
				return
			}
			_ = flow.Flush() // a writer that cannot flush still gets the bytes
		}
	} else if _, err := w.Write(arriving); err != nil {
		return
	}
	if len(arriving) < len(body) {
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}
