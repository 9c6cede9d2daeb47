// Package install adds this server to the configuration file of an agent client, and
// removes it.
//
// For every client and system it guarantees:
//
//   - One entry is added, and for VS Code the prompt that it refers to. The rest of the
//     file stays the same byte for byte: other servers, comments, order, indentation,
//     line endings.
//   - Running it again changes nothing and makes no second backup.
//   - A file that it cannot parse is refused with the line of the problem, and so is a
//     write-protected one.
//   - The file is copied to NAME.bak-TIME before it is changed, unless an equal copy
//     exists, and is replaced atomically. A symbolic link stays one.
//   - A key is written only if [Options].APIKey has one, and then only the owner can read
//     the file. Otherwise the entry refers to the variable, or to the client's own prompt.
//     No backup and no diff contains a key.
//
// In an existing entry, the command, the arguments and the variables of [Options] are
// updated. The rest belongs to the user and stays: other variables, timeouts, approvals, a
// disabled flag, further arguments, and a credential from elsewhere. In JSON only what
// differs is written; a TOML table is rewritten without its comments, which the backup
// keeps. Of the arguments, --sandbox follows [Options].Sandbox: installing without it turns
// an entry that was tried without an account into one for the user's own traces. The other
// way is refused, so that nobody takes sample traces for their own.
//
// [Uninstall] removes the whole entry, with the prompt that only it used. If nothing else
// has changed since, the file is again the same as before [Install], to the byte; a file
// that Install created stays, without an entry.
package install
