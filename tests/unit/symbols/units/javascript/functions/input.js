#!/usr/bin/env node
/**
 * Adds.
 * @param {number} a
 */
function add(a, b = 1, ...rest) {
  return a + b + rest.length + outside;
}

const double = (x) => x * 2;
let later = async function (done) {
  await done(double(2));
};
var old = 1, older;
const LIMIT = 10;
const table = {
  size: 3,
  lookup(key) { return this.size + key; },
  remove: function (key) { drop(key); },
  update: (key, value) => set(key, value),
};
function* numbers() { yield* other(); }
export_later(add, ...double(1));

Shape.prototype.draw = function (pen) {
  this.pen = pen;
};
