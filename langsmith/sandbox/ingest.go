package sandbox

import (
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// maxBatch is the maximum number of runs in a batch.
const maxBatch = 100

// ingestRuns adds new runs and patches existing ones, all of them or none.
//
// Unknown: LangSmith's response to an existing run, and how much of an invalid batch it
// keeps. Here the whole batch is refused, with 409 for an existing run and 422 for an
// invalid one.
func ingestRuns(c *call) (any, error) {
	o := c.bodyObject()
	var posts, patches []object
	readField(&c.validationErrors, o, "post", &posts, nullable(asList(asObject)))
	readField(&c.validationErrors, o, "patch", &patches, nullable(asList(asObject)))
	if n := len(posts) + len(patches); n > maxBatch {
		c.add([]any{"body"}, "too_long", "A batch holds at most %d runs, not %d", maxBatch, n)
	}
	if c.err() != nil {
		return nil, c.newIngestError()
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
		return nil, c.newIngestError()
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

// incoming is a run to add to a project.
type incoming struct {
	run     *trace.Run
	session *uuid.UUID // the project's id; nil if only its name is given
	project string     // the project's name
}

func (c *call) readPost(o object) *incoming {
	in := &incoming{run: &trace.Run{Status: trace.Pending, Start: c.now}, project: "default"}
	readRequired(&c.validationErrors, o, "id", &in.run.ID, asUUID)
	readRequired(&c.validationErrors, o, "name", &in.run.Name, asString)
	readRequired(&c.validationErrors, o, "run_type", &in.run.Type, asOneOf(runTypes()...))
	readField(&c.validationErrors, o, "session_id", &in.session, pointer(asUUID))
	readField(&c.validationErrors, o, "session_name", &in.project, asString)
	readField(&c.validationErrors, o, "parent_run_id", &in.run.ParentID, nullable(asUUID))
	in.run.TraceID = in.run.ID
	readField(&c.validationErrors, o, "trace_id", &in.run.TraceID, asUUID)
	c.readRunFields(o, in.run)
	if in.session != nil {
		if _, err := c.ws.project(*in.session); err != nil {
			c.add(joinLoc(o.loc, "session_id"), "value_error", "Value error, no such session")
		}
	}
	return in
}

// readPatch applies a patch to a copy of the run that it names.
func (c *call) readPatch(o object) *trace.Run {
	var id uuid.UUID
	readRequired(&c.validationErrors, o, "id", &id, asUUID)
	next := &trace.Run{}
	if have := c.ws.runs[id]; have != nil {
		*next = *have.Run
	} else {
		c.add(joinLoc(o.loc, "id"), "value_error", "Value error, no such run")
	}
	c.readRunFields(o, next)
	return next
}

// readRunFields reads the fields that a post and a patch have in common.
func (c *call) readRunFields(o object, r *trace.Run) {
	var extra map[string]any
	readField(&c.validationErrors, o, "start_time", &r.Start, asLooseTime)
	readField(&c.validationErrors, o, "end_time", &r.End, nullable(asLooseTime))
	readField(&c.validationErrors, o, "inputs", &r.Inputs, nullable(asMap(asAnything)))
	readField(&c.validationErrors, o, "outputs", &r.Outputs, nullable(asMap(asAnything)))
	readField(&c.validationErrors, o, "error", &r.Error, nullable(asString))
	readField(&c.validationErrors, o, "tags", &r.Tags, nullable(asList(asString)))
	readField(&c.validationErrors, o, "extra", &extra, nullable(asMap(asAnything)))
	if metadata, ok := extra["metadata"].(map[string]any); ok {
		r.Metadata = metadata
		r.ThreadID = findThreadID(metadata)
	}
	switch {
	case r.Error != "":
		r.Status = trace.Failed
	case !r.End.IsZero():
		r.Status = trace.Success
	}
	readField(&c.validationErrors, o, "status", &r.Status, asString)
}

// findThreadID reads the thread from the metadata keys that LangSmith uses.
func findThreadID(metadata map[string]any) string {
	for _, key := range []string{"thread_id", "session_id", "conversation_id"} {
		if id, _ := metadata[key].(string); id != "" {
			return id
		}
	}
	return ""
}

// destination returns the project of an incoming run, and creates one for a new name.
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

// newIngestError returns the validation errors in the format of this route, which is not
// FastAPI's.
func (c *call) newIngestError() error {
	first := c.issues[0]
	where := ""
	for _, step := range first.Loc {
		where += fmt.Sprintf("/%v", step)
	}
	return ingestError(http.StatusUnprocessableEntity, first.Msg, where)
}

func ingestError(status int, message, details string) *apiError {
	return &apiError{status: status, body: map[string]string{"error": message, "details": details}}
}
