package tools

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"langsmith-insights-mcp/tools/markdown"
)

// longestEcho bounds how much of a caller's own value a refusal repeats, in
// characters.
const longestEcho = 60

// compact repeats a caller's value as JSON, on one line and bounded.
func compact(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprintf("a %T", value)
	}
	return markdown.Line(string(data), longestEcho)
}

// compactName repeats a name that a caller made up.
func compactName(name string) string { return markdown.Line(name, longestEcho) }

func choices(values []any) string {
	names := make([]string, 0, len(values))
	for _, value := range values {
		if value != nil {
			names = append(names, fmt.Sprint(value))
		}
	}
	return strings.Join(names, ", ")
}

func article(word string) string {
	if word != "" && strings.ContainsRune("aeiou", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}

// number drops the zeroes that a rational's decimal form ends with.
func number(decimal string) string {
	return strings.TrimSuffix(strings.TrimRight(decimal, "0"), ".")
}

// formatName describes a format with an example, which teaches more than its name.
func formatName(format string) string {
	switch format {
	case "uuid":
		return "a UUID such as 5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11"
	case "date-time":
		return "a time with a zone, such as 2026-01-31T00:00:00Z"
	}
	return "a " + format
}

// write writes one part after the other, without making a text of them first.
func write(b *strings.Builder, parts ...string) {
	for _, part := range parts {
		b.WriteString(part)
	}
}

// call writes a call as an agent can make it: names and values in turn.
func call(tool string, arguments ...any) string {
	text := tool
	for i := 0; i+1 < len(arguments); i += 2 {
		text += fmt.Sprintf(" %s=%v", arguments[i], arguments[i+1])
	}
	return text
}

// thousands writes a count with its digits in groups of three.
func thousands(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// count writes how many there are of something; its plural takes an s unless
// another is given.
func count(n int, one string, many ...string) string {
	if n == 1 {
		return "1 " + one
	}
	if len(many) == 0 {
		return thousands(n) + " " + one + "s"
	}
	return thousands(n) + " " + many[0]
}

func categories(n int) string { return count(n, "category", "categories") }

// percent writes a share from 0 to 1 as a person reads it: with a decimal where
// a whole number would hide what is small, or nearly all.
func percent(share float64) string {
	value := share * 100
	switch {
	case value > 0 && value < 0.1:
		return "<0.1 %"
	case value > 99.9 && value < 100:
		return ">99.9 %"
	case math.Abs(value) < 9.95 || value > 99 && value < 100:
		return trimmed(value, 1) + " %"
	}
	return fmt.Sprintf("%.0f %%", value)
}

// seconds writes a duration given in seconds.
func seconds(value float64) string {
	switch {
	case math.Abs(value) >= 120:
		return trimmed(value/60, 1) + " min"
	case math.Abs(value) >= 0.1 || value == 0:
		return trimmed(value, 1) + " s"
	}
	return trimmed(value*1000, 1) + " ms"
}

// usd writes a price in dollars: two digits that count, however small it is.
func usd(value float64) string {
	decimals := 2
	for rest := math.Abs(value); rest > 0 && rest < 0.1 && decimals < 8; rest *= 10 {
		decimals++
	}
	return "$" + strconv.FormatFloat(value, 'f', decimals, 64)
}

func trimmed(value float64, decimals int) string {
	return strings.TrimSuffix(strconv.FormatFloat(value, 'f', decimals, 64), "."+strings.Repeat("0", decimals))
}
