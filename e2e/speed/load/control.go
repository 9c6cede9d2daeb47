package load

import (
	"encoding/json"
	"fmt"
)

// checkControl checks the response to initialize or tools/list and returns it.
func checkControl(answer []byte) ([]byte, error) {
	var message struct {
		ID     json.Number     `json:"id"`
		Error  json.RawMessage `json:"error"`
		Result json.RawMessage `json:"result"`
	}
	if err := json.Unmarshal(answer, &message); err != nil {
		return nil, fmt.Errorf("%w: %.500s", err, answer)
	}
	if message.ID != "0" || message.Error != nil || message.Result == nil {
		return nil, fmt.Errorf("answered with %.500s", answer)
	}
	return message.Result, nil
}
