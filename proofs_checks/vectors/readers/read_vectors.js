// Reads entmax-vectors-1.json and checks an implementation against it: node read_vectors.js entmax-vectors-1.json
// JavaScript has no parser of hexadecimal floats: the decimals beside them read back as the same numbers.
"use strict";
const fs = require("fs");

// Put your own implementation here; this one halves the interval of tau until no number lies inside.
function entmax(z, alpha) {
  const a = alpha - 1, peak = Math.max(...z);
  let low = -1, high = 0;
  for (let last = alpha === 1; !last;) {
    const tau = low + (high - low) / 2;
    last = tau === low || tau === high;
    const total = z.reduce((sum, x) => sum + Math.max(a * (x - peak) - tau, 0) ** (1 / a), 0);
    if (total >= 1) low = tau; else high = tau;
  }
  const p = z.map((x) => (alpha > 1 ? Math.max(a * (x - peak) - low, 0) ** (1 / a) : Math.exp(x - peak)));
  const sum = p.reduce((x, y) => x + y, 0);
  return p.map((x) => x / sum);
}

let tests = 0, wrong = 0;
const vectors = JSON.parse(fs.readFileSync(process.argv[2] || "entmax-vectors-1.json", "utf8"));
for (const group of vectors.testGroups) {
  for (const test of group.tests) {
    const { logits, lower, upper, budget } = test.decimal, room = budget.float64.map(Number);
    const p = entmax(logits.map(Number), Number(group.alphaDecimal));
    const off = p.findIndex((x, i) => !(x >= Number(lower[i]) - room[i] && x <= Number(upper[i]) + room[i]));
    if (off >= 0) console.log(`test ${test.tcId} (${test.comment}): token ${off} is ${p[off]}`);
    tests += 1;
    wrong += off >= 0;
  }
}
console.log(`${tests} tests, ${wrong} wrong`);
process.exitCode = wrong || !tests ? 1 : 0;
