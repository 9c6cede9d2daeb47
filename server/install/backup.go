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

// backupMark stands between the name of a file and the time of its backup.
const backupMark = ".bak-"

// backups lists the backups beside the file, oldest first.
func (f file) backups() []string {
	dir, base := filepath.Split(f.path)
	entries, err := os.ReadDir(filepath.Clean(dir))
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() && strings.HasPrefix(e.Name(), base+backupMark) {
			names = append(names, filepath.Join(dir, e.Name()))
		}
	}
	return names
}

// backup copies the file beside it and returns the copy's name: that of an
// earlier one if it is the same. What the entry holds of credentials is left
// out, so that a key that is replaced or uninstalled is gone.
func (f file) backup(format format, server string, now time.Time) (string, error) {
	f.body = format.scrub(f.body, server)
	data := f.bytes()
	for _, name := range f.backups() {
		if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, data) {
			return name, nil
		}
	}
	name := f.path + backupMark + now.UTC().Format("20060102T150405Z")
	for i := 2; ; i++ {
		err := writeNew(name, data)
		if !errors.Is(err, fs.ErrExist) {
			return name, err
		}
		name = fmt.Sprintf("%s%s%s-%d", f.path, backupMark, now.UTC().Format("20060102T150405Z"), i)
	}
}

func writeNew(name string, data []byte) error {
	out, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return err
	}
	_, err = out.Write(data)
	return errors.Join(err, out.Close())
}

// undo returns what the file held before the entry was added, if a backup tells,
// else cleaned, which is the file without the entry. The two differ in little: an
// empty container, a blank line. A backup is the one if adding an entry to it and
// taking it out again gives cleaned, that is, if nothing else changed since.
func (f file) undo(format format, server string, cleaned []byte) []byte {
	for _, name := range f.backups() {
		raw, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		body, mark := bytes.CutPrefix(raw, byteOrderMark)
		if mark == f.mark && !hasEntry(format, body, server) && leadsTo(format, server, body, cleaned) {
			return body
		}
	}
	return cleaned
}

// leadsTo reports whether an entry added to body and taken out leaves cleaned,
// for an entry with a prompt of its own or without one.
func leadsTo(format format, server string, body, cleaned []byte) bool {
	plain := entry{name: server, command: "/"}
	asking := plain
	asking.reference = promptReference(server)
	for _, e := range []entry{plain, asking} {
		with, err := format.merge(body, e)
		if err != nil {
			return false
		}
		without, err := format.remove(with, server)
		if err == nil && bytes.Equal(without, cleaned) {
			return true
		}
	}
	return false
}
