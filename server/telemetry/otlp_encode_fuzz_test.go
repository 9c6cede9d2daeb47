package telemetry

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// recipe makes spans of bytes: each says what comes next, zeros follow the last.
type recipe struct{ bytes []byte }

func (r *recipe) next() byte {
	if len(r.bytes) == 0 {
		return 0
	}
	first := r.bytes[0]
	r.bytes = r.bytes[1:]
	return first
}

func (r *recipe) number() uint64 {
	var eight [8]byte
	r.bytes = r.bytes[copy(eight[:], r.bytes):]
	return binary.LittleEndian.Uint64(eight[:])
}

func (r *recipe) text() string {
	length := min(int(r.next()), len(r.bytes))
	words := string(r.bytes[:length])
	r.bytes = r.bytes[length:]
	return words
}

func (r *recipe) value(depth int) attribute.Value {
	kinds := byte(12)
	if depth > 3 {
		kinds = 10 // nothing with values inside
	}
	switch r.next() % kinds {
	case 0:
		return attribute.Value{}
	case 1:
		return attribute.BoolValue(r.next() > 127)
	case 2:
		return attribute.Int64Value(int64(r.number()))
	case 3:
		return attribute.Float64Value(math.Float64frombits(r.number()))
	case 4:
		return attribute.StringValue(r.text())
	case 5:
		return attribute.BoolSliceValue([]bool{r.next() > 127, r.next() > 127})
	case 6:
		return attribute.Int64SliceValue([]int64{int64(r.number()), 0})
	case 7:
		return attribute.Float64SliceValue([]float64{math.Float64frombits(r.number())})
	case 8:
		return attribute.StringSliceValue([]string{r.text(), r.text()})
	case 9:
		return attribute.ByteSliceValue([]byte(r.text()))
	case 10:
		return attribute.SliceValue(r.value(depth+1), r.value(depth+1))
	default:
		return attribute.MapValue(r.attributes(depth + 1)...)
	}
}

func (r *recipe) attributes(depth int) []attribute.KeyValue {
	var list []attribute.KeyValue
	for i := range r.next() % 4 {
		// A number before each keeps the keys apart, whatever the texts are.
		list = append(list, attribute.KeyValue{Key: attribute.Key(string('a'+rune(i)) + r.text()), Value: r.value(depth)})
	}
	return list
}

func (r *recipe) time() time.Time { return time.Unix(0, int64(r.number())) }

func (r *recipe) context() trace.SpanContext {
	var config trace.SpanContextConfig
	binary.LittleEndian.PutUint64(config.TraceID[:], r.number())
	binary.LittleEndian.PutUint64(config.SpanID[:], r.number())
	config.TraceFlags, config.Remote = trace.TraceFlags(r.next()), r.next() > 127
	config.TraceState, _ = trace.ParseTraceState(r.text())
	return trace.NewSpanContext(config)
}

func (r *recipe) span() tracetest.SpanStub {
	stub := tracetest.SpanStub{
		Name: r.text(), SpanContext: r.context(), Parent: r.context(), SpanKind: trace.SpanKind(r.next()),
		StartTime: r.time(), EndTime: r.time(), Attributes: r.attributes(0),
		DroppedAttributes: int(r.number()), DroppedEvents: int(r.next()), DroppedLinks: int(r.next()),
		Status: sdktrace.Status{Code: codes.Code(r.next() % 4), Description: r.text()},
	}
	for range r.next() % 3 {
		stub.Events = append(stub.Events, sdktrace.Event{Name: r.text(), Time: r.time(), Attributes: r.attributes(0), DroppedAttributeCount: int(r.next())})
	}
	for range r.next() % 3 {
		stub.Links = append(stub.Links, sdktrace.Link{SpanContext: r.context(), Attributes: r.attributes(0), DroppedAttributeCount: int(r.next())})
	}
	if r.next()%2 == 1 {
		stub.Resource = resource.NewWithAttributes(r.text(), r.attributes(0)...)
	}
	if r.next()%2 == 1 {
		stub.InstrumentationScope = instrumentation.Scope{Name: r.text(), Version: r.text(), SchemaURL: r.text(), Attributes: attribute.NewSet(r.attributes(0)...)}
	}
	return stub
}

func (r *recipe) spans() []sdktrace.ReadOnlySpan {
	var stubs tracetest.SpanStubs
	for len(r.bytes) > 0 && len(stubs) < 8 {
		stubs = append(stubs, r.span())
	}
	return stubs.Snapshots()
}

// FuzzEncodeSpans looks for spans that a collector would read otherwise than the
// official exporter's. That one fails on text that is not UTF-8, where ours puts
// a sign in its place.
func FuzzEncodeSpans(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x07a\xff text and more of it, for numbers and for ids to come from"))
	for kind := range byte(12) {
		// To the attributes come a name, two contexts, a kind and two times.
		f.Add(append(append(make([]byte, 1+2*19+1+16), 2, 1, 'k', kind), "\x05words\x01\xff123456789\x03abc\xfe"...))
	}
	f.Fuzz(func(t *testing.T, bytes []byte) {
		spans := (&recipe{bytes}).spans()
		theirs := officially(t, spans)
		repair(theirs.ProtoReflect())
		compare(t, decoded(t, spans), theirs)
	})
}

// repair makes every string of a message UTF-8.
func repair(message protoreflect.Message) {
	message.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		switch {
		case field.Kind() == protoreflect.StringKind:
			message.Set(field, protoreflect.ValueOfString(strings.ToValidUTF8(value.String(), "\uFFFD")))
		case field.Message() == nil:
		case field.IsList():
			for i := range value.List().Len() {
				repair(value.List().Get(i).Message())
			}
		default:
			repair(value.Message())
		}
		return true
	})
}
