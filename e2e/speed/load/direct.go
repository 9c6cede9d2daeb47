package load

// Direct sends requests to the upstream without a server.
type Direct struct {
	calls   *Calls
	addr    string
	heads   [][]byte // of each project
	callers []*connection
}

// NewDirect returns a client of the upstream at an address.
func NewDirect(calls *Calls, addr string) *Direct {
	d := &Direct{calls: calls, addr: addr}
	for _, id := range calls.projects {
		d.heads = append(d.heads, []byte("POST /api/v1/sessions/"+id+"/insights HTTP/1.1\r\nHost: "+addr+
			"\r\nContent-Type: application/json\r\nX-Api-Key: lsv2_pt_speed\r\n"))
	}
	return d
}

// Run implements [Runner].
func (d *Direct) Run(bounds Bounds) (Result, error) {
	for len(d.callers) < bounds.Callers {
		conn, err := dial(d.addr)
		if err != nil {
			return Result{}, err
		}
		d.callers = append(d.callers, conn)
	}
	return runConnections(d.calls, d.callers[:bounds.Callers], bounds, checkUpstream, func(caller int, call int64) error {
		c := d.callers[caller]
		c.body = appendBody(c.body[:0], call)
		return c.call(d.heads[call%int64(len(d.heads))], c.body)
	})
}

// Close closes every connection.
func (d *Direct) Close() error {
	for _, conn := range d.callers {
		if err := conn.Conn.Close(); err != nil {
			return err
		}
	}
	return nil
}
