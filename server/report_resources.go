package server

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
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
	// reportsPerPage is the number of reports on a page of the list.
	reportsPerPage = 20

	// listReportsTimeout bounds the wait for LangSmith: hosts list resources when
	// they start.
	listReportsTimeout = 10 * time.Second

	// maxResourceName bounds names in the list, in characters.
	maxResourceName = 100
)

// addReportResources lists finished reports after mcp-go's resources. They differ
// between callers, so a hook adds them to each result.
func (b *Backend) addReportResources(hooks *mcpserver.Hooks) {
	if _, served := b.tool("get_insights_job"); !served {
		return
	}
	hooks.AddAfterListResources(func(ctx context.Context, _ any, request *mcp.ListResourcesRequest, result *mcp.ListResourcesResult) {
		offset, isOurs := decodeCursor(request.Params.Cursor)
		switch {
		case isOurs:
			result.Resources = []mcp.Resource{}
		case request.Params.Cursor != "" || result.NextCursor != "":
			return // mcp-go's own resources are not all listed yet
		}
		reports := b.listReports(ctx)
		from := min(offset, len(reports))
		to := min(from+reportsPerPage, len(reports))
		for _, report := range reports[from:to] {
			result.Resources = append(result.Resources, reportResource(report))
		}
		if to < len(reports) {
			result.NextCursor = encodeCursor(to)
		}
	})
}

// listReports returns the reports of a caller. If they cannot be listed it returns
// none, so that the other resources are still listed.
func (b *Backend) listReports(ctx context.Context) []catalog.Report {
	ctx, cancel := context.WithTimeout(ctx, listReportsTimeout)
	defer cancel()
	caller := b.caller(ctx)
	reports, err := caller.catalog.Reports(ctx, b.defaultProject(caller))
	var noToken *langsmith.LoginError
	if err != nil && !errors.Is(err, langsmith.ErrNoCredentials) && !errors.As(err, &noToken) {
		b.logger.Warn().Err(err).Msg("the reports could not be listed as resources")
	}
	return reports
}

// reportResource returns a report's entry in the list.
func reportResource(report catalog.Report) mcp.Resource {
	job, project := report.Job, report.Project
	name := markdown.Line(job.Name, maxResourceName)
	if name == "" {
		name = job.ID.String()
	}
	uri := strings.NewReplacer("{session_id}", project.ID.String(), "{job_id}", job.ID.String()).Replace(jobURI)
	modified, description := "", fmt.Sprintf("Insights report over the tracing project %s", markdown.Quote(project.Name, maxResourceName))
	if !job.CreatedAt.IsZero() {
		modified = job.CreatedAt.UTC().Format(time.RFC3339)
		description += ", of " + job.CreatedAt.UTC().Format(time.DateOnly)
	}
	return mcp.NewResource(uri, name, mcp.WithResourceDescription(description), mcp.WithAnnotations(everyone, 0.8, modified))
}

// cursorPrefix marks a cursor into the reports. The cursor has the encoding of mcp-go's
// cursors, because mcp-go decodes it first.
const cursorPrefix = "reports from "

func encodeCursor(offset int) mcp.Cursor {
	return mcp.Cursor(base64.StdEncoding.EncodeToString([]byte(cursorPrefix + strconv.Itoa(offset))))
}

// decodeCursor returns the offset of a cursor into the reports, false for any other
// cursor.
func decodeCursor(cursor mcp.Cursor) (offset int, isOurs bool) {
	data, err := base64.StdEncoding.DecodeString(string(cursor))
	if err != nil {
		return 0, false
	}
	digits, found := strings.CutPrefix(string(data), cursorPrefix)
	offset, err = strconv.Atoi(digits)
	return max(offset, 0), found && err == nil
}
