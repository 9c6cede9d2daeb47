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

// Profile is one profile of the CLI's configuration file.
type Profile struct {
	Path        string // of the file, absolute and with links resolved
	Name        string
	APIURL      string // empty for LangSmith's first region
	WorkspaceID string // empty for the credential's own

	APIKey        langsmith.Secret
	APIKeyEnv     string // the variable that holds the key
	APIKeyCommand string // the command that prints the key, which only the CLI runs
	OAuth         OAuth
}

// OAuth is what a login left in a profile.
type OAuth struct {
	AccessToken  langsmith.Secret
	RefreshToken langsmith.Secret // can be used once
	ExpiresAt    time.Time        // of the access token; zero where unknown
}

// isSet reports whether somebody has signed in.
func (o OAuth) isSet() bool { return o.AccessToken != "" || o.RefreshToken != "" }

// renewBefore is how long before its end an access token is renewed.
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

// isUsable reports whether the access token still signs requests.
func (o OAuth) isUsable(now time.Time) bool {
	return o.AccessToken != "" && (o.ExpiresAt.IsZero() || now.Before(o.ExpiresAt))
}

// ErrNoFile is returned by [Load] where there is no configuration file.
var ErrNoFile = errors.New("there is no LangSmith profile file")

// ErrNoProfile is returned by [Load] where the file has no profile of the name.
var ErrNoProfile = errors.New("there is no profile")

// Load reads the profile of a name from the file at path. An empty name means
// the file's current profile, or else the one called default; where there is
// neither the profile is empty.
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

// resolvePath makes a path absolute and follows links, as every client does that
// shares the lock beside the file.
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

// file is the part of the configuration file that is read.
type file struct {
	Current  string           `json:"current_profile"`
	Profiles map[string]entry `json:"profiles"`
}

// entry is one profile as the file has it.
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

// largestFile bounds the configuration file, in bytes.
const largestFile = 1 << 20

func readFile(path string) (*file, error) {
	data, err := readBounded(path)
	if err != nil {
		return nil, err
	}
	var read file
	if err := json.Unmarshal(data, &read); err != nil {
		// The error could quote the file, which holds keys.
		return nil, fmt.Errorf("the profile file %s is not the JSON that the LangSmith CLI writes", path)
	}
	return &read, nil
}

func readBounded(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrNoFile
	case err != nil:
		return nil, fmt.Errorf("cannot read the profile file %s: %w", path, err)
	case !info.Mode().IsRegular() || info.Size() > largestFile:
		return nil, fmt.Errorf("the profile file %s is no file of at most 1 MiB", path)
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

// trim takes off the blanks and quotes with which settings arrive.
func trim(value string) string {
	value = strings.TrimSpace(value)
	for _, quote := range []string{`"`, "'"} {
		value = strings.TrimSuffix(strings.TrimPrefix(value, quote), quote)
	}
	return value
}
