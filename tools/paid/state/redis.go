package state

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

// Redis is a store in a Redis or Valkey, which replicas share. Its configuration decides
// how durable an intent is: with appendfsync everysec a crash of Redis may lose the last
// second, a failover may lose writes that were not replicated, and a maxmemory-policy
// other than noeviction may lose anything; see [Examine].
//
//	…:paid:{SCOPE}:call:KEY   hash: an intent's token to its entry
//	…:paid:{SCOPE}:lease:KEY  the holder of the slot; it expires
//	…:paid:{SCOPE}:open       sorted set: tokens of open intents, by their beginning
//	…:paid:{SCOPE}:jobs       sorted set: started jobs, by their start
//	…:paid:day:DAY:CALLER     set: counted tokens
//
// The braces keep the keys of a script on one node of a cluster.
type Redis struct{ client redis.UniversalClient }

const redisPrefix = "langsmith-insights-mcp:paid:"

func openRedis(address string) (*Redis, error) {
	client, err := newRedisClient(address)
	if err != nil {
		return nil, err
	}
	return &Redis{client}, nil
}

// String implements Store.
func (r *Redis) String() string { return "Redis" }

// Ping implements Store.
func (r *Redis) Ping(ctx context.Context) error {
	return redisError(ctx, r.client.Set(ctx, redisPrefix+"ping", "", time.Second).Err())
}

// Close implements Store.
func (r *Redis) Close() error { return r.client.Close() }

// redisError says what failed, and distinguishes a cancelled call from a Redis that does
// not respond. It removes the arguments that Redis repeats for an unknown command, which
// may be the password of AUTH.
func redisError(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	if said, _, repeats := strings.Cut(err.Error(), ", with args"); repeats {
		err = errors.New(said)
	}
	return fmt.Errorf("ask Redis: %w", err)
}

func callKey(slot Slot) string  { return redisPrefix + "{" + slot.Scope + "}:call:" + slot.Key }
func leaseKey(slot Slot) string { return redisPrefix + "{" + slot.Scope + "}:lease:" + slot.Key }
func openKey(scope string) string {
	return redisPrefix + "{" + scope + "}:open"
}
func jobsKey(scope string) string {
	return redisPrefix + "{" + scope + "}:jobs"
}
func tallyKey(t Tally) string { return redisPrefix + "day:" + t.Day + ":" + t.Caller }

// The intervals of the tries to get a lease that another replica has.
const maxLeasePause = 150 * time.Millisecond

// Acquire implements Store.
func (r *Redis) Acquire(ctx context.Context, slot Slot) (Hold, SlotEntries, error) {
	owner := uuid.NewString()
	for {
		asked := time.Now()
		answer, err := acquireScript.Run(ctx, r.client, []string{leaseKey(slot), callKey(slot)}, owner, leaseTime.Milliseconds()).Result()
		if err != nil {
			return r.loadUnwritable(ctx, slot, err)
		}
		if values, ok := answer.([]any); ok {
			hold := newLease(r.client, leaseKey(slot), owner, asked)
			if ctx.Err() != nil { // otherwise the next caller waits until it expires
				hold.Release()
				return nil, SlotEntries{}, ctx.Err()
			}
			return hold, decodeValues(values), nil
		}
		timer := time.NewTimer(maxLeasePause/3 + rand.N(2*maxLeasePause/3))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, SlotEntries{}, ctx.Err()
		}
	}
}

// loadUnwritable returns the entries of a slot that could not be held. A Redis that
// responds but cannot write, because it is full, cannot persist or is a replica, can
// still be read. One that does not respond is not tried again.
func (r *Redis) loadUnwritable(ctx context.Context, slot Slot, err error) (Hold, SlotEntries, error) {
	if said := redis.Error(nil); !errors.As(err, &said) {
		return nil, SlotEntries{}, redisError(ctx, err)
	}
	found, noRead := r.Load(ctx, slot)
	if noRead != nil {
		return nil, found, noRead
	}
	return nil, found, fmt.Errorf("%w: %w", ErrUnwritable, redisError(ctx, err))
}

// Load implements Store.
func (r *Redis) Load(ctx context.Context, slot Slot) (SlotEntries, error) {
	values, err := r.client.HVals(ctx, callKey(slot)).Result()
	if err != nil {
		return SlotEntries{}, redisError(ctx, err)
	}
	return decodeValues(values), nil
}

func decodeValues[T any](values []T) SlotEntries {
	var found SlotEntries
	for _, value := range values {
		text, _ := any(value).(string)
		entry, err := decodeEntry([]byte(text))
		if err != nil {
			found.Damaged = true
			continue
		}
		found.Entries = append(found.Entries, entry)
	}
	return found
}

// Intend implements Store.
func (r *Redis) Intend(ctx context.Context, slot Slot, entry Entry, hold Hold) error {
	owner := ""
	if lease, ok := hold.(*lease); ok {
		owner = lease.owner
	}
	kept, err := intendScript.Run(ctx, r.client, []string{leaseKey(slot), callKey(slot), openKey(slot.Scope)},
		owner, entry.Token.String(), entry.Encode(), entry.Began.UnixMilli(), keptTime.Milliseconds()).Bool()
	if err == nil && !kept {
		return ErrLost
	}
	return redisError(ctx, err)
}

// Record implements Store.
func (r *Redis) Record(ctx context.Context, slot Slot, entry Entry) error {
	job := ""
	if entry.Stage == Started || entry.Stage == Ended && entry.Job != uuid.Nil {
		job = entry.Job.String()
	}
	return redisError(ctx, recordScript.Run(ctx, r.client, []string{callKey(slot), openKey(slot.Scope), jobsKey(slot.Scope)},
		entry.Token.String(), entry.Encode(), entry.Began.UnixMilli(), keptTime.Milliseconds(), string(entry.Stage), job).Err())
}

// Survey implements Store.
func (r *Redis) Survey(ctx context.Context, scope string) (SurveyResult, error) {
	var open *redis.ZSliceCmd
	var jobs *redis.StringSliceCmd
	// In this order, so that an intent that becomes a job meanwhile is in one of them. A
	// transaction would be refused by a full Redis.
	_, err := r.client.Pipelined(ctx, func(both redis.Pipeliner) error {
		open = both.ZRangeWithScores(ctx, openKey(scope), 0, -1)
		jobs = both.ZRange(ctx, jobsKey(scope), 0, -1)
		return nil
	})
	if err != nil {
		return SurveyResult{}, redisError(ctx, err)
	}
	var found SurveyResult
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
func (r *Redis) Count(ctx context.Context, tally Tally, token uuid.UUID, limit int) (bool, error) {
	counted, err := countScript.Run(ctx, r.client, []string{tallyKey(tally)}, token.String(), limit, tallyTime.Milliseconds()).Bool()
	return counted, redisError(ctx, err)
}

// ReadCount implements Store.
func (r *Redis) ReadCount(ctx context.Context, tally Tally) (int, error) {
	counted, err := r.client.SCard(ctx, tallyKey(tally)).Result()
	return int(counted), redisError(ctx, err)
}

// Uncount implements Store.
func (r *Redis) Uncount(ctx context.Context, tally Tally, token uuid.UUID) error {
	return redisError(ctx, r.client.SRem(ctx, tallyKey(tally), token.String()).Err())
}
