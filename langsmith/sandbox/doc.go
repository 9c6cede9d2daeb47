// Package sandbox is a LangSmith in memory: an http.Handler that serves the
// Insights operations, and those around them, over sample traces that it makes
// up itself, deterministically. Tests, the demo and --sandbox run against it.
//
// It shares no code with the client on purpose: a misunderstanding of the API
// that both had in common would be invisible. Its shapes come from LangSmith's
// OpenAPI document, its behaviour from LangSmith's documentation. Where neither
// says what the API does, the sandbox does something sensible, and a comment
// that begins with "Unknown:" says so; it is no evidence about LangSmith.
//
// It serves both generations of the routes by which runs are read and queues are
// filled, as LangSmith does until 31 January 2027; Options.Routes takes one away.
//
// Reports are computed from the traces by text clustering, without a model and
// without a network, and say that they come from the sandbox.
//
// Every workspace (X-Tenant-Id, any UUID) has its own copy of the sample
// projects under ids of its own, and shares nothing with the others.
//
// Schedules are stored and shown but never run, and a model is never asked:
// which model a request names only decides which secret the workspace needs.
package sandbox
