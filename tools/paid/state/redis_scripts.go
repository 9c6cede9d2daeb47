package state

import (
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// keptTime is how long Redis keeps a key after the last write.
const keptTime = Lifetime + time.Hour

// tallyTime is how long Redis keeps a day's count: two days, because clocks differ.
const tallyTime = 48 * time.Hour

// acquireScript acquires a lease that is free, or that the caller already has because the
// response to its first try was lost, and returns the entries of the slot. For a lease of
// another holder it returns a number.
var acquireScript = redis.NewScript(`
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) or redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('HVALS', KEYS[2])
end
return 0`)

// renewScript and releaseScript change a lease only if it is the caller's.
var renewScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0`)

var releaseScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`)

// sweepScript removes members of a sorted set that are older than keptTime by the clocks
// of both the caller and Redis: either may be ahead.
const sweepScript = `
local function sweep(key, now, kept)
  local clock = redis.call('TIME')
  now = math.min(tonumber(now), clock[1] * 1000)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - kept)
end
`

// intendScript is the fence: a replica that lost its lease while it was paused writes
// nothing, and so sends nothing.
var intendScript = redis.NewScript(sweepScript + `
if ARGV[1] ~= '' and redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
sweep(KEYS[3], ARGV[4], ARGV[5])
redis.call('ZADD', KEYS[3], ARGV[4], ARGV[2])
redis.call('PEXPIRE', KEYS[3], ARGV[5])
return 1`)

// rankScript ranks an entry as [Entry.Rank] does.
var rankScript = fmt.Sprintf(`
local function rank_of(entry)
  local rank = 4 * tonumber(string.match(entry, '"reopened":([0-9]+)') or 0)
  if string.find(entry, '"stage":"probable"', 1, true) then rank = rank + 2 end
  if string.find(entry, '"stage":"started"', 1, true) then rank = %d end
  if string.find(entry, '"stage":"over"', 1, true) then rank = %d end
  if string.find(entry, '"told":true', 1, true) then rank = rank + 1 end
  return rank
end
`, startedRank, endedRank)

var recordScript = redis.NewScript(sweepScript + rankScript + `
local have = redis.call('HGET', KEYS[1], ARGV[1])
if have and rank_of(ARGV[2]) < rank_of(have) then return 1 end
if ARGV[5] == 'over' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
if ARGV[5] == 'intended' then
  redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
else
  redis.call('ZREM', KEYS[2], ARGV[1])
end
if ARGV[6] ~= '' then
  sweep(KEYS[3], ARGV[3], ARGV[4])
  redis.call('ZADD', KEYS[3], ARGV[3], ARGV[6])
  redis.call('PEXPIRE', KEYS[3], ARGV[4])
end
return 1`)

var countScript = redis.NewScript(`
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then return 1 end
if redis.call('SCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`)
