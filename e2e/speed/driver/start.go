package main

import (
	"time"

	"langsmith-insights-mcp/e2e/speed/load"
	"langsmith-insights-mcp/e2e/speed/process"
)

// startup is one cold start over stdio.
type startup struct {
	initialize, list float64 // milliseconds from the start of the process to the response
	listed           int     // bytes of the response to tools/list
}

// measureStarts starts each server over stdio, in rounds.
func (b *bench) measureStarts() (map[string][]startup, error) {
	starts := map[string][]startup{}
	for round := range b.starts {
		for _, s := range shuffle(b.selectServers(stdio), round) {
			took, err := b.measureStart(s)
			if err != nil {
				return nil, err
			}
			starts[s.name] = append(starts[s.name], took)
		}
	}
	b.printProgress("%d cold starts of each server", b.starts)
	return starts, nil
}

func (b *bench) measureStart(s *server) (startup, error) {
	begun := time.Now()
	i, err := b.start(s, stdio)
	if err != nil {
		return startup{}, err
	}
	if err := i.client.Initialize(); err != nil {
		return startup{}, i.fail(err)
	}
	greeted := time.Since(begun)
	tools, err := i.client.ListTools()
	if err != nil {
		return startup{}, i.fail(err)
	}
	listed := time.Since(begun)
	return startup{initialize: toMilliseconds(greeted), list: toMilliseconds(listed), listed: len(tools)}, i.stop()
}

// footprint is the memory of one process, at rest and after calls.
type footprint struct{ rest, after process.Memory }

// footprintCallers is the number of callers between the two readings.
const footprintCallers = 32

// measureMemory reads the memory of each server over each transport.
func (b *bench) measureMemory() (map[place][]footprint, error) {
	prints := map[place][]footprint{}
	for round := range b.memoryRuns {
		for _, over := range b.transports {
			for _, s := range shuffle(b.selectServers(over), round) {
				print, err := b.measureFootprint(s, over)
				if err != nil {
					return nil, err
				}
				at := place{over: over, server: s.name}
				prints[at] = append(prints[at], print)
			}
		}
		b.printProgress("memory, run %d of %d", round+1, b.memoryRuns)
	}
	return prints, nil
}

func (b *bench) measureFootprint(s *server, over transport) (footprint, error) {
	i, err := b.open(s, over)
	if err != nil {
		return footprint{}, err
	}
	var read footprint
	<-time.After(b.settle)
	if read.rest, err = i.process.Memory(); err != nil {
		return footprint{}, i.fail(err)
	}
	if _, _, err := b.run(i.client, load.Bounds{Callers: footprintCallers, Calls: b.memoryCalls}); err != nil {
		return footprint{}, i.fail(err)
	}
	<-time.After(b.settle)
	if read.after, err = i.process.Memory(); err != nil {
		return footprint{}, i.fail(err)
	}
	return read, i.stop()
}
