package sandbox

// object is a JSON object of a request, and where in it it stands.
type object struct {
	loc    []any
	fields map[string]any
}

// has says whether a field is there with a value other than null.
func (o object) has(name string) bool { return o.fields[name] != nil }

// readField reads a field, if it is there, into its target, and says whether it was.
func readField[T any](f *findings, o object, name string, target *T, as reader[T]) bool {
	value, given := o.fields[name]
	if given {
		*target = as(f, at(o.loc, name), value)
	}
	return given
}

// readRequired reads a field that must be there.
func readRequired[T any](f *findings, o object, name string, target *T, as reader[T]) {
	if !readField(f, o, name, target, as) {
		f.add(at(o.loc, name), "missing", "Field required")
	}
}

// readObject reads a nested object.
func (o object) readObject(f *findings, name string) (object, bool) {
	value, given := o.fields[name]
	if !given {
		return object{}, false
	}
	return asObject(f, at(o.loc, name), value), true
}

func asObject(f *findings, loc []any, value any) object {
	fields, ok := value.(map[string]any)
	if !ok {
		f.add(loc, "model_attributes_type", "Input should be a valid dictionary or object to extract fields from")
	}
	return object{loc: loc, fields: fields}
}
