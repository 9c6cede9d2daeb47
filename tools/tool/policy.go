package tool

import (
	"fmt"

	"langsmith-insights-mcp/langsmith"
)

// Policy has the operator's limits, which no call can exceed.
type Policy struct {
	MaxSample      int    // the maximum number of traces that a job may read; 0 for LangSmith's own limit
	MaxJobsPerDay  int    // paid jobs that a caller may start in a day; 0 for any number
	Confirm        bool   // a person must agree before money is spent
	HideRunContent bool   // inputs, outputs and summaries of runs are left out of results
	ChatsDir       string // the folder of the files that analyze_chat_histories may read; empty for none
}

// CheckSample refuses a job that may read more traces than the operator allows.
func (p Policy) CheckSample(request *langsmith.CreateInsightsJobRequest) error {
	if p.MaxSample <= 0 {
		return nil
	}
	sample, ok := request.Sample.Get()
	if !ok {
		return refuseSample("is required here and at most %d: the operator of this server limits what a job may read (--max-sample)", p.MaxSample)
	}
	n, err := sample.Float64()
	switch {
	case err != nil || n > float64(p.MaxSample):
		return refuseSample("is %s; the operator of this server allows at most %d (--max-sample)", sample, p.MaxSample)
	case n < 1:
		return refuseSample("is %s, which LangSmith may read as a share of all traces; the operator of this server allows at most %d of them (--max-sample), so give a number from 1", sample, p.MaxSample)
	}
	return nil
}

func refuseSample(format string, values ...any) error {
	return langsmith.FieldError{Field: "sample", Problem: fmt.Sprintf(format, values...)}
}
