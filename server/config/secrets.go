package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"langsmith-insights-mcp/langsmith"
)

// largestSecretFile bounds a file that holds keys or tokens, in bytes.
const largestSecretFile = 64 << 10

func readSecretFile(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		var named *os.PathError
		if errors.As(err, &named) {
			err = named.Err
		}
		return "", fmt.Errorf("cannot read %s: %w", path, err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, largestSecretFile+1))
	if err != nil {
		return "", fmt.Errorf("cannot read %s: %w", path, err)
	}
	if len(data) > largestSecretFile {
		return "", fmt.Errorf("%s is too large to be a file of keys", path)
	}
	return strings.TrimPrefix(string(data), "\ufeff"), nil
}

func setAuthTokens(c *Config, value string) error {
	return addAuthTokens(c, splitList(value))
}

func setAuthTokenFile(c *Config, path string) error {
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
	return addAuthTokens(c, tokens)
}

func addAuthTokens(c *Config, tokens []string) error {
	if len(tokens) == 0 {
		return errors.New("holds no token")
	}
	for _, token := range tokens {
		c.HTTP.AuthTokens = append(c.HTTP.AuthTokens, langsmith.Secret(token))
	}
	return nil
}
