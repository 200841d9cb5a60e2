// Finds elements and puts figures into words.

function byId(id) {
  return document.getElementById(id);
}

function plural(count, noun) {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

// Of a model among several; "" where there is one.
function modelLetter(position) {
  return DATA.models.length > 1 ? "AB"[position] : "";
}

// As scores are written: .93
function decimal(share) {
  return share.toFixed(2).replace(/^0/, "");
}
