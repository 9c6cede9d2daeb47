package samples

import (
	"math/rand/v2"
	"time"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// turn is one turn of a conversation, which becomes one trace.
type turn struct {
	messages []trace.Message // so far; the last is the agent's, unless the turn crashed
	called   bool            // the tool was called
	failed   bool            // the tool failed
	crashed  bool            // the turn ended in an error
	took     time.Duration
}

// simulate returns the turns of a scenario. In a thread the agent first asks a question.
// If the tool fails after the user's reply, the agent repeats the question: the flaw that
// a report over these traces should find.
func simulate(rng *rand.Rand, s scenario, threaded bool) []turn {
	p := newPlaceholders(rng)
	say := func(text string) string { return p.Replace(text) }
	ask := trace.Message{Role: "user", Content: addGreeting(rng, say(pick(rng, s.Asks)))}
	answer := trace.Message{Role: "assistant", Content: say(pick(rng, s.Answers))}
	fails := rng.Float64() < s.FailRate
	if !threaded {
		t := turn{messages: []trace.Message{ask, answer}, called: true, failed: fails, crashed: fails, took: s.duration(rng, fails)}
		if fails {
			t.messages = t.messages[:1]
		}
		return []turn{t}
	}

	question := trace.Message{Role: "assistant", Content: say(s.Question)}
	detail := trace.Message{Role: "user", Content: say(pick(rng, s.Details))}
	said := []trace.Message{ask, question}
	turns := []turn{{messages: said, took: s.duration(rng, false)}}
	said = append(said[:2:2], detail)
	if !fails {
		return append(turns, turn{messages: append(said[:3:3], answer), called: true, took: s.duration(rng, false)})
	}
	said = append(said[:3:3], question)
	turns = append(turns, turn{messages: said, called: true, failed: true, took: s.duration(rng, true)})
	again := trace.Message{Role: "user", Content: pick(rng, []string{
		"I just told you. ", "You asked that already. ", "Again? ", "Are you reading this? ",
	}) + detail.Content}
	said = append(said[:4:4], again)
	switch rng.IntN(3) {
	case 0: // the tool succeeds
		return append(turns, turn{messages: append(said[:5:5], answer), called: true, took: s.duration(rng, false)})
	case 1: // the agent asks a third time, and the user leaves
		return append(turns, turn{messages: append(said[:5:5], question), called: true, failed: true, took: s.duration(rng, true)})
	}
	return append(turns, turn{messages: said, called: true, failed: true, crashed: true, took: s.duration(rng, true)})
}

// duration returns a random duration of a turn, longer by the tool's timeout if it fails.
func (s scenario) duration(rng *rand.Rand, failed bool) time.Duration {
	seconds := s.Latency * (0.6 + 0.9*rng.Float64())
	if rng.IntN(20) == 0 {
		seconds *= 4
	}
	if failed {
		seconds += 6 + 4*rng.Float64()
	}
	return time.Duration(seconds * float64(time.Second)).Truncate(time.Microsecond)
}

// isResolved reports whether the conversation ended with an answer.
func isResolved(turns []turn) bool {
	last := turns[len(turns)-1]
	return !last.failed && !last.crashed
}
