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

// options are what is measured, and for how long.
type options struct {
	servers     []string
	transports  []transport
	callers     map[transport][]int
	rounds      int
	cellTime    time.Duration // of one contender at one number of callers in a round
	cellCalls   int           // the same in calls; whichever comes first, 0 for none
	projects    int           // that calls are spread over
	warm        int           // calls before the first cell of a fresh server
	starts      int
	settle      time.Duration // before memory is read
	memoryRuns  int
	memoryCalls int
}

// bench is everything that a measurement needs.
type bench struct {
	options
	paths    paths
	work     string // a folder for what servers write
	upstream *upstream
	calls    *load.Calls
	made     int // calls that were answered and judged
	progress io.Writer
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

func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.progress, format+"\n", args...) }

// chosen are the servers that are measured over a transport.
func (b *bench) chosen(over transport) []*server {
	var chosen []*server
	for i := range servers {
		if slices.Contains(b.servers, servers[i].name) && slices.Contains(servers[i].over, over) {
			chosen = append(chosen, &servers[i])
		}
	}
	return chosen
}

// shuffled is another order in each round, and the same in each measurement, so
// that nobody always comes after the same neighbour: a program started right
// after another of the same file finds it in the processor's caches.
func shuffled[T any](list []T, round int) []T {
	order := slices.Clone(list)
	rand.New(rand.NewPCG(uint64(round), 0)).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	return order
}

// run makes calls, holds them against what the upstream counted, and returns
// how many lists were asked for besides.
func (b *bench) run(runner load.Runner, bounds load.Bounds) (load.Result, int64, error) {
	result, made, err := b.upstream.watched(runner, bounds)
	b.made += result.Calls
	return result, made.Lists, err
}

// warming bounds the calls to a fresh server: a just-in-time compiler and a pool
// of connections take their time.
func (b *bench) warming(callers int) load.Bounds {
	return load.Bounds{Callers: callers, Calls: max(b.warm, callers)}
}

// opened starts a server and brings it to where a host has it before its first
// call.
func (b *bench) opened(s *server, over transport) (*instance, error) {
	i, err := b.start(s, over)
	if err != nil {
		return nil, err
	}
	if err := i.client.Initialize(); err != nil {
		return nil, i.failed(err)
	}
	if _, err := i.client.ListTools(); err != nil {
		return nil, i.failed(err)
	}
	return i, nil
}

// warmed opens a server that forwards what it is given, and has it run for a
// while.
func (b *bench) warmed(s *server, over transport, callers int) (*instance, error) {
	i, err := b.opened(s, over)
	if err != nil {
		return nil, err
	}
	if err := b.upstream.forwards(i.client, b.calls); err != nil {
		return nil, i.failed(err)
	}
	b.made++
	if _, _, err := b.run(i.client, b.warming(callers)); err != nil {
		return nil, i.failed(err)
	}
	return i, nil
}
