// The photo with a box for each cue. Boxes and the ledger's rows light each other up through
// two window events: `clues-hot` (a cue's id, or null) and `clues-open` (a cue's id).

const SVG = "http://www.w3.org/2000/svg";

export default function ({ data, parentElement }) {
  const root = parentElement;
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
  box.innerHTML = '<div class="frame"><img><svg preserveAspectRatio="none"></svg></div>' +
    '<div class="caption"></div><button class="eye" aria-pressed="true">Hide boxes</button>';
  const image = box.querySelector("img");
  image.alt = data.alt;
  image.width = data.width;
  image.height = data.height;
  image.src = data.src;
  const svg = box.querySelector("svg"), caption = box.querySelector(".caption");
  svg.setAttribute("viewBox", `0 0 ${data.width} ${data.height}`);
  const largestFirst = [...data.boxes].sort((a, b) => b.w * b.h - a.w * a.h);
  for (const one of largestFirst) {
    const rect = document.createElementNS(SVG, "rect");
    for (const [name, value] of Object.entries({ x: one.x, y: one.y, width: one.w, height: one.h, rx: 3 })) {
      rect.setAttribute(name, value);
    }
    rect.dataset.cue = one.id;
    if (one.area) rect.classList.add("area");
    rect.onpointerenter = () => send("clues-hot", one.id);
    rect.onpointerleave = () => send("clues-hot", null);
    rect.onclick = () => send("clues-open", one.id);
    svg.append(rect);
  }
  const labels = new Map(data.boxes.map((one) => [one.id, one.label]));
  listen(box, "clues-hot", (id) => {
    for (const rect of svg.children) rect.classList.toggle("hot", rect.dataset.cue === id);
    caption.textContent = labels.get(id) ?? "";
    caption.classList.toggle("on", labels.has(id));
  });
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
