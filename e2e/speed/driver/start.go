package main

import (
	"time"

	"langsmith-insights-mcp/e2e/speed/load"
	"langsmith-insights-mcp/e2e/speed/process"
)

// startup is one cold start over stdio.
type startup struct {
	initialize, list float64 // milliseconds from the start of the process to the answer
	listed           int     // bytes of the answer to tools/list
}

// measureStarts starts every server in turn, over stdio.
func (b *bench) measureStarts() (map[string][]startup, error) {
	starts := map[string][]startup{}
	for round := range b.starts {
		for _, s := range shuffled(b.chosen(stdio), round) {
			took, err := b.coldStart(s)
			if err != nil {
				return nil, err
			}
			starts[s.name] = append(starts[s.name], took)
		}
	}
	b.say("%d cold starts of each server", b.starts)
	return starts, nil
}

func (b *bench) coldStart(s *server) (startup, error) {
	begun := time.Now()
	i, err := b.start(s, stdio)
	if err != nil {
		return startup{}, err
	}
	if err := i.client.Initialize(); err != nil {
		return startup{}, i.failed(err)
	}
	greeted := time.Since(begun)
	tools, err := i.client.ListTools()
	if err != nil {
		return startup{}, i.failed(err)
	}
	listed := time.Since(begun)
	return startup{initialize: milliseconds(greeted), list: milliseconds(listed), listed: len(tools)}, i.stop()
}

// footprint is what one process occupied, at rest and after its calls.
type footprint struct{ rest, after process.Memory }

// footprintCallers make the calls between the two readings.
const footprintCallers = 32

// measureMemory reads every server's memory, over every transport it speaks.
func (b *bench) measureMemory() (map[place][]footprint, error) {
	prints := map[place][]footprint{}
	for round := range b.memoryRuns {
		for _, over := range b.transports {
			for _, s := range shuffled(b.chosen(over), round) {
				print, err := b.footprint(s, over)
				if err != nil {
					return nil, err
				}
				at := place{over: over, server: s.name}
				prints[at] = append(prints[at], print)
			}
		}
		b.say("memory, run %d of %d", round+1, b.memoryRuns)
	}
	return prints, nil
}

func (b *bench) footprint(s *server, over transport) (footprint, error) {
	i, err := b.opened(s, over)
	if err != nil {
		return footprint{}, err
	}
	var read footprint
	<-time.After(b.settle)
	if read.rest, err = i.process.Memory(); err != nil {
		return footprint{}, i.failed(err)
	}
	if _, _, err := b.run(i.client, load.Bounds{Callers: footprintCallers, Calls: b.memoryCalls}); err != nil {
		return footprint{}, i.failed(err)
	}
	<-time.After(b.settle)
	if read.after, err = i.process.Memory(); err != nil {
		return footprint{}, i.failed(err)
	}
	return read, i.stop()
}
