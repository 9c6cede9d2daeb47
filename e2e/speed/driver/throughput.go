package main

import (
	"fmt"
	"slices"
	"time"

	"langsmith-insights-mcp/e2e/speed/load"
	"langsmith-insights-mcp/e2e/speed/stats"
)

// cell is one server at one number of callers in one round.
type cell struct {
	rate     float64 // calls a second
	p50, p99 float64 // milliseconds
	cpu      float64 // microseconds of the server's CPU time a call
	lists    float64 // requests a call besides the one that starts the job
}

// place is where cells belong; each of its rounds adds one.
type place struct {
	over    transport
	callers int
	server  string
}

type throughput struct {
	cells map[place][]cell
}

// measureThroughput runs rounds. Within a round and a transport every server
// runs afresh, and at each number of callers they follow one another closely:
// only what was measured within a round is comparable.
func (b *bench) measureThroughput() (*throughput, error) {
	t := &throughput{cells: map[place][]cell{}}
	for round := range b.rounds {
		for _, over := range b.transports {
			begun := time.Now()
			if err := b.round(t, round, over); err != nil {
				return nil, err
			}
			b.say("round %d of %d over %s: %.1f s", round+1, b.rounds, over, time.Since(begun).Seconds())
		}
	}
	return t, nil
}

func (b *bench) round(t *throughput, round int, over transport) (err error) {
	straight := load.NewDirect(&b.calls, b.upstream.addr)
	defer func() { _ = straight.Close() }()
	var running []*instance
	defer func() {
		for _, i := range running {
			if stopped := i.stop(); err == nil {
				err = stopped
			}
		}
	}()
	most := slices.Max(b.callers[over])
	for _, s := range b.chosen(over) {
		i, err := b.warmed(s, over, most)
		if err != nil {
			return err
		}
		running = append(running, i)
	}
	if err := b.warmDirect(straight, most); err != nil {
		return err
	}
	for _, callers := range b.callers[over] {
		// Nil stands for no server at all.
		for _, i := range rotated(append([]*instance{nil}, running...), round) {
			if err := b.cellOf(t, i, straight, over, callers); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) warmDirect(straight *load.Direct, callers int) error {
	_, _, err := b.run(straight, load.Bounds{Callers: callers, Calls: max(b.warm, callers)})
	return err
}

func (b *bench) cellOf(t *throughput, i *instance, straight *load.Direct, over transport, callers int) error {
	bounds := load.Bounds{Callers: callers, Calls: b.options.calls, Time: b.cell}
	at := place{over, callers, direct}
	var runner load.Runner = straight
	var before, after time.Duration
	if i != nil {
		at.server, runner = i.name, i.client
	}
	var err error
	if i != nil {
		if before, err = i.process.CPU(); err != nil {
			return err
		}
	}
	result, lists, err := b.run(runner, bounds)
	switch {
	case err != nil && i != nil:
		return fmt.Errorf("%s over %s, %d callers: %w", i.name, over, callers, err)
	case err != nil:
		return fmt.Errorf("direct, %d callers: %w", callers, err)
	}
	if i != nil {
		if after, err = i.process.CPU(); err != nil {
			return err
		}
	}
	made := float64(result.Calls)
	t.cells[at] = append(t.cells[at], cell{
		rate: made / result.Elapsed.Seconds(),
		p50:  milliseconds(stats.Percentile(result.Latencies, 50)), p99: milliseconds(stats.Percentile(result.Latencies, 99)),
		cpu: float64((after - before).Microseconds()) / made, lists: float64(lists) / made,
	})
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
