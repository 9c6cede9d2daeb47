package sandbox

import (
	"slices"
	"time"
)

// lateRequest is a request that takes effect later.
type lateRequest struct {
	due time.Time
	req Request
}

func (s *Sandbox) schedule(req Request, due time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, _ := slices.BinarySearchFunc(s.late, due, func(l lateRequest, due time.Time) int {
		if l.due.After(due) {
			return 1
		}
		return -1 // equal times keep the order of arrival
	})
	s.late = slices.Insert(s.late, at, lateRequest{due: due, req: req})
}

// processDue processes the late requests that are due, each at its own time.
func (s *Sandbox) processDue(now time.Time) {
	for {
		s.mu.Lock()
		if len(s.late) == 0 || s.late[0].due.After(now) {
			s.mu.Unlock()
			return
		}
		next := s.late[0]
		s.late = s.late[1:]
		s.mu.Unlock()
		s.process(next.req, next.due, s.opts.Routes)
	}
}
