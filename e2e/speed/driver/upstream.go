package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"

	"langsmith-insights-mcp/e2e/speed/insights"
	"langsmith-insights-mcp/e2e/speed/load"
	"langsmith-insights-mcp/e2e/speed/process"
)

// upstream is the program that all calls are forwarded to.
type upstream struct {
	addr    string
	process *process.Process
}

func startUpstream(program string) (*upstream, error) {
	started, err := process.Start([]string{program}, nil)
	if err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(started.Out).ReadString('\n')
	if err != nil {
		started.Stop(true)
		return nil, fmt.Errorf("upstream: %w: %s", err, started.Stderr())
	}
	return &upstream{addr: strings.TrimSpace(line), process: started}, nil
}

func (u *upstream) url() string { return "http://" + u.addr }

func (u *upstream) get(path string, v any) error {
	response, err := http.Get(u.url() + path)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	return json.Unmarshal(body, v)
}

// runCounted runs calls and checks the upstream's counts: one POST per call, and no unknown
// request.
func (u *upstream) runCounted(runner load.Runner, bounds load.Bounds) (load.Result, insights.Counts, error) {
	var before, after insights.Counts
	if err := u.get("/counts", &before); err != nil {
		return load.Result{}, before, err
	}
	result, err := runner.Run(bounds)
	if err != nil {
		return load.Result{}, before, err
	}
	if err := u.get("/counts", &after); err != nil {
		return load.Result{}, before, err
	}
	made := insights.Counts{Posts: after.Posts - before.Posts, Lists: after.Lists - before.Lists, Others: after.Others - before.Others}
	if made.Posts != int64(result.Calls) || result.Calls == 0 || made.Others != 0 {
		return load.Result{}, made, fmt.Errorf("%d calls made %+v", result.Calls, made)
	}
	return result, made, nil
}

// checkForwarding makes one call and compares the body that reached the upstream with the
// request.
func (u *upstream) checkForwarding(runner load.Runner, calls *load.Calls) error {
	if _, _, err := u.runCounted(runner, load.Bounds{Callers: 1, Calls: 1}); err != nil {
		return err
	}
	var got, want map[string]any
	if err := u.get("/last", &got); err != nil {
		return err
	}
	if err := json.Unmarshal(load.Body(calls.Last()), &want); err != nil {
		return err
	}
	if !reflect.DeepEqual(got, want) {
		return fmt.Errorf("forwarded %v\ninstead of %v", got, want)
	}
	return nil
}
