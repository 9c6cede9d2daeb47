package state

// syncDirectory does nothing: Windows keeps names in its file system's own
// journal and lets no program sync a directory.
func syncDirectory(string) error { return nil }
