// A second reader of the log format, written from docs/log-format.md alone; prints where it disagrees with the vectors.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const NAME = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const TYPE = "[a-z][a-z0-9_]*(?:\\.[a-z][a-z0-9_]*)+";
const TEXT = /^[^\u0000-\u001f\u007f-\u009f\p{Noncharacter_Code_Point}\p{Surrogate}]+$/u;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const SCHEMA = new RegExp(`^tracker:/types/(${TYPE})/(?:[2-9]|[1-9]\\d{1,8})$`);
const REQUIRED = {
  id: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  prevhash: /^[0-9a-f]{64}$/,
  recordedby: TEXT,
  recordedtime: TIME,
  sequence: /^\d{10}$/,
  source: new RegExp(`^/(?:cases/${NAME}|parties|sources)$`),
  specversion: /^1\.0$/,
  type: new RegExp(`^${TYPE}$`),
  xhash: /^[0-9a-f]{64}$/,
};

function refuse(unless, reason) {
  if (!unless) throw new Error(reason);
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const isTime = (text) => TIME.test(text) && Date.parse(text) >= 0 && new Date(text).toISOString() === text;

function canonical(value, depth = 0) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") refuse(Number.isSafeInteger(value), "number");
  if (typeof value === "string") refuse(value.isWellFormed(), "surrogate");
  if (typeof value !== "object") return JSON.stringify(value);
  refuse(depth < 32, "depth");
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, depth + 1)).join(",")}]`;
  const member = (name) => `${JSON.stringify(name)}:${canonical(value[name], depth + 1)}`;
  for (const name of Object.keys(value)) refuse(/^[\x00-\x7f]*$/.test(name), "name");
  return `{${Object.keys(value).sort().map(member).join(",")}}`;
}

function replay(line, after, log) {
  const [begin, end] = [line.subarray(0, Math.max(0, line.length - 76)), line.subarray(-76)];
  const xhash = createHash("sha256").update("\0").update(begin).update("}").digest("hex");
  refuse(line.length <= 1048576, "length");
  refuse(end.toString("latin1") === `,"xhash":"${xhash}"}`, "hash");
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(line);
  const event = JSON.parse(text);
  refuse(isObject(event) && isObject(event.data), "object");
  for (const name of Object.keys(REQUIRED)) refuse(typeof event[name] === "string", name);
  refuse(event.sequence === String(after.position + 1).padStart(10, "0"), "sequence");
  refuse(event.prevhash === after.xhash, "prevhash");
  refuse(event.source === `/${log}`, "source");
  refuse(!("dataschema" in event) || SCHEMA.test(event.dataschema), "dataschema");
  return [event, text];
}

function verify(line, after, log) {
  const [event, text] = replay(line, after, log);
  refuse(canonical(event) === text, "canonical form");
  for (const [name, form] of Object.entries(REQUIRED)) refuse(form.test(event[name]), name);
  refuse(isTime(event.recordedtime) && Number(event.sequence) < 2 ** 31, "time or end");
  for (const [name, value] of Object.entries(event)) {
    if (name === "data" || name in REQUIRED) continue;
    refuse(/^[a-z0-9]{1,20}$/.test(name) && name < "xhash", name);
    if (name === "dataschema") refuse(SCHEMA.exec(value)[1] === event.type, name);
    else if (name === "datacontenttype") refuse(value === "application/json", name);
    else if (name === "time") refuse(isTime(value), name);
    else if (typeof value === "string") refuse(TEXT.test(value), name);
    else if (typeof value === "number") refuse(name !== "subject" && (value | 0) === value, name);
    else refuse(name !== "subject" && typeof value === "boolean", name);
  }
  return event;
}

function faultOf(read) {
  try {
    read();
    return null;
  } catch (fault) {
    return fault.message;
  }
}

// Returns how many events a log has, how many bytes follow them, and the number of the line it is refused at.
function readLog(bytes, log) {
  let [head, at] = [{ position: 0, xhash: "0".repeat(64) }, 0];
  for (let end; (end = bytes.indexOf(10, at)) >= 0; at = end + 1) {
    const line = bytes.subarray(at, end);
    if (faultOf(() => verify(line, head, log)) !== null) return { line: head.position + 1 };
    head = { position: head.position + 1, xhash: JSON.parse(line).xhash };
  }
  return { events: head.position, loose: bytes.length - at };
}

const file = (name) => readFileSync(`${process.argv[2]}/${name}.jsonl`, "utf8");
const vectors = (name) => file(name).trim().split("\n").map((row) => JSON.parse(row));
const bytesOf = (vector) => ("hex" in vector ? Buffer.from(vector.hex, "hex") : Buffer.from(vector.line));
const check = (right, ...what) => right || console.log("disagrees:", ...what);

for (const vector of vectors("lines")) {
  const read = () => verify(bytesOf(vector), vector.after, vector.draft.log);
  check(faultOf(read) === null && read().xhash === vector.xhash, vector.name, faultOf(read));
}
for (const vector of vectors("refused")) {
  const seen = (read) => faultOf(() => read(bytesOf(vector), vector.after, vector.log)) !== null;
  check(seen(verify) && (seen(replay) || vector.seen_by === "verify"), vector.name);
}
for (const vector of vectors("logs")) {
  const found = readLog(Buffer.from(vector.text), vector.log);
  const whole = found.events === vector.events && found.loose === (vector.loose ?? 0);
  check(vector.line ? found.line === vector.line : whole, vector.name, found);
}
console.log("read", ["lines", "refused", "logs"].map((name) => vectors(name).length).join(" "));
