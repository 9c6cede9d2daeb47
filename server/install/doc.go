// Package install adds this server to the configuration file of an agent
// client, and takes it out again.
//
// What it promises, for every client and system:
//
//   - One entry is added, and for VS Code the prompt that it refers to. Everything
//     else in the file stays byte for byte: other servers, comments, order,
//     indentation, line ends.
//   - Running it again changes nothing and makes no second backup.
//   - A file that it cannot parse is refused, with the line; one that is
//     write-protected is left alone.
//   - The file is copied to NAME.bak-TIME before it is changed, unless an equal
//     copy is there, and replaced in one step. A file that is a link stays one.
//   - A key is written only when [Options].APIKey has one, and then the file is
//     readable by its owner alone. Otherwise the entry refers to the variable,
//     or to the client's own prompt. No backup and no diff shows a key.
//
// Of an entry that is there already, the command, the arguments and the
// variables named in [Options] are brought up to date. The rest is the user's
// and stays: other variables, timeouts, approvals, a disabled flag, arguments
// behind ours, and a credential that the entry has from elsewhere. In JSON only
// what differs is written; a TOML table is written anew, without the comments in
// it, which the backup keeps.
//
// [Uninstall] takes out the entry whole, with the prompt that only it used. If
// nothing else has changed since, the file is again what it was before
// [Install], to the byte; a file that Install made stays, with nothing in it.
package install
