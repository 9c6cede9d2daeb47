// Package dryrun checks what jobs would find before any is paid for: how many traces match
// now, and whether the workspace has the keys of the models.
package dryrun

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/advice"
	"langsmith-insights-mcp/tools/cost"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// Matches is the number of traces that a job would find now.
type Matches struct {
	Count   int       // up to [langsmith.MaxSample]
	More    bool      // there may be more
	Example uuid.UUID // the newest; uuid.Nil if there is none
	Unknown string    // why they could not be counted; empty if they were
	status  string    // in the filter, if none match and no run can have it; else empty

	unfiltered *Matches // without the filter, if none match with it and these were counted
}

// String describes the number in the beginning of a sentence.
func (m *Matches) String() string {
	switch {
	case m.Unknown != "":
		return "The number of matching traces is unknown: " + m.Unknown
	case m.Count == 0 && m.status != "":
		return "No trace matches now (the status of a run is success, error or pending, not " + markdown.Quote(m.status, markdown.MaxWord) + ")"
	case m.Count == 0:
		return "No trace matches now"
	case m.More:
		return wording.Count(m.Count, "trace") + " or more match now"
	}
	return wording.Count(m.Count, "trace matches", "traces match") + " now"
}

// maxReads is the maximum number of requests that count traces. One is enough if LangSmith
// returns a thousand at once; its older route returns a hundred.
const maxReads = langsmith.MaxSample / 100

// CountMatches counts the traces in a request's window that pass its filter. argument is
// the one that has the filter: it is refused if LangSmith cannot parse the filter.
func CountMatches(ctx context.Context, env *tool.Env, project uuid.UUID, request *langsmith.CreateInsightsJobRequest, now time.Time, argument string) (*Matches, error) {
	query, known := newQuery(project, request, now)
	if !known {
		return &Matches{Unknown: "its config could not be read"}, nil
	}
	found := &Matches{More: true}
	for range maxReads {
		page, err := env.LangSmith.QueryRuns(ctx, query)
		if err != nil {
			return &Matches{Unknown: env.Audience.Cause(err)}, refuseFilter(env.Audience, request, err, argument)
		}
		if found.Count == 0 && len(page.Runs) > 0 {
			found.Example = page.Runs[0].ID
		}
		found.Count += len(page.Runs)
		if found.Count >= langsmith.MaxSample {
			found.Count = langsmith.MaxSample
			return found, nil
		}
		if page.Next == "" {
			found.More, found.status = false, unknownStatus(query.Filter)
			return found, nil
		}
		query.Cursor, query.Limit = page.Next, langsmith.MaxSample-found.Count
	}
	return found, nil
}

// newQuery returns a query for the traces in a request's window that pass its filter.
func newQuery(project uuid.UUID, request *langsmith.CreateInsightsJobRequest, now time.Time) (query langsmith.RunsQuery, known bool) {
	start, end, known := request.Window(now)
	query = langsmith.RunsQuery{Project: project, RootsOnly: true, Limit: langsmith.MaxSample, After: start}
	query.Filter, _ = request.Filter.Get()
	if end.Before(now) {
		query.Before = end
	}
	return query, known
}

// CountUnfiltered counts the traces in a request's window without its filter, if none match
// with it: by one request, whose failure leaves the count unknown.
func (m *Matches) CountUnfiltered(ctx context.Context, env *tool.Env, project uuid.UUID, request *langsmith.CreateInsightsJobRequest, now time.Time) {
	query, _ := newQuery(project, request, now)
	if m.Unknown != "" || m.Count > 0 || query.Filter == "" {
		return
	}
	query.Filter = ""
	if page, err := env.LangSmith.QueryRuns(ctx, query); err == nil {
		m.unfiltered = &Matches{Count: len(page.Runs), More: page.Next != ""}
	}
}

// DescribeFilter says that the filter is why no trace matches; empty if it is not, or that
// is unknown.
func (m *Matches) DescribeFilter() string {
	if m == nil || m.unfiltered == nil || m.unfiltered.Count == 0 {
		return ""
	}
	return "It is the filter: without it " + strings.TrimSuffix(m.unfiltered.String(), " now") + "."
}

