package prompts

import (
	"fmt"
	"strconv"
)

func analyzeProject() Prompt {
	return Prompt{
		Name:        "analyze_project",
		Title:       "Analyse a project",
		Description: "Answer a question about an agent from its traces: use a recent report, or start an Insights job (paid) after showing its maximum cost.",
		Arguments: []Argument{
			{Project, "The tracing project; by default the server's default project."},
			{"question", "What you want to know, such as: why do users give up?"},
		},
		needs: []string{"create_insights_job", "wait_for_insights_job"},
		write: func(t *task) {
			t.aim = "Analyse a LangSmith tracing project with the Insights Agent."
			question := t.value("question")
			if question != "" {
				t.aim += " The question to answer: " + quote(question)
			}
			project := t.resolveProject()
			t.addStep("list_insights_jobs", "%s: a recent report may already answer the question. If so, read it and answer without starting a job.", formatCall("list_insights_jobs", project))
			context := `a user_context of {"What would you like to learn about your agent?": the question}`
			if question != "" {
				context = `user_context {"What would you like to learn about your agent?": ` + quote(question) + `}`
			}
			t.addStep("create_insights_job", "%s. Tell me the maximum cost, and continue only if I agree.", formatCall("create_insights_job", project, context, "dry_run true"))
			t.addStep("create_insights_job", "The same call without dry_run starts the job, which takes up to 30 minutes. After a timeout, repeat the same call: it starts no second job.")
			t.addStep("wait_for_insights_job", "wait_for_insights_job with its session_id and job_id, with timeout_seconds 300 if your client allows such long calls. Repeat it until it returns the report.")
			t.addEvidence(project, "its job_id")
			t.addAnswer("the report's answer to the question: the largest findings first, with numbers, links to traces that show them, and what to do next.")
		},
	}
}

func whatChanged() Prompt {
	return Prompt{
		Name:        "what_changed",
		Title:       "What changed since the last report",
		Description: "Compare two Insights reports of a project: what is new, what is gone, what grew, what fails more often.",
		Arguments: []Argument{
			{Project, "The tracing project; by default the server's default project."},
			{Job, "The later report; by default the newest."},
			{Baseline, "The report to compare it with; by default the one before it."},
		},
		needs: []string{"compare_insights_jobs"},
		write: func(t *task) {
			t.aim = "Find out what changed between two reports of the Insights Agent over a LangSmith tracing project."
			project := t.resolveProject()
			job := t.resolveJob(jobArgument{prompt: Job, tool: "job_id"}, project)
			baseline := t.resolveJob(jobArgument{prompt: Baseline, tool: "baseline_job_id"}, project)
			t.addStep("compare_insights_jobs", "%s. By default it compares the newest report with the one before. Consider its cautions.", formatCall("compare_insights_jobs", project, job, baseline))
			if baseline == "" {
				t.addStep("create_insights_job", "If there is no earlier report, the error names the calls that make one. Before a paid call, tell me the cost that its dry run returns, and continue only if I agree.")
			}
			t.addAnswer("what appeared, what vanished, what grew or shrank, and where errors, latency or cost changed, with numbers.")
		},
	}
}

func investigateCategory() Prompt {
	return Prompt{
		Name:        "investigate_category",
		Title:       "Investigate a category",
		Description: "Read the traces of one category of a report and find out what goes wrong in it.",
		Arguments: []Argument{
			{Project, "The tracing project; by default the server's default project."},
			{Job, "The report; by default the newest."},
			{Category, "The category; by default the one that fails most often."},
		},
		needs: []string{"get_insights_job", "list_insights_runs"},
		write: func(t *task) {
			t.aim = "Investigate one category of an Insights Agent report over a LangSmith tracing project."
			project := t.resolveProject()
			job := t.resolveJob(newestJob, project)
			category := t.resolveCategory(project, job)
			t.addStep("list_insights_runs", "%s: read what happened in its traces.", formatCall("list_insights_runs", project, job, category, t.statusArgument(), "limit 10"))
			t.addStep("get_run", "get_run for the two or three most informative traces, with a larger max_chars if they are cut.")
			t.addAnswer("what these traces have in common, what most likely causes the failures, how sure that is, and what to do about it.")
		},
	}
}

func categoryToDataset() Prompt {
	return Prompt{
		Name:        "category_to_dataset",
		Title:       "Save a category as a dataset",
		Description: "Save the traces of a report's category, such as the one that fails most, as examples in a LangSmith dataset.",
		Arguments: []Argument{
			{Project, "The tracing project; by default the server's default project."},
			{Job, "The report; by default the newest."},
			{Category, "The category; by default the one that fails most often."},
			{"dataset", "The dataset's name; created if missing. By default the model proposes a name."},
			{"limit", "How many traces; by default 20."},
		},
		needs: []string{"get_insights_job", "add_insights_runs_to_dataset"},
		write: func(t *task) {
			t.aim = "Save traces of one category of an Insights report as a LangSmith dataset, for regression tests."
			project := t.resolveProject()
			job := t.resolveJob(newestJob, project)
			category := t.resolveCategory(project, job)
			dataset, limit := "a descriptive dataset name", 20
			if value := t.value("dataset"); value != "" {
				dataset = "dataset " + quote(value)
			}
			if n, err := strconv.Atoi(t.value("limit")); err == nil && n > 0 {
				limit = n
			}
			t.addStep("add_insights_runs_to_dataset", "%s: tell me the category, the dataset and how many traces it would add, and continue only if I agree.",
				formatCall("add_insights_runs_to_dataset", project, job, category, t.statusArgument(), dataset, fmt.Sprint("limit ", limit), "dry_run true"))
			t.addStep("add_insights_runs_to_dataset", "The same call without dry_run adds them. Repeating it adds nothing twice.")
			t.addAnswer("what was added, what was already there and what was left out.")
		},
	}
}
