package tools

import "langsmith-insights-mcp/langsmith"

// Explain turns an error of LangSmith's into what failed, what LangSmith said and
// what to do next, in the words that every tool uses.
func Explain(client *langsmith.Client, err error) string {
	return (&Env{LangSmith: client}).advise(Declaration{}, err)
}
