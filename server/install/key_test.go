package install

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestKey installs with a key: it is only in the file, which only the owner can read.
func TestKey(t *testing.T) {
	for _, c := range Clients() {
		t.Run(c.Name, func(t *testing.T) {
			h := testHost(t)
			config := writeConfig(t, h, c.Name, nil, 0o644)
			o := options(h, c.Name)
			if _, err := Install(o); err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(read(t, config), []byte(testKey)) {
				t.Fatal("the key is in the file without being given")
			}

			o.APIKey = testKey
			ch, err := Install(o)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(read(t, config), []byte(testKey)) {
				t.Error("the key is not in the file")
			}
			if bytes.Contains(read(t, config), []byte("${input:")) {
				t.Error("the prompt is still there")
			}
			if runtime.GOOS != "windows" && mode(t, config) != 0o600 {
				t.Errorf("mode %v", mode(t, config))
			}
			if !strings.Contains(ch.Diff, redacted) {
				t.Errorf("the diff does not show that there is a key:\n%s", ch.Diff)
			}
			again, err := Install(o)
			if err != nil || again.Changed {
				t.Errorf("the second time: %+v, %v", again, err)
			}

			o.APIKey = testKey + "_new"
			rotated, err := Install(o)
			if err != nil || !strings.Contains(rotated.Diff, "replaced") {
				t.Errorf("a new key: %v\n%s", err, rotated.Diff)
			}
			o.APIKey = ""
			kept, err := Install(o)
			if err != nil || kept.Changed {
				t.Errorf("without a key the one in the file stays: %v\n%s", err, kept.Diff)
			}
			gone, err := Uninstall(o)
			if err != nil {
				t.Fatal(err)
			}

			for _, ch := range []Change{ch, again, rotated, kept, gone} {
				if shown, _ := json.Marshal(ch); bytes.Contains(shown, []byte(testKey)) {
					t.Errorf("the key is shown: %s", shown)
				}
			}
			files, err := filepath.Glob(config + "*")
			if err != nil || len(files) < 3 {
				t.Errorf("files: %q, %v", files, err)
			}
			for _, f := range files {
				if bytes.Contains(read(t, f), []byte(testKey)) {
					t.Errorf("the key is in %s", f)
				}
				if runtime.GOOS != "windows" && strings.Contains(f, backupMark) && mode(t, f) != 0o600 {
					t.Errorf("%s: mode %v", f, mode(t, f))
				}
			}
		})
	}
}

func TestKeyDoesNotPrint(t *testing.T) {
	o := Options{APIKey: testKey}
	asJSON, err := json.Marshal(o.APIKey)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprint(o.APIKey), fmt.Sprintf("%+v %#v %q", o, o, o.APIKey), string(asJSON)} {
		if strings.Contains(text, testKey) {
			t.Error(text)
		}
	}
}

// TestModeIsCorrected installs again into a file with the key that others can read.
func TestModeIsCorrected(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	h := testHost(t)
	config := writeConfig(t, h, "cursor", []byte(twoServers), 0o644)
	o := options(h, "cursor")
	o.APIKey = testKey
	if _, err := Install(o); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(config, 0o644); err != nil {
		t.Fatal(err)
	}
	ch, err := Install(o)
	if err != nil || !ch.Changed || ch.Diff != "" {
		t.Errorf("the change: %+v, %v", ch, err)
	}
	if mode(t, config) != 0o600 {
		t.Errorf("mode %v", mode(t, config))
	}
}