// statusInFilter matches a comparison with a status in LangSmith's filter language.
var statusInFilter = regexp.MustCompile(`\beq\(\s*"?status"?\s*,\s*"([^"]*)"`)

// unknownStatus returns a status in a filter that no run has; empty if there is none.
func unknownStatus(filter string) string {
	for _, found := range statusInFilter.FindAllStringSubmatch(filter, -1) {
		if !slices.Contains([]string{"success", "error", "pending"}, found[1]) {
			return found[1]
		}
	}
	return ""
}

// ExplainFilter returns an error as [CountMatches] does if LangSmith's response to a
// request with a filter and more is about the filter; else it returns the error unchanged.
func ExplainFilter(audience advice.Audience, request *langsmith.CreateInsightsJobRequest, err error, argument string) error {
	var api *langsmith.Error
	if !errors.As(err, &api) || !strings.Contains(strings.ToLower(api.Message), "filter") {
		return err
	}
	return cmp.Or(refuseFilter(audience, request, err, argument), err)
}

// refuseFilter refuses a request's filter if LangSmith's response to a query with it is
// that it is invalid; else it returns nil. argument is the one that has the filter.
func refuseFilter(audience advice.Audience, request *langsmith.CreateInsightsJobRequest, err error, argument string) error {
	var api *langsmith.Error
	filter, filtered := request.Filter.Get()
	if !filtered || !errors.As(err, &api) ||
		api.Status != http.StatusBadRequest && api.Status != http.StatusUnprocessableEntity {
		return nil
	}
	problem := "cannot be read: "
	if argument == "config_id" {
		problem = "has an invalid filter: "
	}
	example := `and(eq(status, "error"), gt(latency, 5))`
	if strings.Contains(strings.ToLower(filter), "metadata") {
		example = `and(eq(metadata_key, "customer"), eq(metadata_value, "guest"))`
	}
	return &tool.ArgumentError{
		Problems: []langsmith.FieldError{{Field: argument, Problem: problem + audience.Cause(err) + "; a good one is " + example}},
		Asked:    true,
	}
}

// ModelSecrets returns the names of the workspace's secrets that may hold a model
// provider's key, sorted. It returns nil if they cannot be read.
func ModelSecrets(ctx context.Context, env *tool.Env) *[]string {
	names, err := env.LangSmith.ListSecretNames(ctx)
	if err != nil {
		return nil
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !strings.HasSuffix(name, "_API_KEY") })
	slices.Sort(names)
	return &names
}

// MissingKeys returns the keys that a job's models need and the workspace does not have.
// Those of model configurations are unknown.
func MissingKeys(request *langsmith.CreateInsightsJobRequest, secrets *[]string) []string {
	if secrets == nil {
		return nil
	}
	var missing []string
	for _, model := range cost.Models(request) {
		if key := secretName(model); key != "" && !slices.Contains(*secrets, key) && !slices.Contains(missing, key) {
			missing = append(missing, key)
		}
	}
	return missing
}

// secretName returns the name of the secret with a provider's key; empty for a model
// configuration.
func secretName(model string) string {
	switch provider := langsmith.ModelProvider(model); provider {
	case langsmith.ProviderOpenAI, langsmith.ProviderAnthropic:
		return strings.ToUpper(model) + "_API_KEY"
	}
	return ""
}

// OtherModel returns the provider to choose if the workspace has only its key; empty if
// that does not help.
func OtherModel(request *langsmith.CreateInsightsJobRequest, secrets *[]string) langsmith.ModelProvider {
	if secrets == nil || len(cost.Models(request)) != 1 {
		return ""
	}
	for _, other := range []langsmith.ModelProvider{langsmith.ProviderOpenAI, langsmith.ProviderAnthropic} {
		if slices.Contains(*secrets, secretName(string(other))) {
			return other
		}
	}
	return ""
}

// DescribeMissing says what follows from missing keys; empty for none.
func DescribeMissing(keys []string) string {
	if len(keys) == 0 {
		return ""
	}
	return fmt.Sprintf("The workspace has no %s: LangSmith refuses the job, unless a model configuration is used instead.", strings.Join(keys, " and no "))
}
