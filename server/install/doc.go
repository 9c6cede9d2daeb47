// Package install adds this server to the configuration file of an agent
// client, and takes it out again.
//
// What it promises, for every client and system:
//
//   - One entry is merged in. Everything else in the file stays byte for byte:
//     other servers, comments, order, indentation, line ends.
//   - Running it again changes nothing and makes no second backup.
//   - A file it cannot parse is refused, with the line; one that is
//     write-protected is left alone.
//   - The file it changes is copied to NAME.bak-TIME first, unless an equal copy
//     is there, and replaced in one step. A file that is a link stays one.
//   - A key is written only when [Options].APIKey has one, and then the file is
//     readable by its owner alone. Otherwise the entry refers to the variable,
//     or to the client's own prompt. No backup and no diff ever shows a key.
//
// Of an entry that is there already, the command, the arguments and the
// variables named in [Options] are ours and brought up to date. The rest is the
// user's and stays: other variables, timeouts, approvals, a disabled flag,
// arguments added behind ours, and a credential the entry has from elsewhere.
//
// [Uninstall] takes out the entry whole, with the prompt that only it used. If
// nothing else has changed since, the file is again what it was before
// [Install], to the byte; a file that Install made stays, with nothing in it.
package install
