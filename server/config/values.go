package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"
)

// parseInto returns a function that parses a text into a field.
func parseInto[T any](field *T, parse func(string) (T, error)) func(string) error {
	return func(value string) (err error) {
		*field, err = parse(value)
		return err
	}
}

func parseText(value string) (string, error) { return value, nil }

func parseList(value string) ([]string, error) { return splitList(value), nil }

func splitList(value string) []string {
	var items []string
	for item := range strings.SplitSeq(value, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

func parseBool(value string) (bool, error) {
	switch strings.ToLower(value) {
	case "true", "1", "yes", "on":
		return true, nil
	case "false", "0", "no", "off", "":
		return false, nil
	}
	return false, fmt.Errorf("want true or false, not %q", value)
}

// parseUpTo returns a parser of whole numbers from 1 to limit.
func parseUpTo(limit int) func(string) (int, error) {
	return func(value string) (int, error) {
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > limit {
			return 0, fmt.Errorf("want a whole number from 1 to %d, not %q", limit, value)
		}
		return n, nil
	}
}

func parseDuration(value string) (time.Duration, error) {
	d, err := time.ParseDuration(value)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("want a duration such as 30s or 2m, not %q", value)
	}
	return d, nil
}

func parseHostPort(value string) (string, error) {
	if _, port, err := net.SplitHostPort(value); err != nil || !isPort(port) {
		return "", fmt.Errorf("want HOST:PORT such as 127.0.0.1:8080, not %q", value)
	}
	return value, nil
}

func isPort(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return err == nil
}

// parseIssuer returns an invalid issuer too, so that none is missed beside the audience.
func parseIssuer(value string) (string, error) {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && isLoopbackHost(u.Hostname())) {
		return value, errors.New("want the issuer's https:// address")
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" { // RFC 8414, section 2; the value may have a password
		return value, errors.New("want the issuer's address without a user, a query or a fragment")
	}
	return value, nil
}

func parseLogLevel(value string) (zerolog.Level, error) {
	level, err := zerolog.ParseLevel(strings.ToLower(value))
	if err != nil || value == "" {
		return level, fmt.Errorf("want one of trace, debug, info, warn, error, fatal, panic, disabled, not %q", value)
	}
	return level, nil
}
