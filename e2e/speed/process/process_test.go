package process

import (
	"bytes"
	"io"
	"os"
	"testing"
)

// TestMain makes the test's program the program that is started.
func TestMain(m *testing.M) {
	if os.Getenv("SPEED_ECHO") != "" {
		_, _ = os.Stderr.WriteString("started")
		_, _ = io.Copy(os.Stdout, os.Stdin)
		os.Exit(3)
	}
	os.Exit(m.Run())
}

func TestProcess(t *testing.T) {
	p, err := Start([]string{os.Args[0]}, []string{"SPEED_ECHO=1"})
	if err != nil {
		t.Fatal(err)
	}
	said := bytes.Repeat([]byte("x"), 100_000)
	got := make([]byte, len(said))
	go func() { _, _ = p.In.Write(said) }()
	if _, err := io.ReadFull(p.Out, got); err != nil || !bytes.Equal(got, said) {
		t.Fatalf("echo: %v", err)
	}
	if used, err := p.CPU(); err != nil || used <= 0 {
		t.Errorf("CPU = %v, %v", used, err)
	}
	memory, err := p.Memory()
	if err != nil || memory.RSS < 1<<20 || memory.Anonymous > memory.RSS {
		t.Errorf("Memory = %+v, %v", memory, err)
	}
	if p.HasEnded() {
		t.Error("ended by itself")
	}
	p.Stop(false)
	if !p.HasEnded() || p.Stderr() != "started" {
		t.Errorf("ended %t, said %q", p.HasEnded(), p.Stderr())
	}
	if _, err := p.Memory(); err == nil {
		t.Error("a process that has ended has memory")
	}
}

func TestTailKeepsTheEnd(t *testing.T) {
	var kept tail
	for range 3 {
		_, _ = kept.Write(bytes.Repeat([]byte("a"), maxTail))
	}
	_, _ = kept.Write([]byte("end"))
	if len(kept.kept) != maxTail || !bytes.HasSuffix(kept.kept, []byte("aend")) {
		t.Errorf("kept %d bytes, ending in %q", len(kept.kept), kept.kept[len(kept.kept)-4:])
	}
}
