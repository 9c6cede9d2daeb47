// Command driver compares the speed of servers; see docs/speed.md.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "speed:", err)
		os.Exit(1)
	}
}

func run(args []string, out, progress io.Writer) (err error) {
	o, p, write, err := parse(args)
	if err != nil {
		return err
	}
	debug.SetGCPercent(400) // the driver's garbage collection takes processor time from the servers
	begun := time.Now()
	b, err := newBench(o, p, progress)
	if err != nil {
		return err
	}
	defer func() {
		if closed := b.close(); err == nil {
			err = closed
		}
	}()
	report, err := b.measure()
	if err != nil {
		return err
	}
	b.printProgress("%d calls by %s, over %v: each with its own job and one POST, in %s",
		b.madeCalls, strings.Join(b.servers, ", "), b.transports, time.Since(begun).Round(time.Second))
	if write != "" {
		return replaceTables(write, report)
	}
	_, err = io.WriteString(out, report)
	return err
}

func parse(args []string) (options, paths, string, error) {
	var o options
	flags := flag.NewFlagSet("measure", flag.ContinueOnError)
	chosen := flags.String("servers", strings.Join(serverNames(), ","), "the servers, besides the direct POST, which is always measured")
	over := flags.String("transports", "stdio,http", "the transports")
	stdioCallers := flags.String("stdio-callers", "1,32", "callers at once over stdio")
	httpCallers := flags.String("http-callers", "1,32,256", "callers at once over HTTP")
	flags.IntVar(&o.rounds, "rounds", 15, "rounds of calls; 0 for none")
	flags.DurationVar(&o.cellTime, "cell", 500*time.Millisecond, "how long each server is called at each number of callers in a round")
	flags.IntVar(&o.cellCalls, "calls", 0, "the maximum number of calls of a cell; 0 for none")
	flags.IntVar(&o.projects, "projects", 16, "the number of projects of the calls")
	flags.IntVar(&o.warm, "warm", 1000, "calls to a fresh server before it is measured")
	flags.IntVar(&o.starts, "starts", 25, "cold starts of each server; 0 for none")
	flags.IntVar(&o.memoryRuns, "memory-runs", 3, "measurements of memory of each server; 0 for none")
	flags.IntVar(&o.memoryCalls, "memory-calls", 10_000, "calls between the memory at rest and the memory after")
	flags.DurationVar(&o.settle, "settle", 3*time.Second, "the pause before the memory of a server is read")
	bin := flags.String("bin", "", "the folder of the minimal servers' programs")
	program := flags.String("ours", "", "the program langsmith-insights-mcp")
	typescript := flags.String("typescript", "", "the folder of the minimal TypeScript server and its packages")
	write := flags.String("write", "", "replace the tables in this file instead of printing them")
	if err := flags.Parse(args); err != nil {
		return o, paths{}, "", err
	}
	p := paths{
		ours: *program, upstream: filepath.Join(*bin, "upstream"),
		mcpGo: filepath.Join(*bin, "mcp-go"), goSDK: filepath.Join(*bin, "go-sdk"),
		node:       filepath.Join(*typescript, "node_modules/.bin/node"),
		typescript: filepath.Join(*typescript, "minimal/typescript/server.js"),
	}
	err := o.choose(*chosen, *over, *stdioCallers, *httpCallers)
	if err == nil && o.cellTime <= 0 && o.cellCalls <= 0 {
		err = fmt.Errorf("--cell or --calls must bound a cell")
	}
	if err == nil && o.projects < 1 {
		err = fmt.Errorf("--projects must be 1 or more")
	}
	return o, p, *write, err
}

// choose reads the lists of servers, transports and callers.
func (o *options) choose(chosen, over, stdioCallers, httpCallers string) error {
	for name := range strings.SplitSeq(chosen, ",") {
		if name == direct {
			continue // it always runs
		}
		if !slices.Contains(serverNames(), name) {
			return fmt.Errorf("--servers: no server is called %q; there are %s", name, strings.Join(serverNames(), ", "))
		}
		o.servers = append(o.servers, name)
	}
	for name := range strings.SplitSeq(over, ",") {
		switch name {
		case "stdio":
			o.transports = append(o.transports, stdio)
		case "http":
			o.transports = append(o.transports, streamable)
		default:
			return fmt.Errorf("--transports: want stdio or http, not %q", name)
		}
	}
	o.callers = map[transport][]int{}
	for over, list := range map[transport]string{stdio: stdioCallers, streamable: httpCallers} {
		for word := range strings.SplitSeq(list, ",") {
			callers, err := strconv.Atoi(word)
			if err != nil || callers < 1 {
				return fmt.Errorf("callers over %s: want numbers from 1, not %q", over, word)
			}
			o.callers[over] = append(o.callers[over], callers)
		}
	}
	return nil
}

func serverNames() []string {
	var all []string
	for i := range servers {
		all = append(all, servers[i].name)
	}
	return all
}
