package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"github.com/google/uuid"
)

// A session's id says to whom the session belongs, in a way that only they can
// make use of: after a random part stands a code of it, keyed with its owner's
// identity. Any replica can check that without having seen the session; whoever
// finds an id and is somebody else has found nothing. Nothing secret is shared
// between replicas, and none is needed: a caller can make up ids, but only ids
// of their own.
//
// A session that was opened without a LangSmith key belongs to the guard's
// subject alone, who may bring a key later: somebody else of the same subject
// could not be told apart anyway.

// sessionFacts is what an id tells of its session.
type sessionFacts struct {
	canElicit bool // the client shows forms to a person
	opened    bool // with the caller's own credentials
}

const (
	plainSession  = "p"
	elicitSession = "e"
)

// newSessionID makes an id for a session of the caller's.
func newSessionID(owner Caller, facts sessionFacts) string {
	kind := plainSession
	if facts.canElicit {
		kind = elicitSession
	}
	open := kind + "-" + uuid.NewString()
	return open + "-" + sessionMAC(open, owner)
}

// verifySessionID reports whether an id belongs to the caller, and what it tells.
func verifySessionID(id string, caller Caller) (sessionFacts, bool) {
	at := len(plainSession) + 1 + len(uuid.Nil.String())
	if len(id) <= at || id[at] != '-' {
		return sessionFacts{}, false
	}
	open, code := id[:at], id[at+1:]
	facts := sessionFacts{canElicit: strings.HasPrefix(open, elicitSession)}
	isOf := func(owner Caller) bool { return hmac.Equal([]byte(code), []byte(sessionMAC(open, owner))) }
	facts.opened = isOf(caller)
	if !facts.opened && !isOf(Caller{Subject: caller.Subject}) {
		return sessionFacts{}, false
	}
	return facts, true
}

func sessionMAC(open string, owner Caller) string {
	key := owner.Key("session")
	code := hmac.New(sha256.New, key[:])
	code.Write([]byte(open))
	return base64.RawURLEncoding.EncodeToString(code.Sum(nil)[:16])
}
