// Package langsmith is a typed client of the LangSmith REST API around its
// Insights Agent: the twelve Insights operations, and the projects, runs,
// datasets and annotation queues that lead to them and on from them.
//
// The package stands alone. It knows nothing of MCP, reads no environment but
// the standard variables for proxies and certificates, and keeps no state but
// its connections and its pace. A [Client] is bound to one endpoint and one set
// of credentials; every method takes a context, makes one API operation of it,
// and fails with an [*Error].
//
// Requests are strict, answers are read leniently: an unknown field, status or
// statistic is never a reason to fail, and a time without a zone is UTC.
package langsmith
