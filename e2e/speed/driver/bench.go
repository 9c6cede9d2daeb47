package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"langsmith-insights-mcp/e2e/speed/load"
)

// options select what is measured, and how often.
type options struct {
	servers     []string
	transports  []transport
	callers     map[transport][]int
	rounds      int
	cellTime    time.Duration // of one server at one number of callers in a round
	cellCalls   int           // the same as a number of calls, 0 for none; the first bound ends a cell
	projects    int           // the number of projects of the calls
	warm        int           // calls to a fresh server before its first cell
	starts      int
	settle      time.Duration // the pause before memory is read
	memoryRuns  int
	memoryCalls int
}

// bench runs the measurements.
type bench struct {
	options
	paths     paths
	work      string // the folder of the servers' files
	upstream  *upstream
	calls     *load.Calls
	madeCalls int // calls with a checked response
	progress  io.Writer
}

func newBench(o options, p paths, progress io.Writer) (*bench, error) {
	work, err := os.MkdirTemp("", "speed")
	if err != nil {
		return nil, err
	}
	started, err := startUpstream(p.upstream)
	if err != nil {
		return nil, err
	}
	return &bench{options: o, paths: p, work: work, upstream: started, calls: load.NewCalls(o.projects), progress: progress}, nil
}

func (b *bench) close() error {
	b.upstream.process.Stop(true)
	return os.RemoveAll(b.work)
}

func (b *bench) printProgress(format string, args ...any) {
	fmt.Fprintf(b.progress, format+"\n", args...)
}

// selectServers returns the selected servers that have a transport.
func (b *bench) selectServers(over transport) []*server {
	var chosen []*server
	for i := range servers {
		if slices.Contains(b.servers, servers[i].name) && slices.Contains(servers[i].over, over) {
			chosen = append(chosen, &servers[i])
		}
	}
	return chosen
}

// shuffle returns a list in the order of a round, which is the same in every measurement. A
// server that always followed the same one could profit from it: the processor's caches may
// still have a program that was just run.
func shuffle[T any](list []T, round int) []T {
	order := slices.Clone(list)
	rand.New(rand.NewPCG(uint64(round), 0)).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	return order
}

// run makes calls, checks them against the upstream's counts, and returns the number of
// list requests.
func (b *bench) run(runner load.Runner, bounds load.Bounds) (load.Result, int64, error) {
	result, made, err := b.upstream.runCounted(runner, bounds)
	b.madeCalls += result.Calls
	return result, made.Lists, err
}

// warmupBounds bounds the calls to a fresh server. They warm up just-in-time compilers and
// connection pools.
func (b *bench) warmupBounds(callers int) load.Bounds {
	return load.Bounds{Callers: callers, Calls: max(b.warm, callers)}
}

// open starts a server and sends what a host sends before its first call.
func (b *bench) open(s *server, over transport) (*instance, error) {
	i, err := b.start(s, over)
	if err != nil {
		return nil, err
	}
	if err := i.client.Initialize(); err != nil {
		return nil, i.fail(err)
	}
	if _, err := i.client.ListTools(); err != nil {
		return nil, i.fail(err)
	}
	return i, nil
}

// openWarm opens a server, checks that it forwards requests, and warms it up.
func (b *bench) openWarm(s *server, over transport, callers int) (*instance, error) {
	i, err := b.open(s, over)
	if err != nil {
		return nil, err
	}
	if err := b.upstream.checkForwarding(i.client, b.calls); err != nil {
		return nil, i.fail(err)
	}
	b.madeCalls++
	if _, _, err := b.run(i.client, b.warmupBounds(callers)); err != nil {
		return nil, i.fail(err)
	}
	return i, nil
}
