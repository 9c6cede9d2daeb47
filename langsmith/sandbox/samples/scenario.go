package samples

import (
	_ "embed"
	"fmt"

	"github.com/go-json-experiment/json"
)

// scenario is a reason to contact an agent and the course of the conversation. Texts may
// contain {order}, {amount}, {product}, {days}, {code} and {topic}.
type scenario struct {
	Titles    []string `json:"titles"`   // the agent's titles of the conversation
	Asks      []string `json:"asks"`     // the user's first messages
	Details   []string `json:"details"`  // the user's replies to the question
	Question  string   `json:"question"` // the agent's question
	Answers   []string `json:"answers"`  // the agent's answers if the tool succeeds
	Area      string   `json:"area"`     // the tag of the traces; may be empty
	Tool      string   `json:"tool"`
	Failure   string   `json:"failure"`   // the tool's error
	FailRate  float64  `json:"fail_rate"` // how often the tool fails
	Satisfied float64  `json:"satisfied"` // share of good feedback; below 0 for no feedback
	Latency   float64  `json:"latency"`   // usual duration of a turn, in seconds
	Weeks     [2]int   `json:"weeks"`     // conversations in the older and in the newer week
	Unpriced  bool     `json:"unpriced"`  // has no cost and no tokens
}

//go:embed scenarios.json
var scenariosJSON []byte

// readScenarios returns the scenarios of the shop's support and of the research agent. The
// two weeks of the support differ: one reason appears, one disappears, others grow or shrink.
func readScenarios() (support, research []scenario) {
	var all struct {
		Support  []scenario `json:"support"`
		Research []scenario `json:"research"`
	}
	if err := json.Unmarshal(scenariosJSON, &all, json.RejectUnknownMembers(true)); err != nil {
		panic(fmt.Errorf("scenarios.json: %w", err)) // cannot happen: every test of the sandbox reads it
	}
	return all.Support, all.Research
}
