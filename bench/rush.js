// Open loop: requests arrive by the clock, whether or not earlier ones were answered.
import exec from "k6/execution";
import http from "k6/http";
import { Counter, Trend } from "k6/metrics";
import { SharedArray } from "k6/data";

const { BASE, JOBS, RATE, SECONDS, KIND } = __ENV;
const jobs = new SharedArray("jobs", () => (KIND === "bare" ? [0] : JSON.parse(open(JOBS))));
const TOKEN = "r".repeat(32);
const acknowledged = new Counter("acknowledged");
const refused = new Counter("refused");
const failed = new Counter("failed");
const took = new Trend("took", true);

export const options = {
  discardResponseBodies: false,
  summaryTrendStats: ["med", "p(99)", "max"],
  scenarios: {
    rush: { executor: "constant-arrival-rate", rate: Number(RATE), timeUnit: "1s", duration: `${SECONDS}s`, preAllocatedVUs: 150, maxVUs: 1500 },
  },
};

function count(response, good, name) {
  took.add(response.timings.duration);
  if (response.status === good) {
    acknowledged.add(1);
    if (name) console.log(name);
  } else if (response.status === 409 || response.status === 403) refused.add(1);
  else failed.add(1);
}

function uuid(number) {
  return `00000000-0000-4000-8000-${Number(__ENV.RUN || 0).toString(16).padStart(4, "0")}${number.toString(16).padStart(8, "0")}`;
}

export default function () {
  const number = exec.scenario.iterationInTest;
  if (KIND === "bare") {
    count(http.post(`${BASE}/submit`, JSON.stringify({ key: uuid(number) })), 201, "");
    return;
  }
  const [ref, session] = jobs[number + Number(__ENV.FIRST || 0)];
  const post = () => http.post(`${BASE}/my/unit/applications/${ref}/endorse/`, { csrfmiddlewaretoken: TOKEN }, {
    redirects: 0, timeout: "60s",
    headers: { Accept: "application/json", Cookie: `sessionid=${session}; csrftoken=${TOKEN}` },
  });
  count(post(), 302, ref);
  if (number % 50 === 0) count(post(), 302, ref); // an impatient second click
}

export function handleSummary(data) {
  const value = (name, field) => (data.metrics[name] ? data.metrics[name].values[field] : 0);
  return {
    stdout: `${JSON.stringify({
      acknowledged: value("acknowledged", "count"), refused: value("refused", "count"), failed: value("failed", "count"),
      dropped: value("dropped_iterations", "count"), p50_ms: value("took", "med"), p99_ms: value("took", "p(99)"), most_ms: value("took", "max"),
    })}\n`,
  };
}
