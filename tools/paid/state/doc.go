// Package state stores the memory of paid calls: in the process, in a directory that the
// processes of one user share, or in a Redis or Valkey that replicas share.
//
// A [Store] has an [Entry] for each paid call: the intent to start a job, written before the
// request, and its outcome. Entries are found by a [Slot], which equal calls have in common,
// and one process at a time can hold a slot. Each intent has its own token and each write
// concerns only one token, so that a late writer that has lost its hold cannot overwrite
// another one's entry.
//
// An entry has digests, times and ids of jobs. It has no credential, no name and no text of a
// request. Entries are removed automatically: after a week, in a directory after a week of
// days with calls.
package state
