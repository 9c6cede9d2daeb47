package profile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"langsmith-insights-mcp/langsmith"
)

// writeTokens writes renewed tokens to the file. It keeps everything else, including
// fields that are not known here.
func writeTokens(path, name string, tokens OAuth) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	data, err := readBounded(path)
	if err != nil {
		return err
	}
	changed, err := replaceTokens(data, name, tokens)
	if err != nil {
		return fmt.Errorf("change the profile file: %w", err)
	}
	return writeAtomically(path, changed, info.Mode().Perm())
}

type object = map[string]json.RawMessage

// replaceTokens replaces the tokens of one profile in a profile file.
func replaceTokens(data []byte, name string, tokens OAuth) ([]byte, error) {
	var file, profiles, profile object
	var oauth map[string]any
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(file["profiles"], &profiles); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(profiles[name], &profile); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(profile["oauth"], &oauth); err != nil || oauth == nil {
		oauth = map[string]any{}
	}
	oauth["access_token"] = tokens.AccessToken.Reveal()
	if tokens.RefreshToken != langsmith.Secret("") {
		oauth["refresh_token"] = tokens.RefreshToken.Reveal()
	}
	if delete(oauth, "expires_at"); !tokens.ExpiresAt.IsZero() {
		oauth["expires_at"] = tokens.ExpiresAt.UTC().Format(time.RFC3339Nano)
	}
	for _, step := range []struct {
		in    object
		key   string
		value any
	}{{profile, "oauth", oauth}, {profiles, name, profile}, {file, "profiles", profiles}} {
		encoded, err := encode(step.value)
		if err != nil {
			return nil, err
		}
		step.in[step.key] = encoded
	}
	compact, err := encode(file)
	if err != nil {
		return nil, err
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, compact, "", "  "); err != nil {
		return nil, err
	}
	indented.WriteByte('\n')
	return indented.Bytes(), nil
}

// encode writes JSON with < and > unescaped, as the CLI does.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

// writeAtomically replaces a file, so that a reader sees either the old or the new
// content.
func writeAtomically(path string, content []byte, mode os.FileMode) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = file.Close()
			_ = os.Remove(file.Name())
		}
	}()
	if err := file.Chmod(mode); err != nil {
		return err
	}
	if _, err := file.Write(content); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
