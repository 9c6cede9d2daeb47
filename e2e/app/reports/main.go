// Command reports is a LangSmith for the tests of the report page: a sandbox with reports
// that the sample traces do not give. It prints its address and its jobs as one line of
// JSON, and ends when its input ends.
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
		fmt.Fprintln(os.Stderr, "reports:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := sandbox.New(sandbox.Options{})
	project := s.AddProject(sandbox.Project{Name: "reports"})
	jobs := map[string]uuid.UUID{}
	for name, job := range newJobs() {
		jobs[name] = s.AddJob(project, job)
	}
	listing := map[string]any{"url": "http://" + listener.Addr().String(), "session_id": project, "jobs": jobs}
	if err := json.NewEncoder(out).Encode(listing); err != nil {
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
