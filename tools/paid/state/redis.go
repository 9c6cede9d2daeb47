package state

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Redis is a store in a Redis or Valkey, which replicas share. How durable an
// intent is there is what its operator configured: with appendfsync everysec a
// crash of Redis itself may forget the last second.
//
//	…:paid:{SCOPE}:call:KEY   hash: intent's token to entry
//	…:paid:{SCOPE}:lease:KEY  who holds the slot; runs out by itself
//	…:paid:{SCOPE}:open       sorted set: tokens of open intents, by when they began
//	…:paid:{SCOPE}:jobs       sorted set: started jobs, by when
//	…:paid:day:DAY:CALLER     set: tokens counted
//
// The braces keep what one script touches on one node of a cluster.
type Redis struct{ client *redis.Client }

const redisPrefix = "langsmith-insights-mcp:paid:"

// The bounds of one exchange with Redis. Where it does not answer, the call
// goes on without it, so it must not take long to find out.
const (
	redisDialTimeout = time.Second
	redisTimeout     = time.Second
)

// silenceRedis keeps the library from writing lines of its own to stderr; what
// fails is returned as an error too.
var silenceRedis = sync.OnceFunc(func() { redis.SetLogger(silent{}) })

type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

func openRedis(address string) (*Redis, error) {
	options, err := redis.ParseURL(address)
	if err != nil {
		// The library's error may repeat the URL, and with it a password.
		return nil, errors.New("the redis URL is malformed: want one such as redis://:password@host:6379/0")
	}
	silenceRedis()
	options.DialTimeout = redisDialTimeout
	options.ReadTimeout, options.WriteTimeout = redisTimeout, redisTimeout
	options.ContextTimeoutEnabled = true
	options.DialerRetries = 1
	options.MaxRetries = 1 // every script gives the same when it runs twice
	options.DisableIdentity = true
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return &Redis{redis.NewClient(options)}, nil
}

// String implements Store.
func (r *Redis) String() string { return "Redis" }

// Ping implements Store.
func (r *Redis) Ping(ctx context.Context) error {
	key := redisPrefix + "ping"
	if err := r.client.Set(ctx, key, "", time.Second).Err(); err != nil {
		return fmt.Errorf("write to Redis: %w", err)
	}
	return nil
}

// Close implements Store.
func (r *Redis) Close() error { return r.client.Close() }

func callKey(slot Slot) string  { return redisPrefix + "{" + slot.Scope + "}:call:" + slot.Key }
func leaseKey(slot Slot) string { return redisPrefix + "{" + slot.Scope + "}:lease:" + slot.Key }
func openKey(scope string) string {
	return redisPrefix + "{" + scope + "}:open"
}
func jobsKey(scope string) string {
	return redisPrefix + "{" + scope + "}:jobs"
}
func tallyKey(t Tally) string { return redisPrefix + "day:" + t.Day + ":" + t.Caller }

// How often a lease is tried that another replica has.
const maxLeasePause = 150 * time.Millisecond

// Acquire implements Store.
func (r *Redis) Acquire(ctx context.Context, slot Slot) (Hold, Recalled, error) {
	owner := uuid.NewString()
	for {
		asked := time.Now()
		answer, err := acquireScript.Run(ctx, r.client, []string{leaseKey(slot), callKey(slot)}, owner, leaseTime.Milliseconds()).Result()
		if err != nil {
			return nil, Recalled{}, r.failed(ctx, err)
		}
		if values, ok := answer.([]any); ok {
			hold := newLease(r.client, leaseKey(slot), owner, asked)
			return hold, decodeValues(values), nil
		}
		timer := time.NewTimer(maxLeasePause/3 + rand.N(2*maxLeasePause/3))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, Recalled{}, ctx.Err()
		}
	}
}

// Load implements Store.
func (r *Redis) Load(ctx context.Context, slot Slot) (Recalled, error) {
	values, err := r.client.HVals(ctx, callKey(slot)).Result()
	if err != nil {
		return Recalled{}, r.failed(ctx, err)
	}
	return decodeValues(values), nil
}

func decodeValues[T any](values []T) Recalled {
	var found Recalled
	for _, value := range values {
		text, _ := any(value).(string)
		entry, err := DecodeEntry([]byte(text))
		if err != nil {
			found.Damaged = true
			continue
		}
		found.Entries = append(found.Entries, entry)
	}
	return found
}

// failed tells a caller who left from a Redis that did not answer.
func (r *Redis) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("ask Redis: %w", err)
}

// Intend implements Store.
func (r *Redis) Intend(ctx context.Context, slot Slot, entry Entry, hold Hold) error {
	owner := ""
	if lease, ok := hold.(*lease); ok {
		owner = lease.owner
	}
	kept, err := intendScript.Run(ctx, r.client, []string{leaseKey(slot), callKey(slot), openKey(slot.Scope)},
		owner, entry.Token.String(), entry.Encode(), entry.Began.UnixMilli(), keptTime.Milliseconds()).Int()
	if err != nil {
		return r.failed(ctx, err)
	}
	if kept == 0 {
		return ErrLost
	}
	return nil
}

// Record implements Store.
func (r *Redis) Record(ctx context.Context, slot Slot, entry Entry) error {
	job := ""
	if entry.Stage == Started || entry.Stage == Over && entry.Job != uuid.Nil {
		job = entry.Job.String()
	}
	err := recordScript.Run(ctx, r.client, []string{callKey(slot), openKey(slot.Scope), jobsKey(slot.Scope)},
		entry.Token.String(), entry.Encode(), entry.Began.UnixMilli(), keptTime.Milliseconds(), string(entry.Stage), job).Err()
	if err != nil && !errors.Is(err, redis.Nil) {
		return r.failed(ctx, err)
	}
	return nil
}

// Survey implements Store.
func (r *Redis) Survey(ctx context.Context, scope string) (Surveyed, error) {
	pipe := r.client.Pipeline()
	open := pipe.ZRangeWithScores(ctx, openKey(scope), 0, -1)
	jobs := pipe.ZRange(ctx, jobsKey(scope), 0, -1)
	if _, err := pipe.Exec(ctx); err != nil {
		return Surveyed{}, r.failed(ctx, err)
	}
	var found Surveyed
	for _, member := range open.Val() {
		text, _ := member.Member.(string)
		token, err := uuid.Parse(text)
		if err != nil {
			found.Damaged = true
			continue
		}
		found.Open = append(found.Open, Entry{Token: token, Began: time.UnixMilli(int64(member.Score)), Stage: Intended})
	}
	for _, text := range jobs.Val() {
		job, err := uuid.Parse(text)
		if err != nil {
			found.Damaged = true
			continue
		}
		found.Started = append(found.Started, job)
	}
	return found, nil
}

// Count implements Store.
func (r *Redis) Count(ctx context.Context, tally Tally, token uuid.UUID, most int) (bool, error) {
	counted, err := countScript.Run(ctx, r.client, []string{tallyKey(tally)}, token.String(), most, (2 * keptTime).Milliseconds()).Int()
	if err != nil {
		return false, r.failed(ctx, err)
	}
	return counted == 1, nil
}

// Uncount implements Store.
func (r *Redis) Uncount(ctx context.Context, tally Tally, token uuid.UUID) error {
	if err := r.client.SRem(ctx, tallyKey(tally), token.String()).Err(); err != nil {
		return r.failed(ctx, err)
	}
	return nil
}
