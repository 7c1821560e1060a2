// Checks folders made by 'tracker prove': node verify.mjs FOLDER...  Needs Node 18 alone, and no network.
// Prints a line for each folder; and exits with 1 when one is refused. verify.py, in another language, says the same.
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const MORE = String.raw`(?:,"[a-z0-9]+":(?:"(?:[^"\\]|\\.)*"|-?[0-9]+|true|false))*`;
const PLACE = new RegExp(`^.*,"sequence":"([0-9]{10})"${MORE},"source":"(/[a-z0-9/-]+)"${MORE}$`, "s");
const PROOF = /^c2sp\.org\/tlog-proof@v1\n(?:extra [^\n]+\n)?index (0|[1-9][0-9]{0,14})\n((?:[^\n]+\n)*)\n([\s\S]*)$/;
const P = 2n ** 255n - 19n; // of Ed25519: RFC 8032, section 5.1

class Refused extends Error {}

// Refuses the folder for this reason, unless all is right.
function require(right, reason) {
  if (!right) throw new Refused(reason);
}

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

// Returns the bytes written in base64 (RFC 4648, section 4), in the one way in which they are written.
function unbase64(text, what) {
  const data = Buffer.from(text, "base64");
  require(data.toString("base64") === text, `${what} is not base64`);
  return data;
}

// Says whether an Ed25519 key signed a message (RFC 8032, section 5.1.7).
function isSigned(key, message, signature) {
  const y = BigInt(`0x${Buffer.from(key).reverse().toString("hex")}`) & (2n ** 255n - 1n);
  if (!(1n < y && y < P - 1n)) return false; // y of 1 and below 0 or over P: no key has them
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), key]); // RFC 8410, section 4
  return verify(null, message, createPublicKey({ key: der, format: "der", type: "spki" }), signature);
}

// Returns name, id and public key of a verifier key (c2sp.org/signed-note).
function keyOf(vkey) {
  const form = /^([!-*,-~]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)\n$/.exec(vkey);
  require(form, "vkey is no verifier key");
  const raw = unbase64(form[3], "vkey");
  require(raw.length === 33 && raw[0] === 1, "vkey is no Ed25519 key");
  require(sha256(`${form[1]}\n`, raw).toString("hex", 0, 4) === form[2], "vkey has the id of another key");
  return { name: form[1], id: form[2], key: raw.subarray(1) };
}

// Returns size and root of a checkpoint (c2sp.org/tlog-checkpoint) that this key signed.
function treeOf(note, { name, id, key }) {
  const blank = note.lastIndexOf("\n\n");
  const right = blank >= 0 && note.endsWith("\n") && blank + 2 < note.length && !/[\0-\t\v-\x1f]/.test(note);
  require(right, "checkpoint is no signed note");
  const text = note.slice(0, blank);
  let ours = 0;
  for (const line of note.slice(blank + 2, -1).split("\n")) {
    const signed = /^— ([^ ]+) ([^ ]+)$/.exec(line);
    require(signed, "checkpoint has a line that is no signature");
    const raw = unbase64(signed[2], "a signature");
    if (signed[1] !== name || raw.toString("hex", 0, 4) !== id) continue; // for whoever has the key
    require(isSigned(key, Buffer.from(`${text}\n`), raw.subarray(4)), "the signature is not that of the checkpoint");
    ours += 1;
  }
  require(ours > 0, "checkpoint is not signed by the key in vkey");
  const form = /^([^\n]+)\n(0|[1-9][0-9]{0,14})\n([^\n]+)(?:\n[^\n]+)*$/.exec(text);
  require(form && form[1] === name, "checkpoint is not one of the log that vkey names");
  return { size: Number(form[2]), root: unbase64(form[3], "the root") };
}

// Says whether hashes lead from a leaf to a root (RFC 9162, section 2.1.3.2).
function leadsTo(root, leaf, index, size, hashes) {
  let [at, last, found] = [BigInt(index), BigInt(size) - 1n, leaf]; // numbers may have more than 32 bits
  for (const each of hashes) {
    if (last === 0n) return false;
    if (at & 1n || at === last) {
      found = sha256("\x01", each, found);
      while (at && !(at & 1n)) [at, last] = [at >> 1n, last >> 1n];
    } else {
      found = sha256("\x01", found, each);
    }
    [at, last] = [at >> 1n, last >> 1n];
  }
  return last === 0n && found.equals(root);
}

function textOf(data) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw new Refused("a file is not UTF-8");
  }
}

// Returns what a folder shows.
function check(folder) {
  const files = ["event.json", "event.tlog-proof", "checkpoint", "vkey"].map((name) => readFileSync(join(folder, name)));
  require(files.every((data) => data.length <= 2 ** 20), "a file has more than 1 MiB");
  const [line, proof, note, vkey] = files.map(textOf);
  const key = keyOf(vkey);
  const { size, root } = treeOf(note, key);
  const form = PROOF.exec(proof);
  require(form && form[3] === note, "event.tlog-proof is no proof that ends in the checkpoint");
  const index = Number(form[1]);
  const hashes = form[2].split("\n").slice(0, -1).map((each) => unbase64(each, "a hash of the proof"));
  require(hashes.every((each) => each.length === 32), "a hash of the proof is no SHA-256");
  const event = files[0];
  const leaf = sha256("\0", event.subarray(0, Math.max(0, event.length - 76)), "}");
  const end = event.subarray(-76).toString("latin1");
  require(end === `,"xhash":"${leaf.toString("hex")}"}`, "the bytes of event.json do not give its hash");
  const place = PLACE.exec(line.slice(0, -76));
  require(place && Number(place[1]) === index + 1, "event.json has not the number that the proof is for");
  require(key.name.endsWith(place[2]), "event.json is not of the log that vkey names");
  require(index < size && leadsTo(root, leaf, index, size, hashes), "the proof does not lead to the root");
  return `event ${index + 1} of ${place[2].slice(1)} is one of the first ${size}, signed by ${vkey.slice(0, -1)}`;
}

const named = process.argv.slice(2);
for (const folder of named.length ? named : [dirname(fileURLToPath(import.meta.url))]) {
  try {
    console.log(`${folder}: good: ${check(folder)}`);
  } catch (fault) {
    if (!(fault instanceof Refused) && !fault.syscall) throw fault;
    process.exitCode = 1;
    console.log(`${folder}: REFUSED: ${fault instanceof Refused ? fault.message : "a file is missing"}`);
  }
}
