package tool

import (
	"langsmith-insights-mcp/langsmith"
)

// CheckSample holds a request against the operator's bound on traces.
func CheckSample(env *Env, request *langsmith.CreateInsightsJobRequest) error {
	if env.Policy.MaxSample <= 0 {
		return nil
	}
	sample, ok := request.Sample.Get()
	if !ok {
		return BadArgument("sample", "is required here and at most %d: the operator of this server bounds what a job may read (--max-sample)", env.Policy.MaxSample)
	}
	n, err := sample.Float64()
	switch {
	case err != nil || n > float64(env.Policy.MaxSample):
		return BadArgument("sample", "is %s; the operator of this server allows at most %d (--max-sample)", sample, env.Policy.MaxSample)
	case n < 1:
		return BadArgument("sample", "is %s, which LangSmith may read as a share of all traces; the operator of this server allows at most %d of them (--max-sample), so give a number from 1", sample, env.Policy.MaxSample)
	}
	return nil
}

// Policy is what the operator allows, above anything that a call may ask for.
type Policy struct {
	MaxSample      int    // the most traces a job may read; 0 for LangSmith's own bound
	MaxJobsPerDay  int    // paid jobs a caller may start in a day; 0 for any number
	Confirm        bool   // a person must agree before money is spent
	HideRunContent bool   // inputs, outputs and summaries of runs are left out
	ChatsDir       string // the folder whose files analyze_chat_histories may read; empty for none
}
