package state

import (
	"context"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/gomodule/redigo/redis"
	"github.com/google/uuid"
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
type Redis struct{ pool *redisPool }

const redisPrefix = "langsmith-insights-mcp:paid:"

func openRedis(address string) (*Redis, error) {
	pool, err := newRedisPool(address)
	if err != nil {
		return nil, err
	}
	return &Redis{pool}, nil
}

// String implements Store.
func (r *Redis) String() string { return "Redis" }

// Ping implements Store.
func (r *Redis) Ping(ctx context.Context) error {
	_, err := r.pool.do(ctx, "SET", redisPrefix+"ping", "", "PX", time.Second.Milliseconds())
	return err
}

// Close implements Store.
func (r *Redis) Close() error {
	r.pool.close()
	return nil
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

// How often a lease is tried that another replica has.
const maxLeasePause = 150 * time.Millisecond

// Acquire implements Store.
func (r *Redis) Acquire(ctx context.Context, slot Slot) (Hold, Recalled, error) {
	owner := uuid.NewString()
	for {
		asked := time.Now()
		answer, err := r.pool.run(ctx, acquireScript, leaseKey(slot), callKey(slot), owner, leaseTime.Milliseconds())
		if err != nil {
			return nil, Recalled{}, err
		}
		if values, ok := answer.([]any); ok {
			hold := newLease(r.pool, leaseKey(slot), owner, asked)
			if ctx.Err() != nil { // or who comes next would wait until it runs out
				hold.Release()
				return nil, Recalled{}, ctx.Err()
			}
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
	values, err := redis.Values(r.pool.do(ctx, "HVALS", callKey(slot)))
	if err != nil {
		return Recalled{}, err
	}
	return decodeValues(values), nil
}

func decodeValues(values []any) Recalled {
	var found Recalled
	for _, value := range values {
		text, _ := value.([]byte)
		entry, err := DecodeEntry(text)
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
	kept, err := redis.Bool(r.pool.run(ctx, intendScript, leaseKey(slot), callKey(slot), openKey(slot.Scope),
		owner, entry.Token.String(), entry.Encode(), entry.Began.UnixMilli(), keptTime.Milliseconds()))
	if err == nil && !kept {
		return ErrLost
	}
	return err
}

// Record implements Store.
func (r *Redis) Record(ctx context.Context, slot Slot, entry Entry) error {
	job := ""
	if entry.Stage == Started || entry.Stage == Over && entry.Job != uuid.Nil {
		job = entry.Job.String()
	}
	_, err := r.pool.run(ctx, recordScript, callKey(slot), openKey(slot.Scope), jobsKey(slot.Scope),
		entry.Token.String(), entry.Encode(), entry.Began.UnixMilli(), keptTime.Milliseconds(), string(entry.Stage), job)
	return err
}

// Survey implements Store.
func (r *Redis) Survey(ctx context.Context, scope string) (Surveyed, error) {
	var open, jobs []string
	lists, err := redis.Values(r.pool.run(ctx, surveyScript, openKey(scope), jobsKey(scope)))
	if err == nil {
		_, err = redis.Scan(lists, &open, &jobs)
	}
	if err != nil {
		return Surveyed{}, err
	}
	var found Surveyed
	for i := 0; i+1 < len(open); i += 2 { // each token is followed by when it began
		token, noToken := uuid.Parse(open[i])
		began, noTime := strconv.ParseFloat(open[i+1], 64)
		if noToken != nil || noTime != nil {
			found.Damaged = true
			continue
		}
		found.Open = append(found.Open, Entry{Token: token, Began: time.UnixMilli(int64(began)), Stage: Intended})
	}
	for _, text := range jobs {
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
	return redis.Bool(r.pool.run(ctx, countScript, tallyKey(tally), token.String(), most, (2 * keptTime).Milliseconds()))
}

// Uncount implements Store.
func (r *Redis) Uncount(ctx context.Context, tally Tally, token uuid.UUID) error {
	_, err := r.pool.do(ctx, "SREM", tallyKey(tally), token.String())
	return err
}
