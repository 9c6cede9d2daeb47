package telemetry

import (
	"math"
	"strings"
	"time"

	"github.com/VictoriaMetrics/easyproto"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// The numbers below are those of fields in opentelemetry-proto: trace.proto,
// resource.proto and common.proto. What the official exporter leaves out, such
// as a link's trace state, is left out here too; a test compares the two.
//
// easyproto's messages lie in one slice that grows, so each is written to its
// end before the next beside it begins.

// message is one message of protobuf that is being written.
type message = *easyproto.MessageMarshaler

// encodeSpans is the body of an OTLP export, an ExportTraceServiceRequest.
func encodeSpans(spans []sdktrace.ReadOnlySpan) []byte {
	var writer easyproto.Marshaler
	request := writer.MessageMarshaler()
	for _, one := range grouped(spans) {
		one.encode(request.AppendMessage(1))
	}
	return writer.Marshal(nil)
}

// resourceSpans are the spans of one resource.
type resourceSpans struct {
	resource *resource.Resource
	scopes   []*scopeSpans
}

// scopeSpans are the spans of one scope within a resource.
type scopeSpans struct {
	scope instrumentation.Scope
	spans []sdktrace.ReadOnlySpan
}

// grouped sorts spans by resource and scope. There are one or two of each, so
// that they are looked for in turn.
func grouped(spans []sdktrace.ReadOnlySpan) []*resourceSpans {
	var resources []*resourceSpans
	for _, span := range spans {
		if span != nil {
			of := scopeOf(resourceOf(&resources, span.Resource()), span.InstrumentationScope())
			of.spans = append(of.spans, span)
		}
	}
	return resources
}

func resourceOf(resources *[]*resourceSpans, wanted *resource.Resource) *resourceSpans {
	for _, known := range *resources {
		if known.resource.Equivalent() == wanted.Equivalent() {
			return known
		}
	}
	added := &resourceSpans{resource: wanted}
	*resources = append(*resources, added)
	return added
}

func scopeOf(within *resourceSpans, wanted instrumentation.Scope) *scopeSpans {
	for _, known := range within.scopes {
		if known.scope == wanted {
			return known
		}
	}
	added := &scopeSpans{scope: wanted}
	within.scopes = append(within.scopes, added)
	return added
}

func (r *resourceSpans) encode(to message) {
	if r.resource != nil {
		described := to.AppendMessage(1)
		for attributes := r.resource.Iter(); attributes.Next(); {
			encodeKeyValue(described.AppendMessage(1), attributes.Attribute())
		}
	}
	for _, scope := range r.scopes {
		scope.encode(to.AppendMessage(2))
	}
	text(to, 3, r.resource.SchemaURL())
}

func (s *scopeSpans) encode(to message) {
	if s.scope != (instrumentation.Scope{}) {
		described := to.AppendMessage(1)
		text(described, 1, s.scope.Name)
		text(described, 2, s.scope.Version)
		for attributes := s.scope.Attributes.Iter(); attributes.Next(); {
			encodeKeyValue(described.AppendMessage(3), attributes.Attribute())
		}
	}
	for _, span := range s.spans {
		encodeSpan(to.AppendMessage(2), span)
	}
	text(to, 3, s.scope.SchemaURL)
}

func encodeSpan(to message, span sdktrace.ReadOnlySpan) {
	identify(to, span.SpanContext())
	text(to, 3, span.SpanContext().TraceState().String())
	if parent := span.Parent().SpanID(); parent.IsValid() {
		to.AppendBytes(4, parent[:])
	}
	text(to, 5, span.Name())
	if kind := span.SpanKind(); kind >= 0 && kind <= trace.SpanKindConsumer { // OTLP numbers the kinds as the API does
		to.AppendInt32(6, int32(kind))
	}
	to.AppendFixed64(7, nanoseconds(span.StartTime()))
	to.AppendFixed64(8, nanoseconds(span.EndTime()))
	encodeAttributes(to, 9, span.Attributes())
	to.AppendUint32(10, dropped(span.DroppedAttributes()))
	for _, event := range span.Events() {
		encodeEvent(to.AppendMessage(11), event)
	}
	to.AppendUint32(12, dropped(span.DroppedEvents()))
	for _, link := range span.Links() {
		encodeLink(to.AppendMessage(13), link)
	}
	to.AppendUint32(14, dropped(span.DroppedLinks()))
	encodeStatus(to.AppendMessage(15), span.Status())
	to.AppendFixed32(16, flags(span.SpanContext(), span.Parent()))
}

func encodeEvent(to message, event sdktrace.Event) {
	to.AppendFixed64(1, nanoseconds(event.Time))
	text(to, 2, event.Name)
	encodeAttributes(to, 3, event.Attributes)
	to.AppendUint32(4, dropped(event.DroppedAttributeCount))
}

func encodeLink(to message, link sdktrace.Link) {
	identify(to, link.SpanContext)
	encodeAttributes(to, 4, link.Attributes)
	to.AppendUint32(5, dropped(link.DroppedAttributeCount))
	to.AppendFixed32(6, flags(link.SpanContext, link.SpanContext))
}

func encodeStatus(to message, status sdktrace.Status) {
	text(to, 2, status.Description)
	switch status.Code { // the API numbers them otherwise
	case codes.Ok:
		to.AppendInt32(3, 1)
	case codes.Error:
		to.AppendInt32(3, 2)
	}
}

// identify writes the ids, which a span and a link begin with.
func identify(to message, context trace.SpanContext) {
	traceID, spanID := context.TraceID(), context.SpanID()
	to.AppendBytes(1, traceID[:])
	to.AppendBytes(2, spanID[:])
}

// What OTLP adds to the eight flags of W3C: whether the parent came from another
// process, and that this is known.
const (
	flagKnowsRemote = 0x100
	flagIsRemote    = 0x200
)

func flags(of, parent trace.SpanContext) uint32 {
	flags := uint32(of.TraceFlags()) | flagKnowsRemote
	if parent.IsRemote() {
		flags |= flagIsRemote
	}
	return flags
}

func encodeAttributes(to message, field uint32, attributes []attribute.KeyValue) {
	for _, pair := range attributes {
		encodeKeyValue(to.AppendMessage(field), pair)
	}
}

func encodeKeyValue(to message, pair attribute.KeyValue) {
	text(to, 1, string(pair.Key))
	encodeValue(to.AppendMessage(2), pair.Value)
}

// encodeValue writes an AnyValue; one without a field is the empty value.
func encodeValue(to message, value attribute.Value) {
	switch value.Type() {
	case attribute.EMPTY:
	case attribute.STRING:
		text(to, 1, value.AsString())
	case attribute.BOOL:
		to.AppendBool(2, value.AsBool())
	case attribute.INT64:
		to.AppendInt64(3, value.AsInt64())
	case attribute.FLOAT64:
		to.AppendDouble(4, value.AsFloat64())
	case attribute.STRINGSLICE:
		encodeSlice(to, value.AsStringSlice(), attribute.StringValue)
	case attribute.BOOLSLICE:
		encodeSlice(to, value.AsBoolSlice(), attribute.BoolValue)
	case attribute.INT64SLICE:
		encodeSlice(to, value.AsInt64Slice(), attribute.Int64Value)
	case attribute.FLOAT64SLICE:
		encodeSlice(to, value.AsFloat64Slice(), attribute.Float64Value)
	case attribute.SLICE:
		encodeSlice(to, value.AsSlice(), func(item attribute.Value) attribute.Value { return item })
	case attribute.MAP:
		encodeAttributes(to.AppendMessage(6), 1, value.AsMap())
	case attribute.BYTESLICE:
		to.AppendBytes(7, value.AsByteSlice())
	default: // a type that a later SDK may bring
		text(to, 1, "INVALID")
	}
}

// encodeSlice writes an ArrayValue.
func encodeSlice[T any](to message, items []T, value func(T) attribute.Value) {
	array := to.AppendMessage(5)
	for _, item := range items {
		encodeValue(array.AppendMessage(1), value(item))
	}
}

// text writes a string. Protobuf takes only UTF-8: a collector would refuse the
// whole batch for one that is not, and OTEL_RESOURCE_ATTRIBUTES can hold it.
func text(to message, field uint32, words string) {
	to.AppendString(field, strings.ToValidUTF8(words, "\uFFFD"))
}

// nanoseconds are those since 1970, as OTLP counts.
func nanoseconds(at time.Time) uint64 { return uint64(max(0, at.UnixNano())) }

func dropped(count int) uint32 { return uint32(min(max(0, int64(count)), math.MaxUint32)) }
