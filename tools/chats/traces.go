package chats

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// ProjectName returns the name of the project of a call's chats. The same chats and name
// give the same project, so that a repeated call continues the first.
func ProjectName(name string, all []Chat) string {
	if name == "" {
		name = "Chats"
	}
	return name + " " + digest(all)
}

// digest returns a digest of chats. It has 48 bits, since people see it and only chats of
// the same name must differ.
func digest(all []Chat) string {
	hash := sha256.New()
	var length [8]byte
	write := func(data []byte) {
		hash.Write(binary.BigEndian.AppendUint64(length[:0], uint64(len(data))))
		hash.Write(data)
	}
	for _, chat := range all {
		write(chat.bytes())
	}
	return hex.EncodeToString(hash.Sum(nil)[:6])
}

// bytes returns a chat as one JSON array.
func (c Chat) bytes() []byte {
	data := []byte("[")
	for i, message := range c {
		if i > 0 {
			data = append(data, ',')
		}
		data = append(data, message...)
	}
	return append(data, ']')
}

// Traces returns a trace of each chat at a time. Its id is derived from the project and the
// chat; equal chats have different ids.
func Traces(project uuid.UUID, all []Chat, at time.Time) []langsmith.NewTrace {
	seen := map[uuid.UUID]int{}
	traces := make([]langsmith.NewTrace, len(all))
	for i, chat := range all {
		id := uuid.NewSHA1(project, chat.bytes())
		if n := seen[id]; n > 0 {
			seen[id]++
			id = uuid.NewSHA1(id, []byte(strconv.Itoa(n)))
		} else {
			seen[id] = 1
		}
		traces[i] = langsmith.NewTrace{
			ID: id, ProjectID: project, Name: "chat", RunType: "chain",
			StartTime: at, EndTime: at,
			Inputs:  map[string][]json.RawMessage{"messages": chat[:1]},
			Outputs: map[string][]json.RawMessage{"messages": chat},
		}
	}
	return traces
}
