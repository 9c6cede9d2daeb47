// Package paid starts paid jobs, and remembers them so that none is started
// twice: the intent to start a job is written before the request that starts
// it, and what became of it after.
//
// # What is promised
//
// An intent is the decision, made once and written down, to send one request
// that starts a job. [Ledger.Start] makes at most one, and:
//
//   - An intent starts at most one job. Its request is sent again only where it
//     surely was not processed (package langsmith); an answer that leaves it
//     open is followed by looking, never by sending.
//   - A call that reports a job, and does not say "probably", reports one that
//     it or an equal call surely started.
//   - Equal calls (see below) start no second job while the first is
//     unfinished, or while it is not known whether there is one: they wait for
//     a call that is under way, return a job that is remembered, and look for
//     the job of an intent without outcome for [LookAgain] before they make an
//     intent of their own. Where they cannot look they start nothing.
//   - Every job that was started, and has not failed since, is reported to its
//     caller or found by the next equal call that learns anything: as its
//     outcome, among its others, or among the jobs that an [UncertainError]
//     lists.
//
// This holds through lost answers, through callers who leave, and, with a
// directory or Redis, through the death of the process at any moment and
// between several processes.
//
// # What is not
//
// LangSmith takes no idempotency key, so two things are beyond any client. A
// request may be processed after the last look for its job, and an equal call
// that then looked in vain has started another one: there are then two intents
// and two jobs, and each later equal call is told of both. And jobs are told
// apart only by when they were made, their name and their config: a job that
// somebody else starts in the same moment, without a name to tell it by, may be
// taken for the lost one. That is what "probably" says, and it is said of one
// job only where no other call of this ledger's memory could own it.
//
// A second job can also be started by AllowDuplicate, which asks for it; after
// [LookAgain], for an intent whose outcome nobody learned; where the machine's
// clock jumped while LangSmith's could not be read, so that an intent seems
// older than it is; and where the memory is
// gone: kept in memory by a process that died, or in a store that could not be
// used, which the outcome's notes say. Redis forgets what its own persistence
// lets it forget. A job that ended before anybody repeated the call stands in
// the way only where its first caller was not told of it.
//
// # Equal calls
//
// Calls are equal when endpoint, workspace, credential, project and the body's
// canonical JSON are. A body that leaves a field out, gives null, or spells out
// the default is three different bodies. Only digests are kept (SHA-256, cut to
// 128 bits); a credential goes in as its fingerprint.
//
// # The order of things
//
// The turn among equal calls is taken, in the process and in the store; the
// project's jobs are listed, once for all calls of about two seconds; what is
// remembered is checked; the job is counted for the day; the intent is written;
// the request is sent; its outcome is written; the callers are told. Until the
// intent a call ends when everybody who waits for it has left. After it, it runs
// to its end, and [Ledger.Drain] waits for that.
package paid
