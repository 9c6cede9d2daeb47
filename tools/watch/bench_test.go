package watch

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"time"
)

// BenchmarkWaiter measures the memory of one more waiter of a polled job, including its
// goroutine.
func BenchmarkWaiter(b *testing.B) {
	up := newUpstream(runningBody(time.Now()))
	client := up.client("key")
	w := New()
	ctx, cancel := context.WithCancel(b.Context())
	var before, during runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var waiting, done sync.WaitGroup
	waiting.Add(b.N)
	b.ResetTimer()
	for range b.N {
		done.Go(func() {
			r := request(client, time.Hour)
			var once sync.Once
			r.Progress = func(State) { once.Do(waiting.Done) }
			_, _ = w.Wait(ctx, r)
		})
	}
	waiting.Wait()
	b.StopTimer()
	runtime.GC()
	runtime.ReadMemStats(&during)
	b.ReportMetric(float64(during.HeapInuse+during.StackInuse-before.HeapInuse-before.StackInuse)/float64(b.N), "B/waiter")
	b.ReportMetric(float64(len(up.requests())), "requests")
	cancel()
	done.Wait()
}
