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
//     surely was not processed (package langsmith), and while the slot of its
//     equal calls is held. Only a refusal of LangSmith's own proves that nothing
//     was started; any other answer is followed by looking, never by sending.
//   - A call that reports a job, and does not say "probably", reports one that
//     it or an equal call surely started.
//   - Equal calls (see below) start no second job while the first is
//     unfinished, or while it is not known whether there is one: they wait for a
//     call that is under way, return a job that is remembered, and look for the
//     job of an answer that was lost. For [LongestLag] after the answer was lost
//     they look and start nothing; for [LookAgain] they look before they start
//     anything. Where their last look fails, or misses what was listed before, they
//     start nothing.
//   - A job whose start was acknowledged exists until a status ends it, it is
//     deleted through this server, or its own read and the list have both missed
//     it at two looks, [LongestLag] apart, and at none between.
//   - Every job that was started, and has not failed since, is reported to its
//     caller or found by the next equal call that learns anything: as its
//     outcome, among its others, or among the jobs that an [UncertainError]
//     lists.
//   - A report of the last hour, and of the last tenth of the window that it
//     read, is returned to an equal call.
//
// This holds through lost answers, through callers who leave, through lists and
// reads that lag, and, with a directory or Redis, through the death of the
// process at any moment and between several processes.
//
// # What is not
//
// LangSmith takes no idempotency key, so some things are beyond any client:
//
//   - A request may be processed, or its job be shown, after the last look for it,
//     later than [LongestLag] after its answer was lost, and an equal call that
//     then looked in vain has started another one. That call's notes say so, and
//     each later equal call is told of both.
//   - Jobs are told apart by the list from before the request. Where that did not
//     come, or is longer than a page and in no order, the clocks, the config and the
//     name decide, and a job that somebody else starts in the same moment may be
//     taken for the lost one. That is what "probably" says, and it is said of one
//     job only where no other call of this ledger's memory could own it.
//   - A process may stand still between the intent and its request for longer
//     than its slot is held.
//
// A second job can also be started by AllowDuplicate, which asks for it; after
// [LookAgain], for an intent whose outcome nobody learned; where this machine's
// clock was set while LangSmith's was set ahead or is not known; and where the memory
// is gone: kept in memory by a process that died, lost by its store, or in a store
// that cannot be used, until it is told what it missed, which the outcome's notes say.
// Where part of what is remembered of a call is damaged or cannot be read, nothing is
// started while the project has an unfinished job that belongs to no other call. A job
// that ended before anybody repeated the call keeps another from being started only
// where its first caller was not told of it, or its report is fresh. What others are
// told of are the jobs of the first page of the project's list.
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
// The slot of equal calls is taken, in the process and in the store; the
// project's jobs are listed, once for all calls of about two seconds; what is
// remembered is checked; the job is counted for the day; the intent is written;
// where the slot could not be taken, what is remembered is read once more; the
// request is sent; its outcome is written; the callers are told; the log is
// written. Until the intent a call ends when everybody who waits for it has left.
// After it, it runs to its end, and [Ledger.Drain] waits for that.
package paid
