package web

import (
	"cmp"
	"time"
)

// Limits bound the resources of one client. A zero field means its default.
type Limits struct {
	// Body and Header bound one message and its header, in bytes. The defaults are 9 MiB,
	// because one call may have 8 MiB of chats, and 64 KiB, because tokens that list a
	// user's groups are long.
	Body   int64
	Header int

	// Bodies bounds the total size of the large messages that are being processed, in
	// bytes: 18 MiB. Reading a message takes about five times its size, and this much fits
	// into a process of 256 MiB.
	Bodies int64

	// HeaderTime and BodyTime are how long a header and a body may take to arrive: 10 s
	// and 30 s.
	HeaderTime, BodyTime time.Duration

	// WriteTime is how long a client may take to accept one write: 30 s.
	WriteTime time.Duration

	// IdleTime is how long a connection may wait for its next request: 2 min.
	IdleTime time.Duration

	// Quiet is how long an event stream may be silent: 25 s. Proxies close a connection
	// that is silent for 60 s, and only a write detects that a client is gone.
	Quiet time.Duration
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Body:       cmp.Or(l.Body, 9<<20),
		Header:     cmp.Or(l.Header, 64<<10),
		Bodies:     cmp.Or(l.Bodies, 18<<20),
		HeaderTime: cmp.Or(l.HeaderTime, 10*time.Second),
		BodyTime:   cmp.Or(l.BodyTime, 30*time.Second),
		WriteTime:  cmp.Or(l.WriteTime, 30*time.Second),
		IdleTime:   cmp.Or(l.IdleTime, 2*time.Minute),
		Quiet:      cmp.Or(l.Quiet, 25*time.Second),
	}
}
