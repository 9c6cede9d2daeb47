package web

import (
	"cmp"
	"time"
)

// Limits bound what one client can hold. A zero field has the default.
type Limits struct {
	// Body and Header bound one message and one header, in bytes: 9 MiB, which the
	// 8 MiB of chats that one call may hold are within, and 64 KiB, since the tokens
	// of issuers that list a user's groups are long.
	Body   int64
	Header int

	// Bodies bounds the large messages that are being read and answered, all
	// together, in bytes: 18 MiB. One takes about five times its size while it is read, so
	// that is what a process of 256 MiB has room for.
	Bodies int64

	// HeaderTime and BodyTime are how long either may take to arrive: 10 s, 30 s.
	HeaderTime, BodyTime time.Duration

	// WriteTime is how long a client may take to accept one write: 30 s.
	WriteTime time.Duration

	// IdleTime is how long a connection may wait for its next request: 2 min.
	IdleTime time.Duration

	// Quiet is how long an event stream may say nothing: 25 s. Proxies close
	// what has been silent for 60 s, and writing is how a client is found to be
	// gone.
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
