package dryrun

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/cost"
	"langsmith-insights-mcp/tools/tool"
)

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
