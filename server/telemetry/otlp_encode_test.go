package telemetry

import (
	"bytes"
	"context"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// official is a client of the official exporter that keeps what it is given.
type official struct{ sent []*tracepb.ResourceSpans }

func (o *official) Start(context.Context) error { return nil }

func (o *official) Stop(context.Context) error { return nil }

func (o *official) UploadTraces(_ context.Context, spans []*tracepb.ResourceSpans) error {
	o.sent = spans
	return nil
}

// officially is what the official exporter sends for spans. The collector's
// ExportTraceServiceRequest is on the wire what TracesData is, but its package
// links gRPC.
func officially(t *testing.T, spans []sdktrace.ReadOnlySpan) *tracepb.TracesData {
	t.Helper()
	client := &official{}
	exporter, err := otlptrace.New(t.Context(), client)
	if err == nil {
		err = exporter.ExportSpans(t.Context(), spans)
	}
	if err != nil {
		t.Fatal(err)
	}
	return &tracepb.TracesData{ResourceSpans: client.sent}
}

// decoded is what a collector makes of our encoding.
func decoded(t *testing.T, spans []sdktrace.ReadOnlySpan) *tracepb.TracesData {
	t.Helper()
	var traces tracepb.TracesData
	if err := proto.Unmarshal(encodeSpans(spans), &traces); err != nil {
		t.Fatal(err)
	}
	return &traces
}

// compare tells where ours differs from theirs. Theirs comes from a map, so that
// its resources have no order.
func compare(t *testing.T, ours, theirs *tracepb.TracesData) {
	t.Helper()
	for _, traces := range []*tracepb.TracesData{ours, theirs} {
		slices.SortFunc(traces.ResourceSpans, func(a, b *tracepb.ResourceSpans) int {
			return bytes.Compare(sortKey(t, a), sortKey(t, b))
		})
	}
	if !proto.Equal(ours, theirs) {
		t.Errorf("ours:\n%s\ntheirs:\n%s", prototext.Format(ours), prototext.Format(theirs))
	}
}

func sortKey(t *testing.T, spans *tracepb.ResourceSpans) []byte {
	t.Helper()
	key, err := proto.MarshalOptions{Deterministic: true}.Marshal(spans)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func spanContext(t testing.TB, remote bool, state string) trace.SpanContext {
	t.Helper()
	parsed, err := trace.ParseTraceState(state)
	if err != nil {
		t.Fatal(err)
	}
	return trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1, 0xff, 3, 15: 0x80}, SpanID: trace.SpanID{4, 5, 7: 0xfe}, TraceFlags: trace.FlagsSampled, TraceState: parsed, Remote: remote,
	})
}

// everyKind has an attribute of each type, with values at the edges.
var everyKind = []attribute.KeyValue{
	attribute.Bool("yes", true), attribute.Bool("no", false),
	attribute.Int64("least", math.MinInt64), attribute.Int64("zero", 0),
	attribute.Float64("double", -1.5), attribute.Float64("infinite", math.Inf(-1)), attribute.Float64("zero", 0), attribute.Float64("none", math.NaN()),
	attribute.String("text", "ä\x00\n"), attribute.String("no text", ""), attribute.String("long", strings.Repeat("x", 1<<15)),
	attribute.BoolSlice("bools", []bool{true, false}), attribute.BoolSlice("no bools", nil),
	attribute.Int64Slice("ints", []int64{math.MaxInt64, 0, -1}),
	attribute.Float64Slice("doubles", []float64{math.SmallestNonzeroFloat64, 0}),
	attribute.StringSlice("texts", []string{"", "a"}),
	attribute.ByteSlice("bytes", []byte{0, 0xff}), attribute.ByteSlice("no bytes", nil),
	attribute.Slice("mixed", attribute.IntValue(1), attribute.StringValue("two"), attribute.SliceValue(attribute.BoolValue(true)), attribute.Value{}),
	attribute.Map("map", attribute.Int("one", 1), attribute.Map("inner", attribute.ByteSlice("bytes", []byte("b")))), attribute.Map("empty"),
	{Key: "nothing"}, attribute.Int("", 1),
}

// full is a span with every field.
func full(t testing.TB) tracetest.SpanStub {
	t.Helper()
	at := time.Unix(1_700_000_000, 123_456_789)
	return tracetest.SpanStub{
		Name: "tool.get_run", SpanKind: trace.SpanKindServer, StartTime: at, EndTime: at.Add(time.Second + 1),
		SpanContext: spanContext(t, false, "vendor=a,other=b"), Parent: spanContext(t, true, ""),
		Attributes: everyKind, DroppedAttributes: 1, DroppedEvents: 2, DroppedLinks: 3,
		Events: []sdktrace.Event{
			{Name: "first", Time: at, Attributes: everyKind[:3], DroppedAttributeCount: 4},
			{Name: "second", Time: at.Add(1)},
		},
		Links: []sdktrace.Link{
			{SpanContext: spanContext(t, true, "vendor=a"), Attributes: everyKind[3:], DroppedAttributeCount: 5},
			{SpanContext: spanContext(t, false, "")},
		},
		Status:               sdktrace.Status{Code: codes.Error, Description: "no answer"},
		Resource:             resource.NewWithAttributes("https://resource.test/1", everyKind...),
		InstrumentationScope: instrumentation.Scope{Name: "scope", Version: "2", SchemaURL: "https://scope.test/1", Attributes: attribute.NewSet(everyKind...)},
	}
}

