package main

import (
	"fmt"
	"slices"
	"time"

	"langsmith-insights-mcp/e2e/speed/load"
	"langsmith-insights-mcp/e2e/speed/stats"
)

// cell is the result of one server at one number of callers in one round.
type cell struct {
	rate     float64 // calls a second
	p50, p99 float64 // milliseconds
	cpu      float64 // microseconds of the server's CPU time a call
	lists    float64 // list requests per call
}

// place identifies cells; each round adds one.
type place struct {
	over    transport
	callers int
	server  string
}

// throughput has the cells of each place, in the order of rounds.
type throughput map[place][]cell

// contender is a running server, or the direct client.
type contender struct {
	name   string
	runner load.Runner
	cpu    func() (time.Duration, error)
}

// measureThroughput runs rounds. In a round all servers of a transport are restarted,
// and run one after the other at each number of callers. Only cells of the same round are
// compared.
func (b *bench) measureThroughput() (throughput, error) {
	measured := throughput{}
	for round := range b.rounds {
		for _, over := range b.transports {
			begun := time.Now()
			if err := b.round(measured, round, over); err != nil {
				return nil, err
			}
			b.printProgress("round %d of %d over %s: %.1f s", round+1, b.rounds, over, time.Since(begun).Seconds())
		}
	}
	return measured, nil
}

func (b *bench) round(measured throughput, round int, over transport) (err error) {
	straight := load.NewDirect(b.calls, b.upstream.addr)
	contenders := []contender{{direct, straight, func() (time.Duration, error) { return 0, nil }}}
	var running []*instance
	defer func() {
		_ = straight.Close()
		for _, i := range running {
			if stopped := i.stop(); err == nil {
				err = stopped
			}
		}
	}()
	most := slices.Max(b.callers[over])
	if _, _, err := b.run(straight, b.warmupBounds(most)); err != nil {
		return fmt.Errorf("%s: %w", direct, err)
	}
	for _, s := range b.selectServers(over) {
		i, err := b.openWarm(s, over, most)
		if err != nil {
			return err
		}
		running = append(running, i)
		contenders = append(contenders, contender{s.name, i.client, i.process.CPU})
	}
	for nth, callers := range b.callers[over] {
		for _, c := range shuffle(contenders, round*len(b.callers[over])+nth) {
			measuredNow, err := b.newCell(c, callers)
			if err != nil {
				return fmt.Errorf("%s over %s, %d callers: %w", c.name, over, callers, err)
			}
			at := place{over, callers, c.name}
			measured[at] = append(measured[at], measuredNow)
		}
	}
	return nil
}

func (b *bench) newCell(c contender, callers int) (cell, error) {
	before, err := c.cpu()
	if err != nil {
		return cell{}, err
	}
	result, lists, err := b.run(c.runner, load.Bounds{Callers: callers, Calls: b.cellCalls, Time: b.cellTime})
	if err != nil {
		return cell{}, err
	}
	after, err := c.cpu()
	if err != nil {
		return cell{}, err
	}
	made := float64(result.Calls)
	return cell{
		rate: made / result.Elapsed.Seconds(),
		p50:  toMilliseconds(stats.Percentile(result.Latencies, 50)), p99: toMilliseconds(stats.Percentile(result.Latencies, 99)),
		cpu: float64((after - before).Microseconds()) / made, lists: float64(lists) / made,
	}, nil
}

func toMilliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
