-- requests.lua SEED LOW HIGH COOKIE PATH - for wrk: requests of PATH, in which %d becomes a random
-- number from LOW to HIGH; the same seed asks in the same order. COOKIE may be empty.
-- Prints one line of JSON at the end.
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  math.randomseed(tonumber(args[1]) * 64 + number)
  low, high = tonumber(args[2]), tonumber(args[3])
  local cookie, path = args[4], args[5]
  tail = " HTTP/1.1\r\nHost: localhost\r\n"
  if cookie ~= "" then tail = tail .. "Cookie: " .. cookie .. "\r\n" end
  tail = tail .. "\r\n"
  local at = path:find("%d", 1, true)
  if at then
    head = "GET " .. path:sub(1, at - 1)
    tail = path:sub(at + 2) .. tail
  else
    fixed = "GET " .. path .. tail
  end
end

function request()
  return fixed or head .. math.random(low, high) .. tail
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    '{"requests":%d,"us":%d,"bytes":%d,"errors":%d,"p50":%d,"p90":%d,"p99":%d,"max":%d}\n',
    summary.requests, summary.duration, summary.bytes,
    e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(90), latency:percentile(99), latency.max))
end
