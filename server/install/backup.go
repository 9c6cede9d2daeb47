package install

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// backupMark separates the name of a file from the time of its backup.
const backupMark = ".bak-"

// backups lists the backups beside the file, oldest first.
func (f file) backups() []string {
	folder, base := filepath.Split(f.path)
	entries, err := os.ReadDir(filepath.Clean(folder))
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() && strings.HasPrefix(e.Name(), base+backupMark) {
			names = append(names, filepath.Join(folder, e.Name()))
		}
	}
	return names
}

// backup copies the file to the same folder and returns the copy's name, or that of an
// equal earlier copy. Credentials in the entry are left out, so that no copy keeps a key
// that is replaced or uninstalled.
func (f file) backup(format format, now time.Time) (string, error) {
	var err error
	if f.body, err = redact(format, f.body, func(_, _ string) string { return redacted }); err != nil {
		return "", err
	}
	for _, name := range f.backups() {
		if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, f.bytes()) {
			return name, nil
		}
	}
	first := f.path + backupMark + now.UTC().Format("20060102T150405Z")
	name := first
	for i := 2; ; i++ {
		out, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
		if errors.Is(err, fs.ErrExist) {
			name = fmt.Sprintf("%s-%d", first, i)
			continue
		}
		if err != nil {
			return "", err
		}
		_, err = out.Write(f.bytes())
		return name, errors.Join(err, out.Close())
	}
}

// undo returns the content of the file before the entry was added, if a backup has it,
// else cleaned, the file without the entry. The two differ only in details such as an
// empty object or a blank line.
func (f file) undo(format format, cleaned []byte) []byte {
	for _, name := range f.backups() {
		raw, err := os.ReadFile(name)
		body, mark := bytes.CutPrefix(raw, byteOrderMark)
		if err == nil && mark == f.mark && comesFrom(format, cleaned, body) {
			return body
		}
	}
	return cleaned
}

// comesFrom reports whether adding an entry to body, with a prompt or without, and
// removing it leaves cleaned. If so, nothing else has changed since the backup.
func comesFrom(format format, cleaned, body []byte) bool {
	if c, err := format.decode(body); err != nil || c.exists {
		return false
	}
	for _, reference := range []string{"", promptReference} {
		with, err := merge(format, body, entry{command: "/", reference: reference})
		if err != nil {
			return false
		}
		without, err := format.remove(with)
		if err == nil && bytes.Equal(without, cleaned) {
			return true
		}
	}
	return false
}
