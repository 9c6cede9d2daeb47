package state

import "errors"

func makeFIFO(string) error   { return errors.ErrUnsupported }
func makeDevice(string) error { return errors.ErrUnsupported }
