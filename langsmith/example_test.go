package langsmith_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"time"

	jsonv1 "github.com/go-json-experiment/json/v1"
	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/sandbox"
)

// The example finds a project by its name, starts a job and reads its report. Its client
// calls the sandbox. Without Transport and Anonymous, and with an API key in Credentials, it
// calls LangSmith.
func Example() {
	ctx := context.Background()
	client := langsmith.New(langsmith.Options{
		Anonymous: true,
		Transport: sandbox.New(sandbox.Options{AllowAnonymous: true}).RoundTripper(),
	})
	projects, err := client.ListProjects(ctx, langsmith.ProjectsQuery{Name: "chat-prod"})
	if err != nil || len(projects) != 1 {
		log.Fatal("no such project: ", err)
	}
	job, err := client.CreateInsightsJob(ctx, projects[0].ID, &langsmith.CreateInsightsJobRequest{
		Name:       langsmith.Some("Weekly"),
		LastNHours: langsmith.Some(7 * 24),
	})
	if err != nil {
		log.Fatal(err)
	}
	for {
		report, err := client.GetJob(ctx, projects[0].ID, job.ID)
		if err != nil {
			log.Fatal(err)
		}
		if report.Status.Done() {
			fmt.Println(report.Name, report.Status, len(report.Clusters) > 0)
			return
		}
		time.Sleep(time.Millisecond) // use some seconds with LangSmith
	}
	// Output: Weekly success true
}

func ExampleNew() {
	endpoint, err := langsmith.ParseEndpoint("https://eu.api.smith.langchain.com/api/v1/")
	if err != nil {
		log.Fatal(err)
	}
	client := langsmith.New(langsmith.Options{
		Endpoint: endpoint,
		Credentials: langsmith.Credentials{
			APIKey:    "lsv2_pt_example",
			Workspace: uuid.MustParse("11111111-1111-4111-8111-111111111111"),
		},
		Timeout: 30 * time.Second,
	})
	fmt.Println(client.Endpoint())
	fmt.Println(client.Credentials().APIKey)
	// Output:
	// https://eu.api.smith.langchain.com
	// [redacted]
}

// An absent field is not sent, and null is sent.
func ExampleOptional() {
	request := langsmith.UpdateConfigRequest{
		Description:  langsmith.Some("asked every Monday"),
		ScheduleCron: langsmith.Null[string](),
	}
	text, err := json.Marshal(request)
	fmt.Println(string(text), err)
	// Output: {"description":"asked every Monday","schedule_cron":null} <nil>
}

// The documented rules are checked before a request is sent.
func ExampleCreateInsightsJobRequest_Check() {
	request := langsmith.CreateInsightsJobRequest{
		Sample:       langsmith.Some(jsonv1.Number("5000")),
		EndTime:      langsmith.Some(langsmith.DateTime("2026-01-31T00:00:00Z")),
		ClusterModel: langsmith.Some("openai"),
	}
	for _, complaint := range langsmith.FieldErrors(request.Check()) {
		fmt.Println(complaint)
	}
	// Output:
	// end_time: needs a start_time before it
	// sample: must be a number above 0 and at most 1000
	// summary_model: must be set too: cluster_model and summary_model go together
}

// The error of a paid request says whether a job may have been started.
func ExampleError_Ambiguous() {
	langSmith := sandbox.New(sandbox.Options{Empty: true})
	project := langSmith.AddProject(sandbox.Project{Name: "chat-prod"})
	client := langsmith.New(langsmith.Options{
		Credentials: langsmith.Credentials{APIKey: "lsv2_pt_example"},
		Transport:   langSmith.RoundTripper(),
	})
	for _, fault := range []sandbox.Fault{{Status: 403, Body: `{"detail":"Forbidden"}`, Times: 1}, {DropAfter: true, Times: 1}} {
		langSmith.Inject(fault)
		_, err := client.CreateInsightsJob(context.Background(), project, &langsmith.CreateInsightsJobRequest{})
		var failed *langsmith.Error
		if errors.As(err, &failed) {
			fmt.Println(failed.Status, failed.Ambiguous(), langSmith.JobsStarted())
		}
	}
	// Output:
	// 403 false 0
	// 0 true 1
}

// A run gets the same example id each time it is added to a dataset.
func ExampleExampleFromRun() {
	dataset := uuid.MustParse("11111111-1111-4111-8111-111111111111")
	run := uuid.MustParse("33333333-3333-4333-8333-333333333333")
	first, second := langsmith.ExampleFromRun(dataset, run), langsmith.ExampleFromRun(dataset, run)
	fmt.Println(first.ID == second.ID, first.UseSourceRunIO)
	// Output: true true
}
