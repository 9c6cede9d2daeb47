// Package sandbox is an in-memory LangSmith: an http.Handler that serves the Insights
// operations, and the operations used with them, over generated sample traces. Tests,
// the demo and --sandbox use it.
//
// It shares no code with the client, so that tests reveal a misunderstanding of the API.
// Its requests and responses follow LangSmith's OpenAPI document, its behaviour
// LangSmith's documentation. Where neither says what the API does, a comment that begins
// with "Unknown:" says so. The sandbox's behaviour there is no evidence about LangSmith.
//
// It serves both generations of the routes for runs and queues, as LangSmith does until
// 31 January 2027. Options.Routes selects one.
//
// Reports are computed from the traces by text clustering, without a model or a network,
// and say that they come from the sandbox.
//
// Every workspace (X-Tenant-Id, any UUID) has its own copy of the sample projects with
// its own ids. Workspaces share nothing.
//
// Schedules are stored but never run, and no model is called: the model of a request only
// determines which secret the workspace needs.
package sandbox
