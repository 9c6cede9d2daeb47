package main

import (
	"bytes"
	"debug/macho"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
)

// sliceAlignment is the alignment of programs for macOS, as a power of two: a page of arm64,
// as lipo aligns them.
const sliceAlignment = 14

// joinMachO joins programs of several architectures into one universal binary for macOS, as
// lipo does: a big-endian table of the slices, and then the slices, each on pages of its own.
// A bundle's manifest cannot distinguish architectures, so it needs one file for macOS.
func joinMachO(to string, from ...string) error {
	const headerSize, archSize = 8, 20
	var slices [][]byte
	var archs []macho.FatArchHeader
	offset := headerSize + archSize*len(from)
	for _, path := range from {
		slice, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := macho.NewFile(bytes.NewReader(slice))
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		offset = nextPage(offset)
		archs = append(archs, macho.FatArchHeader{
			Cpu: file.Cpu, SubCpu: file.SubCpu, Offset: uint32(offset), Size: uint32(len(slice)), Align: sliceAlignment,
		})
		offset += len(slice)
		slices = append(slices, slice)
	}
	var b bytes.Buffer
	// Writing values of fixed size to a bytes.Buffer cannot fail.
	_ = binary.Write(&b, binary.BigEndian, []uint32{macho.MagicFat, uint32(len(archs))})
	_ = binary.Write(&b, binary.BigEndian, archs)
	for i, slice := range slices {
		b.Write(make([]byte, int(archs[i].Offset)-b.Len()))
		b.Write(slice)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, b.Bytes(), 0o755)
}

func nextPage(offset int) int {
	const page = 1 << sliceAlignment
	return (offset + page - 1) / page * page
}
