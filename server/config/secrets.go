package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"langsmith-insights-mcp/langsmith"
)

// maxSecretFile bounds a file of keys or tokens, in bytes.
const maxSecretFile = 64 << 10

// readSecretFile reads a file of keys or tokens.
func readSecretFile(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxSecretFile+1))
	if err != nil {
		return "", err
	}
	if len(data) > maxSecretFile {
		return "", fmt.Errorf("%s is too large for a file of keys", path)
	}
	return strings.TrimPrefix(string(data), "\ufeff"), nil
}

// addTokens adds a list of tokens.
func (h *HTTP) addTokens(value string) error { return h.add(splitList(value)) }

// addTokenFile adds the tokens of a file with one token per line.
func (h *HTTP) addTokenFile(path string) error {
	content, err := readSecretFile(path)
	if err != nil {
		return err
	}
	var tokens []string
	for line := range strings.Lines(content) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			tokens = append(tokens, line)
		}
	}
	return h.add(tokens)
}

func (h *HTTP) add(tokens []string) error {
	if len(tokens) == 0 {
		return errors.New("has no token")
	}
	for _, token := range tokens {
		h.AuthTokens = append(h.AuthTokens, langsmith.Secret(token))
	}
	return nil
}
