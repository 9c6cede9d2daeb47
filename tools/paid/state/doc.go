// Package state is where the memory of paid calls is kept: in the process, in
// a directory that the processes of one user share, or in a Redis or Valkey
// that replicas share.
//
// A [Store] keeps, for every paid call, an [Entry]: the intent to start a job,
// written before the request that starts it, and what became of it. Entries are
// found under a [Slot], in which calls that are equal meet, and a slot can be
// held by one process at a time. Every intent has a token of its own and every
// write concerns one token alone, so that a writer who comes late, after it
// lost its hold, can never overwrite what another one wrote.
//
// What is kept are digests, times and the ids of jobs: no credential, no name
// and no word of a request. It goes away by itself: from the process and from Redis
// after about a day, from a directory after a week of days with calls.
package state
