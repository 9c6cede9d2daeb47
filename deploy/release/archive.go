package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"langsmith-insights-mcp/deploy/release/project"
)

// archiveFile is a file of an archive.
type archiveFile struct {
	name    string
	mode    fs.FileMode
	content []byte
}

// archive packs a target's program with the README, the license, the changelog and the bill
// of materials. Order, owner and times are fixed, the times at that of the commit, so that
// the archive is reproducible.
func archive(dist string, t target) error {
	program := project.Built(dist, t.os, t.arch)
	stamp, err := project.ReadStamp(program)
	if err != nil {
		return err
	}
	var files []archiveFile
	for _, path := range []string{"CHANGELOG.md", "LICENSE", "README.md", program} {
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file := archiveFile{name: filepath.Base(path), mode: 0o644, content: content}
		files = append(files, file)
		if path == program {
			files[len(files)-1].mode = 0o755
			materials, err := sbom(content, stamp)
			if err != nil {
				return err
			}
			files = append(files, archiveFile{name: sbomFile, mode: 0o644, content: materials})
		}
	}
	out, err := os.Create(filepath.Join(dist, project.Archive(stamp.Version, t.os, t.arch)))
	if err != nil {
		return err
	}
	write := writeTar
	if t.os == "windows" {
		write = writeZip
	}
	return errors.Join(write(out, files, stamp.Time), out.Close())
}

func writeTar(out io.Writer, files []archiveFile, at time.Time) error {
	compressed, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		return err
	}
	w := tar.NewWriter(compressed)
	for _, file := range files {
		header := &tar.Header{
			Typeflag: tar.TypeReg, Format: tar.FormatUSTAR, ModTime: at,
			Name: file.name, Mode: int64(file.mode), Size: int64(len(file.content)),
		}
		if err := w.WriteHeader(header); err != nil {
			return err
		}
		if _, err := w.Write(file.content); err != nil {
			return err
		}
	}
	return errors.Join(w.Close(), compressed.Close())
}

func writeZip(out io.Writer, files []archiveFile, at time.Time) error {
	w := zip.NewWriter(out)
	for _, file := range files {
		header := &zip.FileHeader{Name: file.name, Method: zip.Deflate, Modified: at.UTC()}
		header.SetMode(file.mode)
		entry, err := w.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := entry.Write(file.content); err != nil {
			return err
		}
	}
	return w.Close()
}
