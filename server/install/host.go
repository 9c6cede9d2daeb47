package install

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

// Host is the machine whose clients are configured.
type Host struct {
	GOOS     string
	Home     string // the user's home directory
	Getenv   func(string) string
	LookPath func(string) (string, error)
	Now      func() time.Time // for the name of the backup
}

// ThisHost returns this machine, with the environment of getenv.
func ThisHost(getenv func(string) string) (Host, error) {
	h := Host{GOOS: runtime.GOOS, Getenv: getenv, LookPath: exec.LookPath, Now: time.Now}
	variable := "HOME"
	if h.GOOS == "windows" {
		variable = "USERPROFILE"
	}
	var err error
	if h.Home = getenv(variable); h.Home == "" {
		h.Home, err = os.UserHomeDir()
	}
	return h, err
}

// home joins elem to the home directory.
func (h Host) home(elem ...string) string {
	return filepath.Join(append([]string{h.Home}, elem...)...)
}

// appData joins elem to the folder of desktop applications' settings, which Electron
// calls appData.
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

// localAppData joins elem to the part of a Windows profile that does not roam.
func (h Host) localAppData(elem ...string) string {
	base := cmp.Or(h.Getenv("LOCALAPPDATA"), h.home("AppData", "Local"))
	return filepath.Join(append([]string{base}, elem...)...)
}
