// The values of lines: smoothed, and read at a place.

// The mean of each value and those around it; a window is an odd number of values.
function smoothed(values, window) {
  if (window < 3) return values;
  const sums = [0], counts = [0];
  for (const value of values) {
    sums.push(sums.at(-1) + (value ?? 0));
    counts.push(counts.at(-1) + (value === null ? 0 : 1));
  }
  const half = (window - 1) / 2;
  return values.map((value, i) => {
    // As wide on both sides, so that an end leans to neither.
    const reach = Math.min(half, i, values.length - 1 - i);
    const [from, to] = [i - reach, i + reach + 1];
    const count = counts[to] - counts[from];
    return value === null || !count ? null : (sums[to] - sums[from]) / count;
  });
}

// Whether values go up and down many times, as losses of steps do and rates do not.
function isRough(values) {
  const known = values.filter((value) => value !== null);
  const range = rangeOf(known);
  let way = 0;
  for (let i = 1; i < known.length; i++) way += Math.abs(known[i] - known[i - 1]);
  return range !== null && way > 5 * (range[1] - range[0]);
}

function windowOf(line, share) {
  return 2 * Math.floor((line.x.length * share) / 2) + 1;
}

// The index of the value nearest to x; -1 beyond the ends of the line.
function indexAt(line, x, isExact) {
  const xs = line.x;
  if (!xs.length) return -1;
  let low = 0, high = xs.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle] < x) low = middle + 1; else high = middle;
  }
  if (low > 0 && x - xs[low - 1] < xs[low] - x) low -= 1;
  const gap = xs.length > 1 ? (xs.at(-1) - xs[0]) / (xs.length - 1) : 0;
  const reach = isExact ? 1e-9 : Math.max(gap, 1e-9);
  return Math.abs(xs[low] - x) <= reach ? low : -1;
}

// All places at which a line has a value.
function placesOf(lines) {
  return [...new Set(lines.flatMap((line) => line.x))].sort((one, other) => one - other);
}

function rangeOf(values) {
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (value === null) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : null;
}
