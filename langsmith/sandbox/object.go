package sandbox

// object is a JSON object in a request, and its location.
type object struct {
	loc    []any
	fields map[string]any
}

// has reports whether a field is present and not null.
func (o object) has(name string) bool { return o.fields[name] != nil }

// readField reads a field into its target if it is present, and reports whether it is.
func readField[T any](f *validationErrors, o object, name string, target *T, as reader[T]) bool {
	value, given := o.fields[name]
	if given {
		*target = as(f, joinLoc(o.loc, name), value)
	}
	return given
}

// readRequired reads a required field.
func readRequired[T any](f *validationErrors, o object, name string, target *T, as reader[T]) {
	if !readField(f, o, name, target, as) {
		f.add(joinLoc(o.loc, name), "missing", "Field required")
	}
}

// readObject reads a nested object.
func (o object) readObject(f *validationErrors, name string) (object, bool) {
	value, given := o.fields[name]
	if !given {
		return object{}, false
	}
	return asObject(f, joinLoc(o.loc, name), value), true
}

func asObject(f *validationErrors, loc []any, value any) object {
	fields, ok := value.(map[string]any)
	if !ok {
		f.add(loc, "model_attributes_type", "Input should be a valid dictionary or object to extract fields from")
	}
	return object{loc: loc, fields: fields}
}
