-- What wrk sends. BENCH_MODE: create, read, list, action or paths; BENCH_TOKEN: the access token, empty for none;
-- BENCH_IDS: a file of case ids, or of paths; BENCH_FROM: how many of them are used up, where each may be taken once;
-- BENCH_RUN: different in every run, so that no Idempotency-Key comes twice.

local mode, run, from = os.getenv("BENCH_MODE"), os.getenv("BENCH_RUN"), tonumber(os.getenv("BENCH_FROM"))
local token = os.getenv("BENCH_TOKEN")
local headers = { ["Authorization"] = "Bearer " .. token }
local body = [[{"employer": "GB-LAE-CMD", "serviceName": "Learning disability day service %d-%d", "sector": "adult-social-care",
"applicantCount": 12, "headcount": 60, "legalForm": "cic-limited-by-guarantee", "annualValuePence": 240000000,
"financeSoughtPence": 10000000, "financePurposes": ["working-capital"], "supportNeeds": ["legal", "financial"],
"conflictsDeclared": true}]]
local ids, sent, threads = {}, 0, 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init()
  math.randomseed(os.time() + number)
  for line in io.lines(os.getenv("BENCH_IDS")) do ids[#ids + 1] = line end
end

function request()
  if mode == "read" then return wrk.format("GET", "/v1/cases/" .. ids[math.random(#ids)], headers) end
  if mode == "paths" then return wrk.format("GET", ids[math.random(#ids)], token ~= "" and headers or nil) end
  if mode == "list" then return wrk.format("GET", "/v1/cases?limit=50", headers) end
  sent = sent + 1
  if mode == "action" then
    headers["If-Match"], headers["On-Behalf-Of"] = "*", "officer-1"
    return wrk.format("POST", "/v1/cases/" .. ids[from + sent] .. "/actions/begin-screening", headers)
  end
  headers["Content-Type"] = "application/json"
  headers["Idempotency-Key"] = string.format('"%s-%d-%d"', run, number, sent)
  return wrk.format("POST", "/v1/cases", headers, string.format(body, number, sent))
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '\nRESULT {"requests": %d, "seconds": %f, "failed": %d, "p50_ms": %f, "p95_ms": %f, "p99_ms": %f}\n',
    summary.requests, summary.duration / 1e6, failed,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3))
end
