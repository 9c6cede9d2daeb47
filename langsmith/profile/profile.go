package profile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"langsmith-insights-mcp/langsmith"
)

// Profile is one profile of the CLI's profile file.
type Profile struct {
	Path        string // of the file, absolute and with symbolic links resolved
	Name        string
	APIURL      string // empty for [langsmith.DefaultEndpoint]
	WorkspaceID string // empty for the credential's own workspace

	APIKey        langsmith.Secret
	APIKeyEnv     string // the environment variable with the key
	APIKeyCommand string // the command that prints the key; only the CLI runs it
	OAuth         OAuth
}

// OAuth holds the tokens of a login.
type OAuth struct {
	AccessToken  langsmith.Secret
	RefreshToken langsmith.Secret // can be used once
	ExpiresAt    time.Time        // of the access token; zero if unknown
}

// isSet reports whether there is a login.
func (o OAuth) isSet() bool { return o.AccessToken != "" || o.RefreshToken != "" }

// renewBefore is how long before its expiry an access token is renewed.
const renewBefore = time.Minute

// isDue reports whether the access token must be renewed before it is used.
func (o OAuth) isDue(now time.Time) bool {
	switch {
	case o.RefreshToken == "":
		return false
	case o.AccessToken == "":
		return true
	}
	return !o.ExpiresAt.IsZero() && !now.Before(o.ExpiresAt.Add(-renewBefore))
}

// isUsable reports whether the access token is valid.
func (o OAuth) isUsable(now time.Time) bool {
	return o.AccessToken != "" && (o.ExpiresAt.IsZero() || now.Before(o.ExpiresAt))
}

// ErrNoFile is returned by [Load] if there is no profile file.
var ErrNoFile = errors.New("there is no LangSmith profile file")

// ErrNoProfile is returned by [Load] if the file has no profile of the name.
var ErrNoProfile = errors.New("there is no profile")

// Load reads a profile from the file at path. An empty name means the file's current
// profile, else the one called default, else an empty profile.
func Load(path, name string) (*Profile, error) {
	path, err := resolvePath(path)
	if err != nil {
		return nil, err
	}
	file, err := readFile(path)
	if err != nil {
		return nil, err
	}
	if name == "" {
		name = file.Current
	} else if _, ok := file.Profiles[name]; !ok {
		return nil, fmt.Errorf("%w %q in %s", ErrNoProfile, name, path)
	}
	if _, ok := file.Profiles["default"]; name == "" && ok {
		name = "default"
	}
	return file.Profiles[name].profile(path, name), nil
}

// resolvePath makes a path absolute and resolves symbolic links, as every client must
// that uses the lock next to the file.
func resolvePath(path string) (string, error) {
	if home, err := os.UserHomeDir(); err == nil && (path == "~" || strings.HasPrefix(path, "~/") || strings.HasPrefix(path, `~\`)) {
		path = filepath.Join(home, path[1:])
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("resolve the path of the LangSmith profile file: %w", err)
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		return target, nil
	}
	return path, nil
}

// file is the part of the profile file that is read.
type file struct {
	Current  string           `json:"current_profile"`
	Profiles map[string]entry `json:"profiles"`
}

// entry is one profile in the file.
type entry struct {
	APIKey        string `json:"api_key"`
	APIKeyEnv     string `json:"api_key_env"`
	APIKeyCommand string `json:"api_key_cmd"`
	APIURL        string `json:"api_url"`
	WorkspaceID   string `json:"workspace_id"`
	OAuth         struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
		ExpiresAt    string `json:"expires_at"`
	} `json:"oauth"`
}

// maxFileBytes bounds the profile file.
const maxFileBytes = 1 << 20

func readFile(path string) (*file, error) {
	data, err := readBounded(path)
	if err != nil {
		return nil, err
	}
	var parsed file
	if err := json.Unmarshal(data, &parsed); err != nil {
		// The error could quote the file, which holds keys.
		return nil, fmt.Errorf("the profile file %s is not the JSON that the LangSmith CLI writes", path)
	}
	return &parsed, nil
}

func readBounded(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrNoFile
	case err != nil:
		return nil, fmt.Errorf("cannot read the profile file %s: %w", path, err)
	case !info.Mode().IsRegular() || info.Size() > maxFileBytes:
		return nil, fmt.Errorf("the profile file %s is not a regular file of at most 1 MiB", path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the profile file %s: %w", path, err)
	}
	return data, nil
}

func (e entry) profile(path, name string) *Profile {
	p := &Profile{
		Path: path, Name: name, APIURL: trim(e.APIURL), WorkspaceID: trim(e.WorkspaceID),
		APIKey: langsmith.Secret(trim(e.APIKey)), APIKeyEnv: trim(e.APIKeyEnv), APIKeyCommand: trim(e.APIKeyCommand),
		OAuth: OAuth{
			AccessToken:  langsmith.Secret(trim(e.OAuth.AccessToken)),
			RefreshToken: langsmith.Secret(trim(e.OAuth.RefreshToken)),
		},
	}
	if expires, err := time.Parse(time.RFC3339, e.OAuth.ExpiresAt); err == nil {
		p.OAuth.ExpiresAt = expires
	}
	return p
}

// trim removes the blanks and quotes around a setting.
func trim(value string) string {
	value = strings.TrimSpace(value)
	for _, quote := range []string{`"`, "'"} {
		value = strings.TrimSuffix(strings.TrimPrefix(value, quote), quote)
	}
	return value
}
