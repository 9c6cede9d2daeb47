package state

// openFlags is 0: opening a file does not block on Windows.
const openFlags = 0

// syncDirectory does nothing: Windows journals the entries of directories, and has no
// call to sync one.
func syncDirectory(string) error { return nil }
