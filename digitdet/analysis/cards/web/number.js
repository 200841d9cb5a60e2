// A number that was read, digit by digit beside the true one.

// Pairs of a read and a true digit, "" where one is missing; as few differ as can be (Levenshtein).
function align(read, truth) {
  const cost = Array.from({ length: read.length + 1 }, (_, i) => [i]);
  for (let j = 1; j <= truth.length; j++) cost[0][j] = j;
  for (let i = 1; i <= read.length; i++) {
    for (let j = 1; j <= truth.length; j++) {
      const replaced = cost[i - 1][j - 1] + (read[i - 1] === truth[j - 1] ? 0 : 1);
      cost[i][j] = Math.min(replaced, cost[i - 1][j] + 1, cost[i][j - 1] + 1);
    }
  }
  const pairs = [];
  let i = read.length, j = truth.length;
  while (i > 0 || j > 0) {
    const differs = i > 0 && j > 0 && read[i - 1] !== truth[j - 1] ? 1 : 0;
    if (i > 0 && j > 0 && cost[i][j] === cost[i - 1][j - 1] + differs) {
      pairs.unshift([read[--i], truth[--j]]);
    } else if (i > 0 && cost[i][j] === cost[i - 1][j] + 1) {
      pairs.unshift([read[--i], ""]);
    } else {
      pairs.unshift(["", truth[--j]]);
    }
  }
  return pairs;
}

function digitCell(digit, differs) {
  const name = differs ? (digit ? "digit-cell differs" : "digit-cell lacking") : "digit-cell";
  return element("span", { class: name }, digit || "\u00a0");
}

// In the columns of `readDigits` where one number was read.
function trueDigits(truth, readings) {
  const pairs = align(readings.length === 1 ? readings[0].text : truth, truth);
  return pairs.map(([, digit]) => digitCell(digit, false));
}

function readDigits(reading, truth) {
  return align(reading.text, truth).map(([read, true_]) => digitCell(read, read !== true_));
}
