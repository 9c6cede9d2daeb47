// Command release builds and packs the program for every system, so that the same commit
// gives the same bytes on every machine. deploy/release/build runs it, and also builds the
// bundle and the registry's entry.
//
//	release [-dist DIR] [-only OS/ARCH] build   build the programs and archives
//	release [-dist DIR] list                    write SHA256SUMS, and print a table
//	release [-dist DIR] publishable             fail if the release must not be published
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	dist := flag.String("dist", "dist", "the folder of the release")
	only := flag.String("only", "", "build only one program, such as linux/amd64, and no archive")
	flag.Parse()
	if err := run(ctx, flag.Args(), *dist, *only); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, dist, only string) error {
	if len(args) != 1 {
		return fmt.Errorf("want one of build, list, publishable, not %q", args)
	}
	switch args[0] {
	case "build":
		return build(ctx, dist, only)
	case "list":
		return list(os.Stdout, dist)
	case "publishable":
		return publishable(dist)
	}
	return fmt.Errorf("want build, list or publishable, not %q", args[0])
}
