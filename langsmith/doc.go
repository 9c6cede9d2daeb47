// Package langsmith is a typed client of the LangSmith REST API around its
// Insights Agent: the twelve Insights operations, and the operations on projects,
// runs, datasets and annotation queues that are used with them.
//
// The package does not depend on the rest of the program. It knows nothing of MCP,
// reads no environment variables but the standard ones for proxies and
// certificates, and keeps no state but its connections and its rate limits. A
// [Client] has one endpoint and one set of credentials. Its methods fail with an
// [*Error].
//
// Requests are strict, responses are read leniently: an unknown field, status or
// statistic is not an error, and a time without a zone is UTC.
package langsmith
