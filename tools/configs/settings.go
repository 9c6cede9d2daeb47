package configs

import (
	"encoding/json"
	"fmt"
	"strings"

	"langsmith-insights-mcp/tools/markdown"
)

// DropNulls deletes null settings, at any depth of objects.
func DropNulls(settings map[string]any) {
	for name, value := range settings {
		switch value := value.(type) {
		case nil:
			delete(settings, name)
		case map[string]any:
			DropNulls(value)
		}
	}
}

// bytesPerChar is the maximum size of one setting, in bytes per character of the longest
// text. With the shortest texts a config of fifteen settings fits.
const bytesPerChar = 20

// ShortenSettings shortens every text of settings. It replaces a setting that is too large
// without a long text, such as a hundred attributes, by a note of its size.
func ShortenSettings(cut *markdown.Shortener, settings map[string]any) map[string]any {
	shown := make(map[string]any, len(settings))
	for name, value := range settings {
		short := shortenValue(cut, value)
		if data, err := json.Marshal(short); err != nil || len(data) > bytesPerChar*cut.Max {
			cut.Shortened, short = true, fmt.Sprintf("… %d bytes left out", len(data))
		}
		shown[markdown.Clean(name)] = short
	}
	return shown
}

func shortenValue(cut *markdown.Shortener, value any) any {
	switch value := value.(type) {
	case string:
		return ShortenText(cut, value)
	case []any:
		shown := make([]any, len(value))
		for i := range value {
			shown[i] = shortenValue(cut, value[i])
		}
		return shown
	case map[string]any:
		shown := make(map[string]any, len(value))
		for name := range value {
			shown[markdown.Clean(name)] = shortenValue(cut, value[name])
		}
		return shown
	}
	return value
}

// ShortenText shortens a setting's text, keeping its line breaks, because it may be sent
// again.
func ShortenText(cut *markdown.Shortener, text string) string {
	short, shortened := markdown.Cut(markdown.Clean(text), cut.Max)
	cut.Shortened = cut.Shortened || shortened
	return short
}

// JSON returns settings for people, without the escapes that only HTML needs.
func JSON(settings map[string]any) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(settings); err != nil {
		return err.Error() // what was decoded from JSON can be encoded
	}
	return strings.TrimSuffix(b.String(), "\n")
}
