package server

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/server/catalog"
	"langsmith-insights-mcp/tools/markdown"
)

const (
	// listedAtOnce is how many reports one page of the list holds.
	listedAtOnce = 20

	// listTimeout bounds how long a list waits for LangSmith: hosts ask for it
	// when they start, and it is the least of what they want then.
	listTimeout = 10 * time.Second

	// resourceListTTL is how long a client may believe a list of reports, in
	// milliseconds.
	resourceListTTL = 60_000
)

// addReportList lists finished reports beside the resources that mcp-go knows
// of. They differ from caller to caller, so the hook that sees the finished list
// puts them in.
func (b *Backend) addReportList(hooks *mcpserver.Hooks) {
	if !slices.Contains(b.toolNames(), "get_insights_job") {
		return
	}
	hooks.AddAfterListResources(func(ctx context.Context, _ any, request *mcp.ListResourcesRequest, result *mcp.ListResourcesResult) {
		offset, ours := readCursor(request.Params.Cursor)
		switch {
		case ours:
			result.Resources = []mcp.Resource{}
		case request.Params.Cursor != "" || result.NextCursor != "":
			return // mcp-go's own resources are not all listed yet
		}
		reports := b.listedReports(ctx)
		from := min(offset, len(reports))
		to := min(from+listedAtOnce, len(reports))
		for _, report := range reports[from:to] {
			result.Resources = append(result.Resources, listedReport(report))
		}
		if to < len(reports) {
			result.NextCursor = writeCursor(to)
		}
	})
}

// listedReports are the reports of a caller. A list that cannot be had is empty
// and costs nobody the rest of the resources.
func (b *Backend) listedReports(ctx context.Context) []catalog.Report {
	ctx, cancel := context.WithTimeout(ctx, listTimeout)
	defer cancel()
	who := b.caller(ctx)
	reports, err := who.catalog.Reports(ctx, b.defaultProject(who))
	if err != nil && !errors.Is(err, langsmith.ErrNoCredentials) {
		b.logger.Warn().Err(err).Msg("the reports could not be listed as resources")
	}
	return reports
}

func listedReport(report catalog.Report) mcp.Resource {
	job, project := report.Job, report.Project
	name := markdown.Line(job.Name, longestResourceName)
	if name == "" {
		name = job.ID.String()
	}
	uri := strings.NewReplacer("{session_id}", project.ID.String(), "{job_id}", job.ID.String()).Replace(jobURI)
	modified, description := "", fmt.Sprintf("Insights report over the tracing project %s", markdown.Quote(project.Name, longestResourceName))
	if !job.CreatedAt.IsZero() {
		modified = job.CreatedAt.UTC().Format(time.RFC3339)
		description += ", of " + job.CreatedAt.UTC().Format(time.DateOnly)
	}
	return mcp.NewResource(uri, name, mcp.WithResourceDescription(description), mcp.WithAnnotations(everyone, 0.8, modified))
}

const longestResourceName = 100 // characters

// A cursor of ours is written as those of mcp-go, which reads it first.
const cursorPrefix = "reports from "

func writeCursor(offset int) mcp.Cursor {
	return mcp.Cursor(base64.StdEncoding.EncodeToString([]byte(cursorPrefix + strconv.Itoa(offset))))
}

func readCursor(cursor mcp.Cursor) (offset int, ours bool) {
	data, err := base64.StdEncoding.DecodeString(string(cursor))
	if err != nil {
		return 0, false
	}
	digits, ours := strings.CutPrefix(string(data), cursorPrefix)
	offset, err = strconv.Atoi(digits)
	return max(offset, 0), ours && err == nil
}
