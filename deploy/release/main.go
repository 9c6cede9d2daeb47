// Command release builds the program for every system and packs it, so that the
// same commit gives the same bytes wherever it is built. deploy/release/build
// calls it, and makes the bundle and the registry's entry besides.
//
//	release [-dist DIR] [-only OS/ARCH] build   programs and archives
//	release [-dist DIR] list                    SHA256SUMS, and a table for people
//	release [-dist DIR] publishable             whether what was built may be published
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
	dist := flag.String("dist", "dist", "the folder for what is built")
	only := flag.String("only", "", "build one program alone, such as linux/amd64, and no archive")
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
