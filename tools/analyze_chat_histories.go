package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	jsonv1 "github.com/go-json-experiment/json/v1"
	"github.com/google/uuid"
	"github.com/invopop/jsonschema"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/chats"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/start"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

type analyzeChatHistoriesArgs struct {
	Chats       [][]chatMessage          `json:"chats,omitempty" jsonschema:"maxItems=1000" jsonschema_description:"Each a list of messages. Give this or path."`
	Path        string                   `json:"path,omitempty" jsonschema_description:"A JSON Lines file, one chat a line, in the operator's folder."`
	Name        string                   `json:"name,omitempty" jsonschema:"maxLength=200" jsonschema_description:"The job's name, and the beginning of the project's."`
	UserContext map[string]string        `json:"user_context,omitempty" jsonschema_description:"As in create_insights_job."`
	Model       *langsmith.ModelProvider `json:"model,omitempty" jsonschema:"enum=openai,enum=anthropic,default=openai" jsonschema_description:"As in create_insights_job."`
	DryRun      bool                     `json:"dry_run,omitempty" jsonschema_description:"Send nothing; show the cost."`

	read []chats.Chat
}

// chatMessage is a message of the arguments. Package chats checks it.
type chatMessage struct {
	Role    string          `json:"role"`
	Content json.RawMessage `json:"content,omitempty"`

	whole json.RawMessage
}

// MarshalJSON implements json.Marshaler.
func (m chatMessage) MarshalJSON() ([]byte, error) { return m.whole, nil }

// UnmarshalJSON implements json.Unmarshaler.
func (m *chatMessage) UnmarshalJSON(data []byte) error {
	m.whole = bytes.Clone(data)
	return nil
}

// JSONSchemaExtend allows more fields in a message, such as calls of tools.
func (chatMessage) JSONSchemaExtend(schema *jsonschema.Schema) { schema.AdditionalProperties = nil }

// Check reads the chats. It requires either chats or path.
func (a *analyzeChatHistoriesArgs) Check() error {
	switch {
	case a.Path != "" && a.Chats != nil:
		return langsmith.FieldError{Field: "path", Problem: "cannot be given with chats: one of the two has the chats"}
	case a.Path == "" && a.Chats == nil:
		return langsmith.FieldError{Field: "chats", Problem: `is required, or path: a list of chats, each a list of messages, such as [[{"role": "user", "content": "Where is my refund?"}]]`}
	case a.Path == "" && len(a.Chats) == 0:
		return langsmith.FieldError{Field: "chats", Problem: "must have at least one chat"}
	}
	size := 0
	for i, given := range a.Chats {
		messages := make([]json.RawMessage, len(given))
		for j := range given {
			messages[j] = given[j].whole
			size += len(messages[j])
		}
		chat, err := chats.Parse(messages)
		if err != nil {
			return langsmith.FieldError{Field: fmt.Sprintf("chats.%d", i), Problem: err.Error()}
		}
		a.read = append(a.read, chat)
	}
	if size > tool.MaxRepeated {
		a.Chats = nil // so that they are not in memory twice
	}
	return nil
}

