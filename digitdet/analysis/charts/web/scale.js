// Axes: where values lie, and which of them are named.

const STEPS = [1, 2, 5, 10];

// A function from values of an axis to pixels.
function makeScale([low, high], [start, end], isLog) {
  const at = isLog ? Math.log10 : (value) => value;
  const [from, to] = [at(low), at(high)];
  return (value) => start + ((at(value) - from) / (to - from || 1)) * (end - start);
}

// Round values between two others, about `count` of them.
function makeTicks([low, high], count, isWhole = false) {
  const rough = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(STEPS.find((one) => one * power >= rough) * power, isWhole ? 1 : 0);
  const ticks = [];
  for (let number = Math.ceil(low / step - 1e-9); number * step <= high + step * 1e-9; number++) {
    ticks.push(number * step);
  }
  const place = Math.floor(Math.log10(step) + 1e-9);
  return ticks.map((value) => [value, nameNumber(value, place)]);
}

// 1, 2 and 5 of each power of ten; powers alone where these are many.
function makeLogTicks([low, high]) {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const ticks = [];
  for (let power = first; power <= last; power++) {
    for (const one of last - first > 3 ? [1] : [1, 2, 5]) ticks.push(one * 10 ** power);
  }
  const inside = ticks.filter((value) => value >= low && value <= high);
  if (inside.length < 2) return makeTicks([low, high], 4);
  return inside.map((value) => [value, nameNumber(value, Math.floor(Math.log10(value) + 1e-9))]);
}

// A number with its digits down to a place: -2 for hundredths.
function nameNumber(value, place) {
  const clean = Math.abs(value) < 10 ** place / 2 ? 0 : value;
  const digits = Math.max(0, -place);
  if (clean === 0 && place < -6) return "0";
  return digits > 6 || Math.abs(clean) >= 1e9
    ? clean.toExponential(Math.max(0, Math.floor(Math.log10(Math.abs(clean)) + 1e-9) - place))
    : clean.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

// A value as it is read out.
function nameValue(value) {
  if (value === null || value === undefined) return "\u2013";
  if (Number.isInteger(value)) return value.toLocaleString("en");
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e6 ? String(Number(value.toPrecision(4))) : value.toExponential(2);
}