// batches are the table: what spans may be, alone and together.
func batches(t testing.TB) map[string]tracetest.SpanStubs {
	t.Helper()
	with := func(change func(*tracetest.SpanStub)) tracetest.SpanStub {
		stub := full(t)
		change(&stub)
		return stub
	}
	list := map[string]tracetest.SpanStubs{
		"every field": {full(t)},
		"no field":    {{}},
		"no parent":   {with(func(s *tracetest.SpanStub) { s.Parent = trace.SpanContext{} })},
		"a parent of this process, unsampled": {with(func(s *tracetest.SpanStub) {
			s.Parent, s.SpanContext = spanContext(t, false, ""), s.SpanContext.WithTraceFlags(0)
		})},
		"done well":          {with(func(s *tracetest.SpanStub) { s.Status = sdktrace.Status{Code: codes.Ok} })},
		"without a scope":    {with(func(s *tracetest.SpanStub) { s.InstrumentationScope = instrumentation.Scope{} })},
		"without a resource": {with(func(s *tracetest.SpanStub) { s.Resource = nil })},
		"an empty resource":  {with(func(s *tracetest.SpanStub) { s.Resource = resource.Empty() })},
		"before 1970":        {with(func(s *tracetest.SpanStub) { s.StartTime, s.Events[0].Time = time.Unix(-1, 0), time.Unix(-1, 0) })},
		"counts out of bounds": {with(func(s *tracetest.SpanStub) {
			s.DroppedAttributes, s.DroppedEvents, s.DroppedLinks = -1, math.MaxInt, 1<<32
		})},
		"many, longer than one": slices.Repeat(tracetest.SpanStubs{full(t)}, 40),
		"of several resources and scopes": {
			with(func(s *tracetest.SpanStub) { s.Name = "1" }),
			with(func(s *tracetest.SpanStub) {
				s.Name, s.Resource = "2", resource.NewSchemaless(attribute.Int("second", 2))
			}),
			with(func(s *tracetest.SpanStub) { s.Name, s.InstrumentationScope.Version = "3", "3" }),
			with(func(s *tracetest.SpanStub) { s.Name, s.InstrumentationScope.SchemaURL = "4", "" }),
			with(func(s *tracetest.SpanStub) { s.Name, s.InstrumentationScope.Attributes = "5", attribute.NewSet() }),
			with(func(s *tracetest.SpanStub) {
				s.Name, s.Resource = "6", resource.NewWithAttributes("of another schema", everyKind...)
			}),
			with(func(s *tracetest.SpanStub) {
				s.Name, s.Resource = "7", resource.NewSchemaless(attribute.Int("second", 2))
			}),
			with(func(s *tracetest.SpanStub) { s.Name = "8" }),
		},
	}
	for kind := trace.SpanKind(-1); kind <= trace.SpanKindConsumer+1; kind++ {
		list["kinds"] = append(list["kinds"], with(func(s *tracetest.SpanStub) { s.SpanKind = kind }))
	}
	return list
}

// TestSpansAreEncodedAsOfficially decodes ours with the official types and holds
// it against what the official exporter sends.
func TestSpansAreEncodedAsOfficially(t *testing.T) {
	for name, stubs := range batches(t) {
		t.Run(name, func(t *testing.T) {
			spans := stubs.Snapshots()
			compare(t, decoded(t, spans), officially(t, spans))
		})
	}
	spans := append([]sdktrace.ReadOnlySpan{nil}, full(t).Snapshot(), nil)
	compare(t, decoded(t, spans), officially(t, spans))
	if body := encodeSpans([]sdktrace.ReadOnlySpan{nil}); len(body) != 0 {
		t.Errorf("no span is encoded as %x", body)
	}
}

// leftOut are the fields of OTLP that the official exporter never fills; an
// index into a table of strings is for profiles only.
var leftOut = map[protoreflect.FullName]bool{
	"opentelemetry.proto.trace.v1.Span.Link.trace_state":                          true,
	"opentelemetry.proto.resource.v1.Resource.dropped_attributes_count":           true,
	"opentelemetry.proto.resource.v1.Resource.entity_refs":                        true,
	"opentelemetry.proto.common.v1.InstrumentationScope.dropped_attributes_count": true,
	"opentelemetry.proto.common.v1.KeyValue.key_strindex":                         true,
	"opentelemetry.proto.common.v1.AnyValue.string_value_strindex":                true,
}

// TestEveryFieldIsCompared fails when a field of OTLP is in no span of the
// table: one that the table forgot, or one that a later version brings.
func TestEveryFieldIsCompared(t *testing.T) {
	all, filled := map[protoreflect.FullName]bool{}, map[protoreflect.FullName]bool{}
	gather(all, (&tracepb.TracesData{}).ProtoReflect().Descriptor())
	for _, stubs := range batches(t) {
		mark(filled, decoded(t, stubs.Snapshots()).ProtoReflect())
	}
	for field := range all {
		if filled[field] == leftOut[field] {
			t.Errorf("%s: filled %t, left out %t", field, filled[field], leftOut[field])
		}
	}
}

// gather takes up the fields of a message and of those in it.
func gather(all map[protoreflect.FullName]bool, of protoreflect.MessageDescriptor) {
	for i := range of.Fields().Len() {
		field := of.Fields().Get(i)
		if all[field.FullName()] {
			continue
		}
		all[field.FullName()] = true
		if field.Message() != nil && !leftOut[field.FullName()] {
			gather(all, field.Message())
		}
	}
}

// mark takes up the fields that a message has.
func mark(filled map[protoreflect.FullName]bool, of protoreflect.Message) {
	of.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		filled[field.FullName()] = true
		switch {
		case field.Message() == nil:
		case field.IsList():
			for i := range value.List().Len() {
				mark(filled, value.List().Get(i).Message())
			}
		default:
			mark(filled, value.Message())
		}
		return true
	})
}
