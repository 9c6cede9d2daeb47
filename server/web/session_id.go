package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"github.com/google/uuid"
)

// A session's id has a random part and a MAC of it, whose key is derived from its owner's
// identity. Any replica can verify it without a shared secret, and it is useless to another
// caller. A caller can forge ids, but only their own.
//
// A session that was opened without a LangSmith key belongs to the authenticated subject,
// who may send a key later: callers with the same subject cannot be distinguished anyway.

// sessionFacts are the facts that an id has about its session.
type sessionFacts struct {
	canElicit       bool // the client shows forms to a person
	sameCredentials bool // the session was opened with the caller's credentials
}

const (
	plainSession  = "p"
	elicitSession = "e"
)

// newSessionID returns an id for a session of the owner.
func newSessionID(owner Caller, facts sessionFacts) string {
	kind := plainSession
	if facts.canElicit {
		kind = elicitSession
	}
	open := kind + "-" + uuid.NewString()
	return open + "-" + sessionMAC(open, owner)
}

// verifySessionID reports whether an id belongs to the caller, and returns its facts.
func verifySessionID(id string, caller Caller) (sessionFacts, bool) {
	at := len(plainSession) + 1 + len(uuid.Nil.String())
	if len(id) <= at || id[at] != '-' {
		return sessionFacts{}, false
	}
	open, code := id[:at], id[at+1:]
	facts := sessionFacts{canElicit: strings.HasPrefix(open, elicitSession)}
	isOf := func(owner Caller) bool { return hmac.Equal([]byte(code), []byte(sessionMAC(open, owner))) }
	facts.sameCredentials = isOf(caller)
	if !facts.sameCredentials && !isOf(Caller{Subject: caller.Subject}) {
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
