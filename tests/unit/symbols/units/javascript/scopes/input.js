let value = 1;

function shadow(value) {
  value = 2;
  {
    const inner = value;
    use(inner);
  }
  return inner;
}

function closures(items) {
  for (const item of items) {
    item.touch(value);
  }
  item;
  for (let i = 0; i < 3; i++) later(() => i);
  try { risky(); } catch (error) { report(error); }
  var hoisted = 1;
  const { a, b: { c }, ...others } = items;
  const [first, second = 2] = items;
  return [a, c, others, first, second, hoisted, { a, missing }];

  function nested() { return hoisted; }
}

register('name', () => {
  const inner = 1;
  function helper() { return inner; }
  class Local { method() { return helper(); } }
  return new Local(inner);
});
