package release_test

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"testing"
)

// member is a file in an archive.
type member struct{ name, mode, owner, time, content string }

func TestArchiveContents(t *testing.T) {
	dist := folderFrom(t, "FIRST")
	files := readContents(t, dist)
	for _, system := range []string{"linux", "darwin", "windows"} {
		for _, arch := range []string{"amd64", "arm64"} {
			read, suffix, file := readTar, ".tar.gz", name
			if system == "windows" {
				read, suffix, file = readZip, ".zip", name+".exe"
			}
			members := read(t, findFile(t, dist, name+"_*_"+system+"_"+arch+suffix))
			var names []string
			for _, m := range members {
				names = append(names, m.name)
				want := "-rw-r--r--"
				if m.name == file {
					want = "-rwxr-xr-x"
					if m.content != files["stage/"+system+"_"+arch+"/"+file] {
						t.Errorf("%s/%s: the program in the archive is another", system, arch)
					}
				}
				if m.mode != want || m.owner != "0:0" || m.time != members[0].time {
					t.Errorf("%s/%s: %s is %s of %s at %s", system, arch, m.name, m.mode, m.owner, m.time)
				}
			}
			if want := []string{"CHANGELOG.md", "LICENSE", "README.md", file, name + ".cdx.json"}; !slices.Equal(names, want) {
				t.Errorf("%s/%s holds %v, want %v", system, arch, names, want)
			}
		}
	}
}

func readTar(t *testing.T, path string) (members []member) {
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	plain, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	archive := tar.NewReader(plain)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return members
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		owner := fmt.Sprintf("%d:%d%s%s", header.Uid, header.Gid, header.Uname, header.Gname)
		members = append(members, member{header.Name, header.FileInfo().Mode().String(), owner, header.ModTime.UTC().String(), string(content)})
	}
}

func readZip(t *testing.T, path string) (members []member) {
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		// A zip file has an owner only in an extra field, which Go does not write.
		members = append(members, member{f.Name, f.Mode().String(), "0:0", f.Modified.UTC().String(), string(content)})
	}
	return members
}
