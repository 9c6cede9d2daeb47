// Command stage is a LangSmith for the page's tests: a sandbox that also holds
// reports such as no sample traces give. It prints where it listens and what it
// holds as one line of JSON, and ends with its input.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "stage:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := sandbox.New(sandbox.Options{})
	project := s.AddProject(sandbox.Project{Name: "stage"})
	jobs := map[string]uuid.UUID{}
	for name, job := range pieces() {
		jobs[name] = s.AddJob(project, job)
	}
	playbill := map[string]any{"url": "http://" + listener.Addr().String(), "session_id": project, "jobs": jobs}
	if err := json.NewEncoder(out).Encode(playbill); err != nil {
		return err
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		_, _ = io.Copy(io.Discard, in)
		_ = server.Close()
	}()
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return nil
}
