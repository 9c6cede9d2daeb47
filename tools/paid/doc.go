// Package paid starts paid jobs and remembers them, so that no job is started twice: it
// writes the intent to start a job before the request, and the outcome after it.
//
// # What is promised
//
// An intent is the recorded decision to send one request that starts a job. [Ledger.Start]
// makes at most one, and:
//
//   - An intent starts at most one job. Its request is sent again only if it surely was not
//     processed (package langsmith), and while the call holds the slot of its equal calls.
//     Only a refusal by LangSmith itself proves that nothing was started. After any other
//     response the call looks for the job, and never sends again.
//   - A call that reports a job without "probably" reports one that it or an equal call
//     surely started.
//   - Equal calls (see below) start no second job while the first is unfinished, or while it
//     is unknown whether there is one: they wait for a call in progress, return a remembered
//     job, and look for the job of a lost response. For [LongestLag] after the response was
//     lost they look and start nothing; for [LookAgain] they look before they start
//     anything, also when the job that was found has ended, since it may be another
//     caller's. If their last look fails, or misses jobs that were listed before, they start
//     nothing.
//   - A job whose start was acknowledged exists until its status ends it, it is deleted
//     through this server, or its own read and the list have both missed it at two looks,
//     [LongestLag] apart, without being seen in between.
//   - Every job that was started, and has not failed since, is reported to its caller or
//     found by the next equal call that gets any information: as its outcome, among its
//     other jobs, or among the jobs of an [UncertainError].
//   - A report of the last hour, and of the last tenth of the window that it read, is
//     returned to an equal call.
//
// This holds if responses are lost, callers disconnect, and lists and reads lag; with a
// directory or Redis it also holds if the process dies at any moment, and between several
// processes.
//
// # What is not promised
//
// LangSmith's API has no idempotency key, so a client cannot prevent these:
//
//   - A request is processed, or its job shown, after the last look for it, later than
//     [LongestLag] after its response was lost, and an equal call that did not find it has
//     started another one. The notes of that call say so, and each later equal call returns
//     both.
//   - New jobs are recognized by the list from before the request. If there is no such list,
//     or it is longer than a page and unordered, the times, the config and the name decide,
//     and a job that somebody else starts at the same moment may be taken for the lost one.
//     That is the meaning of "probably". It is said of one job only if no other call in this
//     ledger's memory could own it.
//   - A process is paused between the intent and its request for longer than its slot is
//     held.
//
// A second job can also be started by AllowDuplicate, which requests it; after [LookAgain],
// for an intent whose outcome is still unknown; if this machine's clock was set while
// LangSmith's was set ahead or is unknown; and if the memory is lost: kept in memory by a
// process that died, lost by its store, or in a store that cannot be used, until the missing
// entries are written to it, which the outcome's notes say. If a part of the memory of a
// call is damaged or unreadable, nothing is started while the project has an unfinished job
// that belongs to no other call. A job that has ended before the call is repeated prevents
// another one only if its first caller did not get it, or if its report is fresh. The other
// jobs of an outcome are those on the first page of the project's list.
//
// # Equal calls
//
// Calls are equal if their endpoint, workspace, credential, project and canonical JSON body
// are. 100 and 100.0 are one number, and a time is the same in every zone; but an absent
// field, a null and an explicit default make three different bodies. Only digests are stored
// (SHA-256, cut to 128 bits); of a credential, that of its fingerprint.
//
// # The order of steps
//
// A call acquires the slot of equal calls, in the process and in the store. It lists the
// project's jobs, with one list for all calls within about two seconds; checks the memory;
// counts the job for the day; writes the intent; reads a memory that processes share once
// more, since a call that could not acquire the slot may have an intent there by now; sends
// the request; writes the outcome; returns it to its callers; and writes the log. Before the
// intent, a call ends when all its callers have disconnected. After it, the call runs to its
// end, and [Ledger.Drain] waits for that.
package paid