// readFile reads the chats of a file in the operator's folder.
func (a *analyzeChatHistoriesArgs) readFile(folder string) error {
	if folder == "" {
		return tool.BadArgument("path", "cannot be read: this server has no folder of chats. Give chats instead, or have its operator set --chats-dir (stdio only)")
	}
	file, err := chats.Open(folder, a.Path)
	var refused *chats.PathError
	switch {
	case errors.As(err, &refused):
		return tool.BadArgument("path", "%s%s", refused.Problem, listSuggestions(refused.Suggestions))
	case err != nil:
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	if a.read, err = chats.Read(file); err != nil {
		return tool.BadArgument("path", "cannot be used: %v", err)
	}
	return nil
}

// listSuggestions lists the files that may have been meant.
func listSuggestions(names []string) string {
	if len(names) == 0 {
		return ""
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = markdown.Quote(name, 80)
	}
	return "; in the folder are " + strings.Join(quoted, ", ")
}

// structureQuestion is one of the two questions that LangSmith's own clients ask. For
// chats the answer is known.
const structureQuestion = "How are your agent traces structured?"

// request returns the job over the chats. It is the same for the same arguments.
func (a *analyzeChatHistoriesArgs) request() *langsmith.CreateInsightsJobRequest {
	answers := map[string]string{structureQuestion: "Each trace is one chat: its inputs hold the first message, its outputs hold all messages."}
	for question, answer := range a.UserContext {
		answers[question] = answer
	}
	request := &langsmith.CreateInsightsJobRequest{
		LastNHours:  langsmith.Some(chats.Window),
		Sample:      langsmith.Some(jsonv1.Number(fmt.Sprint(len(a.read)))),
		UserContext: langsmith.Some(answers),
		Model:       a.Model,
	}
	if a.Name != "" {
		request.Name = langsmith.Some(a.Name)
	}
	return request
}

type analyzeChatHistoriesResult struct {
	*start.Result
	Ingested int `json:"ingested,omitempty"`

	chats   int
	project langsmith.Project // without an id while it does not exist
}

func analyzeChatHistories() tool.Tool {
	return tool.Define(tool.Declaration{
		Name:  "analyze_chat_histories",
		Title: "Analyse chats",
		Description: "Run the Insights Agent over chats that are not in LangSmith, at most 1,000: send them to a new project as traces, and start a job " +
			"over them. COSTS MONEY like create_insights_job. Repeating the call continues an interrupted one. " +
			"Next: wait_for_insights_job.",
		Effect:     tool.Spends,
		Toolset:    "actions",
		ResultOf:   "create_insights_job",
		ResultAdds: []string{"ingested"},
	}, runAnalyzeChatHistories)
}

func runAnalyzeChatHistories(ctx context.Context, env *tool.Env, args analyzeChatHistoriesArgs) (*analyzeChatHistoriesResult, error) {
	if args.Path != "" {
		if err := args.readFile(env.Policy.ChatsDir); err != nil {
			return nil, err
		}
	}
	if most := env.Policy.MaxSample; most > 0 && len(args.read) > most {
		return nil, tool.BadArgument("chats", "are %s; the operator of this server allows at most %d (--max-sample)", wording.Thousands(len(args.read)), most)
	}
	project, err := chats.FindProject(ctx, env, chats.ProjectName(args.Name, args.read))
	if err != nil {
		return nil, err
	}
	job, err := start.NewJob(env, project, args.request())
	if err != nil {
		return nil, err
	}
	job.NoDuplicates, job.SendsTraces = true, true
	result := &analyzeChatHistoriesResult{chats: len(args.read), project: project}
	if args.DryRun {
		var call *tool.Call
		if args.DryRun = false; args.Path != "" || args.Chats != nil { // else they are too long to repeat
			call = tool.RepeatCall("analyze_chat_histories", args)
		}
		result.Result, err = job.DryRun(ctx, env, call)
		return result, err
	}
	if project.ID != uuid.Nil {
		running, err := job.FindRunning(ctx, env)
		if err != nil {
			return nil, err
		}
		if running != nil { // its chats are already in LangSmith
			result.Result, result.Ingested = job.Result(ctx, env, running), len(args.read)
			return result, nil
		}
	}
	if err := job.CheckDailyLimit(ctx, env); err != nil { // before any chat is sent
		return nil, err
	}
	err = confirmChats(ctx, env, job, len(args.read))
	if errors.Is(err, tool.ErrCannotAsk) {
		result.Result, err = job.UnconfirmedResult(ctx, env)
		return result, err
	}
	if err != nil {
		return nil, err
	}
	if job.Project, err = chats.Ingest(ctx, env, project, args.read); err != nil {
		return nil, err
	}
	if project.ID == uuid.Nil {
		if job, err = job.InProject(job.Project); err != nil {
			return nil, err
		}
	}
	outcome, err := job.Start(ctx, env)
	if err != nil {
		return nil, explainNotStarted(env, err, len(args.read), job.Project)
	}
	result.Result, result.Ingested, result.project = job.Result(ctx, env, outcome), len(args.read), job.Project
	return result, nil
}

// confirmChats asks a person for consent before any chat is sent.
func confirmChats(ctx context.Context, env *tool.Env, job *start.Job, n int) error {
	if job.Project.ID == uuid.Nil {
		// The project's name, which is derived from the chats, distinguishes such calls.
		named := job.Project
		named.ID = uuid.NewSHA1(uuid.Nil, []byte(named.Name))
		var err error
		if job, err = job.InProject(named); err != nil {
			return err
		}
	}
	return job.Confirm(ctx, env, fmt.Sprintf("Send %s to %s in LangSmith, and start an Insights job over them?", wording.Count(n, "chat"), tool.ProjectLabel(job.Project)))
}

// explainNotStarted returns why the job was not started, and that its chats are in
// LangSmith.
func explainNotStarted(env *tool.Env, err error, n int, project langsmith.Project) error {
	if tool.IsInterruption(err) {
		return err
	}
	return tool.RefuseFor(err, "%s\nThe %s in %s, session_id %s; the same call does not send them again.",
		env.Explain(tool.Declaration{Effect: tool.Spends}, err), wording.Count(n, "chat is", "chats are"), tool.ProjectLabel(project), project.ID)
}

// Text implements [tool.Result].
func (r *analyzeChatHistoriesResult) Text() string {
	var b strings.Builder
	switch {
	case !r.IsDryRun():
		fmt.Fprintf(&b, "The %s of %s.\n", wording.Count(r.Ingested, "chat is a trace", "chats are traces"), tool.ProjectLabel(r.project))
	case r.project.ID == uuid.Nil:
		fmt.Fprintf(&b, "%s would be added to the new %s.\n", wording.Count(r.chats, "chat"), tool.ProjectLabel(r.project))
	default:
		fmt.Fprintf(&b, "%s would be added to %s, unless they are already there.\n", wording.Count(r.chats, "chat"), tool.ProjectLabel(r.project))
	}
	b.WriteString(r.Result.Text())
	return b.String()
}
