package main

import (
	"fmt"
	"os"
	"strings"

	"langsmith-insights-mcp/e2e/speed/process"
	"langsmith-insights-mcp/e2e/speed/stats"
)

// measure runs the selected measurements and returns their tables.
func (b *bench) measure() (string, error) {
	setting, err := b.describeEnvironment()
	if err != nil {
		return "", err
	}
	var report strings.Builder
	report.WriteString(setting)
	if b.rounds > 0 {
		measured, err := b.measureThroughput()
		if err != nil {
			return "", err
		}
		for _, over := range b.transports {
			b.writeThroughput(&report, measured, over)
		}
	}
	if b.starts > 0 {
		starts, err := b.measureStarts()
		if err != nil {
			return "", err
		}
		b.writeStarts(&report, starts)
	}
	if b.memoryRuns > 0 {
		prints, err := b.measureMemory()
		if err != nil {
			return "", err
		}
		for _, over := range b.transports {
			b.writeMemory(&report, prints, over)
		}
	}
	return report.String(), nil
}

// column returns one value of each row.
func column[T any](rows []T, pick func(T) float64) []float64 {
	picked := make([]float64, len(rows))
	for i, row := range rows {
		picked[i] = pick(row)
	}
	return picked
}

func median[T any](rows []T, pick func(T) float64) float64 { return stats.Median(column(rows, pick)) }

// none is a cell without a reference.
const none = "-"

// formatRatio returns the median ratio of values to those of the reference.
func formatRatio[T any](rows, references []T, pick func(T) float64) string {
	if len(references) == 0 {
		return none
	}
	return fmt.Sprintf("%.2f", stats.Median(stats.Ratios(column(rows, pick), column(references, pick))))
}

// formatRange returns the median ratio with its quartiles.
func formatRange[T any](rows, references []T, pick func(T) float64) string {
	if len(references) == 0 {
		return none
	}
	lower, upper := stats.Quartiles(stats.Ratios(column(rows, pick), column(references, pick)))
	return fmt.Sprintf("%s (%.2f-%.2f)", formatRatio(rows, references, pick), lower, upper)
}

func (b *bench) writeThroughput(w *strings.Builder, t throughput, over transport) {
	fmt.Fprintf(w, "### Calls over %s\n\n", over)
	w.WriteString("| callers | server | calls/s | of direct | of mcp-go | p50 ms | p99 ms | CPU µs/call | CPU of mcp-go |\n")
	w.WriteString("|--:|---|--:|--:|--:|--:|--:|--:|--:|\n")
	rate, cpu := func(c cell) float64 { return c.rate }, func(c cell) float64 { return c.cpu }
	for _, callers := range b.callers[over] {
		straight, plain := t[place{over, callers, direct}], t[place{over, callers, mcpGo}]
		row := func(label string, cells []cell, cpuTime, cpuRatio string) {
			fmt.Fprintf(w, "| %d | %s | %.0f | %s | %s | %.2f | %.2f | %s | %s |\n", callers, label, median(cells, rate),
				formatRatio(cells, straight, rate), formatRange(cells, plain, rate),
				median(cells, func(c cell) float64 { return c.p50 }), median(cells, func(c cell) float64 { return c.p99 }), cpuTime, cpuRatio)
		}
		row("direct POST", straight, none, none)
		for _, s := range b.selectServers(over) {
			cells := t[place{over, callers, s.name}]
			row(s.label, cells, fmt.Sprintf("%.0f", median(cells, cpu)), formatRatio(cells, plain, cpu))
		}
	}
	w.WriteString("\n")
	for _, s := range b.selectServers(over) {
		var lists []float64
		for _, callers := range b.callers[over] {
			lists = append(lists, column(t[place{over, callers, s.name}], func(c cell) float64 { return c.lists })...)
		}
		if asked := stats.Median(lists); asked > 0 {
			fmt.Fprintf(w, "%s also sent %.3f requests per call for the project's list of jobs (median).\n\n", s.label, asked)
		}
	}
}

func (b *bench) writeStarts(w *strings.Builder, starts map[string][]startup) {
	w.WriteString("### Cold start over stdio\n\n")
	w.WriteString("| server | to initialize, ms | of mcp-go | to tools/list, ms | of mcp-go | tools/list, bytes |\n|---|--:|--:|--:|--:|--:|\n")
	greeted, listed := func(s startup) float64 { return s.initialize }, func(s startup) float64 { return s.list }
	for _, s := range b.selectServers(stdio) {
		rows := starts[s.name]
		fmt.Fprintf(w, "| %s | %.1f | %s | %.1f | %s | %d |\n", s.label, median(rows, greeted), formatRatio(rows, starts[mcpGo], greeted),
			median(rows, listed), formatRatio(rows, starts[mcpGo], listed), rows[0].listed)
	}
	w.WriteString("\n")
}

func (b *bench) writeMemory(w *strings.Builder, prints map[place][]footprint, over transport) {
	fmt.Fprintf(w, "### Memory over %s, MiB resident (of that anonymous)\n\n", over)
	fmt.Fprintf(w, "| server | at rest | after %d calls |\n|---|--:|--:|\n", b.memoryCalls)
	for _, s := range b.selectServers(over) {
		rows := prints[place{over: over, server: s.name}]
		show := func(of func(footprint) process.Memory) string {
			return fmt.Sprintf("%.1f (%.1f)", median(rows, func(f footprint) float64 { return toMebibytes(of(f).RSS) }),
				median(rows, func(f footprint) float64 { return toMebibytes(of(f).Anonymous) }))
		}
		fmt.Fprintf(w, "| %s | %s | %s |\n", s.label, show(func(f footprint) process.Memory { return f.rest }), show(func(f footprint) process.Memory { return f.after }))
	}
	w.WriteString("\n")
}

func toMebibytes(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// The lines around the tables of a document.
const (
	tablesBegin = "<!-- tables: e2e/speed/measure -->"
	tablesEnd   = "<!-- end of tables -->"
)

// replaceTables replaces the tables of a document.
func replaceTables(path, tables string) error {
	document, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, begun := strings.Cut(string(document), tablesBegin)
	_, after, ended := strings.Cut(rest, tablesEnd)
	if !begun || !ended {
		return fmt.Errorf("%s has no lines %q and %q", path, tablesBegin, tablesEnd)
	}
	replaced := before + tablesBegin + "\n\n" + strings.TrimSpace(tables) + "\n\n" + tablesEnd + after
	return os.WriteFile(path, []byte(replaced), 0o644)
}
