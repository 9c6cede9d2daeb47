package install

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

// Host is the machine whose clients are configured. The zero value is this one;
// tests set the fields to stand on any system.
type Host struct {
	GOOS     string                       // default runtime.GOOS
	Home     string                       // default what Getenv says it is, else os.UserHomeDir
	Getenv   func(string) string          // default os.Getenv
	LookPath func(string) (string, error) // default exec.LookPath
	Now      func() time.Time             // default time.Now; names the backup
}

func (h Host) withDefaults() (Host, error) {
	h.GOOS = cmp.Or(h.GOOS, runtime.GOOS)
	if h.Getenv == nil {
		h.Getenv = os.Getenv
	}
	if h.LookPath == nil {
		h.LookPath = exec.LookPath
	}
	if h.Now == nil {
		h.Now = time.Now
	}
	if h.Home == "" {
		h.Home = h.Getenv(homeVariable(h.GOOS))
	}
	if h.Home == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return h, err
		}
		h.Home = home
	}
	return h, nil
}

func homeVariable(goos string) string {
	if goos == "windows" {
		return "USERPROFILE"
	}
	return "HOME"
}

// home joins elem to the home directory.
func (h Host) home(elem ...string) string {
	return filepath.Join(append([]string{h.Home}, elem...)...)
}

// appData is where desktop applications keep a user's settings: the folder that
// Electron calls appData.
func (h Host) appData(elem ...string) string {
	var base string
	switch h.GOOS {
	case "windows":
		base = cmp.Or(h.Getenv("APPDATA"), h.home("AppData", "Roaming"))
	case "darwin":
		base = h.home("Library", "Application Support")
	default:
		base = cmp.Or(h.Getenv("XDG_CONFIG_HOME"), h.home(".config"))
	}
	return filepath.Join(append([]string{base}, elem...)...)
}

// localAppData is the part of a Windows profile that does not roam.
func (h Host) localAppData(elem ...string) string {
	base := cmp.Or(h.Getenv("LOCALAPPDATA"), h.home("AppData", "Local"))
	return filepath.Join(append([]string{base}, elem...)...)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
