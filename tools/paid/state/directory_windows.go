package state

// openFlags is nothing: no file of Windows makes opening wait.
const openFlags = 0

// syncDirectory does nothing: Windows keeps names in its file system's own
// journal and lets no program sync a directory.
func syncDirectory(string) error { return nil }
