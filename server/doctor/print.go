package doctor

import (
	"fmt"
	"io"
	"strings"
)

var marks = map[Status]string{OK: "ok  ", Warning: "note", Failed: "FAIL", Skipped: "-   "}

// Print writes the checks for a person, each followed by what to do.
func Print(out io.Writer, checks []Check) {
	printChecks(out, checks)
	if IsHealthy(checks) {
		fmt.Fprintln(out, "\nNo check failed.")
		return
	}
	fmt.Fprintln(out, "\nFix the first failed check, then run doctor again.")
}

func printChecks(out io.Writer, checks []Check) {
	for _, check := range checks {
		fmt.Fprintf(out, "%s  %s: %s\n", marks[check.Status], check.Name, check.Found)
		if check.Do != "" {
			fmt.Fprintf(out, "      %s\n", strings.ReplaceAll(strings.TrimSpace(check.Do), "\n", "\n      "))
		}
	}
}
