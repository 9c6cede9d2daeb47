package sandbox

import (
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// maxBatch is how many runs one batch may carry.
const maxBatch = 100

// ingestRuns takes new runs and patches of known ones, all of them or none.
//
// Unknown: what LangSmith says of a run that it holds already, and how much of a
// bad batch it keeps. Here the whole batch is refused, with 409 for the first and
// 422 for what is malformed.
func ingestRuns(c *call) (any, error) {
	o := c.bodyObject()
	var posts, patches []object
	readField(&c.findings, o, "post", &posts, nullable(asList(asObject)))
	readField(&c.findings, o, "patch", &patches, nullable(asList(asObject)))
	if n := len(posts) + len(patches); n > maxBatch {
		c.add([]any{"body"}, "too_long", "A batch holds at most %d runs, not %d", maxBatch, n)
	}
	if c.err() != nil {
		return nil, c.ingestProblem()
	}
	fresh := make([]*incoming, len(posts))
	for i, post := range posts {
		fresh[i] = c.readPost(post)
	}
	changed := make([]*trace.Run, len(patches))
	for i, patch := range patches {
		changed[i] = c.readPatch(patch)
	}
	if c.err() != nil {
		return nil, c.ingestProblem()
	}
	named := make(map[uuid.UUID]bool)
	for _, r := range fresh {
		if c.ws.runs[r.run.ID] != nil || named[r.run.ID] {
			return nil, ingestError(http.StatusConflict, "run already exists", r.run.ID.String())
		}
		named[r.run.ID] = true
	}
	visible := c.now.Add(c.s.opts.IngestDelay)
	for _, r := range fresh {
		c.ws.addRuns(c.destination(r), visible, r.run)
	}
	for _, r := range changed {
		c.ws.runs[r.ID].Run = r
	}
	return map[string]any{}, nil
}

// incoming is a run on its way into a project, which it names one way or the other.
type incoming struct {
	run     *trace.Run
	session *uuid.UUID
	project string
}

func (c *call) readPost(o object) *incoming {
	in := &incoming{run: &trace.Run{Status: trace.Pending, Start: c.now}, project: "default"}
	readRequired(&c.findings, o, "id", &in.run.ID, asUUID)
	readRequired(&c.findings, o, "name", &in.run.Name, asString)
	readRequired(&c.findings, o, "run_type", &in.run.Type, asOneOf(runTypes()...))
	readField(&c.findings, o, "session_id", &in.session, pointer(asUUID))
	readField(&c.findings, o, "session_name", &in.project, asString)
	readField(&c.findings, o, "parent_run_id", &in.run.ParentID, nullable(asUUID))
	in.run.TraceID = in.run.ID
	readField(&c.findings, o, "trace_id", &in.run.TraceID, asUUID)
	c.readRunFields(o, in.run)
	if in.session != nil {
		if _, err := c.ws.project(*in.session); err != nil {
			c.add(at(o.loc, "session_id"), "value_error", "Value error, no such session")
		}
	}
	return in
}

// readPatch applies a patch to a copy of the run that it names.
func (c *call) readPatch(o object) *trace.Run {
	var id uuid.UUID
	readRequired(&c.findings, o, "id", &id, asUUID)
	next := &trace.Run{}
	if have := c.ws.runs[id]; have != nil {
		*next = *have.Run
	} else {
		c.add(at(o.loc, "id"), "value_error", "Value error, no such run")
	}
	c.readRunFields(o, next)
	return next
}

// readRunFields reads what both a post and a patch may say.
func (c *call) readRunFields(o object, r *trace.Run) {
	var extra map[string]any
	readField(&c.findings, o, "start_time", &r.Start, asLooseTime)
	readField(&c.findings, o, "end_time", &r.End, nullable(asLooseTime))
	readField(&c.findings, o, "inputs", &r.Inputs, nullable(asMap(asAnything)))
	readField(&c.findings, o, "outputs", &r.Outputs, nullable(asMap(asAnything)))
	readField(&c.findings, o, "error", &r.Error, nullable(asString))
	readField(&c.findings, o, "tags", &r.Tags, nullable(asList(asString)))
	readField(&c.findings, o, "extra", &extra, nullable(asMap(asAnything)))
	if metadata, ok := extra["metadata"].(map[string]any); ok {
		r.Metadata = metadata
		r.ThreadID = threadOf(metadata)
	}
	switch {
	case r.Error != "":
		r.Status = trace.Failed
	case !r.End.IsZero():
		r.Status = trace.Success
	}
	readField(&c.findings, o, "status", &r.Status, asString)
}

// threadOf reads the thread under the names that LangSmith looks for.
func threadOf(metadata map[string]any) string {
	for _, key := range []string{"thread_id", "session_id", "conversation_id"} {
		if id, _ := metadata[key].(string); id != "" {
			return id
		}
	}
	return ""
}

// destination is the project of an incoming run, made if its name is new.
func (c *call) destination(in *incoming) *project {
	if in.session != nil {
		p, err := c.ws.project(*in.session)
		if err == nil {
			return p
		}
	}
	if p := c.ws.projectNamed(in.project); p != nil {
		return p
	}
	p := &project{id: c.ws.newID("session"), name: in.project, started: c.now}
	c.ws.projects = append(c.ws.projects, p)
	return p
}

// ingestProblem tells the findings in the form of this endpoint, which is not
// FastAPI's.
func (c *call) ingestProblem() error {
	first := c.issues[0]
	where := ""
	for _, step := range first.Loc {
		where += fmt.Sprintf("/%v", step)
	}
	return ingestError(http.StatusUnprocessableEntity, first.Msg, where)
}

func ingestError(status int, message, details string) *problem {
	return &problem{status: status, body: map[string]string{"error": message, "details": details}}
}
