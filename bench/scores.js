// Every expert at once: a save after a save, each on the revision the last answer gave, as the page does.
import exec from "k6/execution";
import http from "k6/http";
import { Counter, Trend } from "k6/metrics";
import { SharedArray } from "k6/data";

const { BASE, JOBS, EXPERTS, SAVES } = __ENV;
const jobs = new SharedArray("jobs", () => JSON.parse(open(JOBS)));
const TOKEN = "r".repeat(32);
const saved = new Counter("saved"), failed = new Counter("failed"), took = new Trend("took", true);

export const options = {
  summaryTrendStats: ["med", "p(99)", "max"],
  scenarios: { all: { executor: "per-vu-iterations", vus: Number(EXPERTS), iterations: 1, maxDuration: "10m" } },
};

export default function () {
  const [seat, session, codes] = jobs[exec.vu.idInInstance - 1];
  let rev = 0;
  for (let n = 1; n <= Number(SAVES); n += 1) {
    const values = { comment: `${seat} ${n}`, recommendation: "B" };
    codes.forEach((code, i) => { values[`v-${code}`] = String((n + i) % 5); });
    const answer = http.post(`${BASE}/review/tasks/${seat}/autosave/`, JSON.stringify({ rev, values }), {
      timeout: "60s", redirects: 0,
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": TOKEN, "X-Autosave": "1", Cookie: `sessionid=${session}; csrftoken=${TOKEN}` },
    });
    took.add(answer.timings.duration);
    if (answer.status !== 200) { failed.add(1); return; }
    rev = answer.json("rev");
    saved.add(1);
    console.log(`${seat} ${rev} ${n}`);
  }
}

export function handleSummary(data) {
  const value = (name, field) => (data.metrics[name] ? data.metrics[name].values[field] : 0);
  return { stdout: `${JSON.stringify({ saved: value("saved", "count"), failed: value("failed", "count"), p50_ms: value("took", "med"), p99_ms: value("took", "p(99)"), most_ms: value("took", "max") })}\n` };
}
