// The photo with a box for each cue. Boxes and the ledger's rows light each other up through
// window events: `clues-hot` (a cue's id, or null) and `clues-open` (a cue's id) while one points
// or clicks; `clues-pinned` (ids) for the rows that lie open, which stay lit.

// A scale from dark violet to yellow that all kinds of colour vision read in the same order.
const SCALE = [[66, 10, 104], [147, 38, 103], [221, 81, 58], [252, 165, 10], [252, 255, 164]];
const SVG = "http://www.w3.org/2000/svg";

export default function ({ data: bytes, parentElement }) {
  const root = parentElement, data = JSON.parse(new TextDecoder().decode(bytes));
  if (root.shownPhoto === data.key) return;
  root.shownPhoto = data.key;
  root.querySelector(".photo")?.remove();
  window.clues = { ...window.clues, crops: data.crops };
  window.dispatchEvent(new Event("clues-crops"));
  root.append(build(data));
}

function build(data) {
  const box = document.createElement("div");
  box.className = "photo";
  box.style.setProperty("--tall", `${data.tall}px`);
  box.innerHTML = '<div class="frame"><img><div class="glow"></div><svg preserveAspectRatio="none"></svg></div>' +
    '<div class="caption"></div><button class="eye" aria-pressed="true">Hide boxes</button>';
  const image = box.querySelector("img");
  image.alt = data.alt;
  image.width = data.width;
  image.height = data.height;
  image.src = data.src;
  const glow = box.querySelector(".glow");
  const svg = box.querySelector("svg"), caption = box.querySelector(".caption");
  svg.setAttribute("viewBox", `0 0 ${data.width} ${data.height}`);
  const heats = new Map();
  const largestFirst = [...data.boxes].sort((a, b) => b.w * b.h - a.w * a.h);
  for (const one of largestFirst) {
    const rect = document.createElementNS(SVG, "rect");
    for (const [name, value] of Object.entries({ x: one.x, y: one.y, width: one.w, height: one.h, rx: 3 })) {
      rect.setAttribute(name, value);
    }
    rect.dataset.cue = one.id;
    if (one.heat) {  // it looked at an area, not at an outline
      rect.classList.add("area");
      heats.set(one.id, one.heat);
    }
    rect.onpointerenter = () => send("clues-hot", one.id);
    rect.onpointerleave = () => send("clues-hot", null);
    rect.onclick = () => send("clues-open", one.id);
    svg.append(rect);
  }
  const labels = new Map(data.boxes.map((one) => [one.id, one.label]));
  let pinned = [];
  const light = (id) => {
    const ids = labels.has(id) ? [id] : pinned, last = ids.at(-1);
    for (const rect of svg.children) rect.classList.toggle("hot", ids.includes(rect.dataset.cue));
    glow.replaceChildren(...(heats.has(last) ? [heatMap(heats.get(last), data)] : []));
    caption.textContent = labels.get(last) ?? "";
    caption.classList.toggle("on", labels.has(last));
  };
  listen(box, "clues-hot", light);
  listen(box, "clues-pinned", (ids) => { pinned = ids.filter((id) => labels.has(id)); light(null); });
  listen(box, "clues-off", (ids) => {
    for (const rect of svg.children) rect.classList.toggle("off", ids.includes(rect.dataset.cue));
  });
  const eye = box.querySelector(".eye");
  eye.hidden = !data.boxes.length;
  eye.onclick = () => {
    const bare = box.classList.toggle("bare");
    eye.textContent = bare ? "Show boxes" : "Hide boxes";
    eye.setAttribute("aria-pressed", String(!bare));
  };
  return box;
}

// The grid as a small image, which the browser smooths as it stretches it over its part.
function heatMap({ grid, at: [x0, y0, x1, y1] }, { width, height }) {
  const canvas = document.createElement("canvas");
  canvas.width = grid[0].length;
  canvas.height = grid.length;
  const context = canvas.getContext("2d"), image = context.createImageData(canvas.width, canvas.height);
  grid.flat().forEach((weight, i) => {
    const step = weight * (SCALE.length - 1), low = Math.min(Math.floor(step), SCALE.length - 2);
    const mix = SCALE[low].map((value, c) => value + (SCALE[low + 1][c] - value) * (step - low));
    image.data.set([...mix, 210 * weight ** 1.2], 4 * i);
  });
  context.putImageData(image, 0, 0);
  Object.assign(canvas.style, {
    left: `${(100 * x0) / width}%`, top: `${(100 * y0) / height}%`,
    width: `${(100 * (x1 - x0)) / width}%`, height: `${(100 * (y1 - y0)) / height}%`,
  });
  return canvas;
}

function send(name, detail) {
  window.dispatchEvent(new CustomEvent(name, { detail }));
}

function listen(box, name, act) {
  const handle = (event) => {
    if (box.isConnected) act(event.detail);
    else window.removeEventListener(name, handle);
  };
  window.addEventListener(name, handle);
}
