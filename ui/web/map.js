// A Web Mercator map on a canvas: offline borders, shaded cells or regions, pins, lines.
// The view of each `view.key` is kept while data change, so that re-fusing never moves the map.

const kept = new Map();

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement;
  const map = (root.cluesMap ??= new CluesMap(root));
  map.update(data, setStateValue);
}

function isDark(colour) {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = colour.trim() || "#fff";
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(probe.fillStyle.slice(i, i + 2), 16));
  return 0.3 * r + 0.59 * g + 0.11 * b < 128;
}

class CluesMap {
  constructor(root) {
    this.box = document.createElement("div");
    this.box.className = "map";
    this.box.innerHTML =
      '<canvas tabindex="0" role="application"></canvas><div class="tools">' +
      '<button title="Zoom in" aria-label="Zoom in">+</button>' +
      '<button title="Zoom out" aria-label="Zoom out">\u2212</button>' +
      '<button title="Show where it is likeliest" aria-label="Show where it is likeliest">' +
      '<svg viewBox="0 0 24 24"><circle cx="12" cy="12" r="6"/><path d="M12 2v6M12 16v6M2 12h6M16 12h6"/></svg>' +
      '</button></div>' +
      '<div class="legend"></div><div class="tip" role="status"></div><div class="credit" hidden></div>';
    root.append(this.box);
    this.canvas = this.box.querySelector("canvas");
    this.tip = this.box.querySelector(".tip");
    this.context = this.canvas.getContext("2d");
    this.pointers = new Map();
    this.tiles = new Map();
    this.listen();
  }

  listen() {
    const [more, less, home] = this.box.querySelectorAll("button");
    more.onclick = () => this.zoomBy(2);
    less.onclick = () => this.zoomBy(0.5);
    home.onclick = () => { this.fit(); this.draw(); };
    const c = this.canvas;
    c.onpointerdown = (e) => this.down(e);
    c.onpointermove = (e) => this.move(e);
    c.onpointerup = c.onpointercancel = (e) => this.up(e);
    c.onpointerleave = () => this.tip.classList.remove("on");
    c.ondblclick = (e) => { if (!this.data.pick) this.zoomBy(2, e.offsetX, e.offsetY); };
    c.onkeydown = (e) => this.key(e);
    c.addEventListener("wheel", (e) => this.wheel(e), { passive: false });
    new ResizeObserver(() => this.draw()).observe(this.box);
    window.addEventListener("clues-borders", () => this.draw());
    const dark = () => setTimeout(() => { this.theme(); this.draw(); }, 60);
    new MutationObserver(dark).observe(document.documentElement, { attributes: true });
    new MutationObserver(dark).observe(document.head, { childList: true });
  }

  update(data, setStateValue) {
    this.data = data;
    this.set = setStateValue;
    this.theme();
    this.cells = this.small = null;
    this.fills = data.fills ?? {};
    this.pins = data.pins ?? [];
    this.canvas.classList.toggle("pick", Boolean(data.pick));
    this.canvas.setAttribute("aria-label", data.title ?? "Map");
    this.legend();
    this.credit();
    this.draw();
  }

  // Streamlit's theme can change at any time: its background says whether it is dark.
  theme() {
    const probe = getComputedStyle(this.box).getPropertyValue("--st-background-color");
    const name = isDark(probe) ? "dark" : "light";
    for (const [key, value] of Object.entries(this.data.colours[name])) {
      this.box.style.setProperty(`--m-${key}`, value);
    }
    this.small = null;
  }

  // Tiles count once one has come: until then, and offline, the project's own map shows.
  get tiled() { return Boolean(this.data.tiles) && this.tilesCame; }

  credit() {
    const credit = this.box.querySelector(".credit");
    credit.hidden = !this.data.tiles;
    credit.textContent = this.tiled ? "\u00a9 OpenStreetMap contributors"
      : "Clues' own map: no tile has come from the internet";
  }

  legend() {
    const legend = this.box.querySelector(".legend");
    legend.replaceChildren();
    for (const { colour, dot, shape, text } of this.data.legend ?? []) {
      const item = document.createElement("span"), key = document.createElement("i");
      key.style.background = colour ?? "none";
      if (!colour) key.hidden = true;
      if (dot) key.className = `dot ${shape}`;
      item.append(...(colour ? [key] : []), text);
      legend.append(item);
    }
    legend.hidden = !legend.children.length;
  }

  // The view: centre in Mercator units, and pixels that the world is wide.
  get view() {
    const key = this.data.view.key;
    if (!kept.has(key)) this.fit();
    return kept.get(key);
  }

  fit() {
    const { mercatorX, mercatorY } = window.clues;
    const [west, south, east, north] = this.data.view.bounds;
    const x0 = mercatorX(west), x1 = mercatorX(east), y0 = mercatorY(north), y1 = mercatorY(south);
    const { clientWidth: w, clientHeight: h } = this.box;
    const size = 0.86 * Math.min(w / Math.max(x1 - x0, 1e-4), h / Math.max(y1 - y0, 1e-4));
    const view = { x: (x0 + x1) / 2, y: (y0 + y1) / 2, size: Math.min(size, 60000) };
    kept.set(this.data.view.key, view);
    this.bound(view);
  }

  bound(view) {
    const { clientWidth: w, clientHeight: h } = this.box;
    view.size = Math.min(Math.max(view.size, Math.min(w, h * 1.35), 180), 1.5e6);
    const half = Math.min(h / 2 / view.size, 0.42);
    view.y = Math.min(Math.max(view.y, half), 0.92 - half * 0.84);
    view.x = w >= view.size ? 0.5 : ((view.x % 1) + 1) % 1;
  }

  toScreen(x, y) {
    const v = this.view;
    return [(x - v.x) * v.size + this.box.clientWidth / 2, (y - v.y) * v.size + this.box.clientHeight / 2];
  }

  toWorld(px, py) {
    const v = this.view;
    const x = v.x + (px - this.box.clientWidth / 2) / v.size;
    return [((x % 1) + 1) % 1, v.y + (py - this.box.clientHeight / 2) / v.size];
  }

  zoomBy(factor, px = this.box.clientWidth / 2, py = this.box.clientHeight / 2) {
    const v = this.view, [w, h] = [this.box.clientWidth / 2, this.box.clientHeight / 2];
    const x = v.x + (px - w) / v.size, y = v.y + (py - h) / v.size;
    v.size = Math.min(Math.max(v.size * factor, 180), 1.5e6);
    v.x = x - (px - w) / v.size;
    v.y = y - (py - h) / v.size;
    this.bound(v);
    this.draw();
  }

  wheel(event) {
    event.preventDefault();
    const step = Math.max(-80, Math.min(80, event.deltaY * (event.deltaMode ? 30 : 1)));
    this.zoomBy(Math.exp(-step * 0.006), event.offsetX, event.offsetY);
  }

  key(event) {
    const v = this.view, step = 80 / v.size;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    if (moves[event.key]) { v.x += moves[event.key][0]; v.y += moves[event.key][1]; this.bound(v); this.draw(); }
    else if (event.key === "+" || event.key === "=") this.zoomBy(2);
    else if (event.key === "-") this.zoomBy(0.5);
    else if (event.key === "Enter" && this.data.pick) this.pick(this.box.clientWidth / 2, this.box.clientHeight / 2);
    else return;
    event.preventDefault();
  }

  down(event) {
    const to = this.inOverview(event.offsetX, event.offsetY);
    if (to) {
      [this.view.x, this.view.y] = to;
      this.bound(this.view);
      this.draw();
      return;
    }
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
    this.start = [event.offsetX, event.offsetY];
    this.dragged = this.pointers.size > 1;
  }

  move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) { this.hover(event.offsetX, event.offsetY); return; }
    const now = [event.offsetX, event.offsetY], v = this.view;
    const others = [...this.pointers].filter(([id]) => id !== event.pointerId);
    if (others.length) {
      const [ox, oy] = others[0][1];
      const apart = (p) => Math.hypot(p[0] - ox, p[1] - oy);
      this.zoomBy(apart(now) / Math.max(apart(before), 1), ox, oy);
    } else {
      v.x -= (now[0] - before[0]) / v.size;
      v.y -= (now[1] - before[1]) / v.size;
      this.bound(v);
    }
    if (Math.hypot(now[0] - this.start[0], now[1] - this.start[1]) > 5) this.dragged = true;
    this.pointers.set(event.pointerId, now);
    this.tip.classList.remove("on");
    this.draw();
  }

  up(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    if (!this.dragged && event.type === "pointerup" && this.data.pick) this.pick(event.offsetX, event.offsetY);
  }

  pick(px, py) {
    const [x, y] = this.toWorld(px, py);
    const lon = (x - 0.5) * 360, lat = (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
    const place = { lat: Math.round(lat * 1e4) / 1e4, lon: Math.round(lon * 1e4) / 1e4 };
    this.pins = [...this.pins.filter((pin) => pin.id !== "guess"),
      { id: "guess", ...place, colour: this.data.pick, shape: "square", text: "Your guess" }];
    this.draw();
    this.set("picked", place);
  }

  hover(px, py) {
    const small = this.inOverview(px, py);
    this.canvas.classList.toggle("jump", Boolean(small));
    const lines = small ? ["The whole world", "click to go there"] : this.what(px, py);
    this.tip.classList.toggle("on", lines.length > 0);
    if (!lines.length) return;
    const bold = document.createElement("b");
    bold.textContent = lines[0];
    this.tip.replaceChildren(bold, lines.slice(1).join(" \u00b7 "));
    const { clientWidth: w } = this.box, wide = this.tip.offsetWidth, high = this.tip.offsetHeight;
    this.tip.style.left = `${Math.max(4, Math.min(px + 14, w - wide - 4))}px`;
    this.tip.style.top = `${py > high + 20 ? py - high - 12 : py + 18}px`;
  }

  what(px, py) {
    if (!window.clues?.borders) return [];
    const near = this.pins.find((pin) => {
      const [x, y] = this.pinAt(pin);
      return Math.hypot(x - px, y - py) < 11;
    });
    if (near) return [near.text, ...(near.detail ? [near.detail] : [])];
    const [x, y] = this.toWorld(px, py);
    const { countries, subdivisions } = window.clues.borders;
    const country = this.hit(countries, x, y);
    if (!country) return [];
    const part = this.hit(subdivisions.filter((s) => s.code.startsWith(country.code + "-")), x, y);
    const text = this.fills[part?.code]?.text ?? this.fills[country.code]?.text;
    const cell = this.cells && this.hit(this.cells, x, y);
    return [country.name, ...(part ? [part.name] : []), ...(text ? [text] : []),
      ...(cell ? [cell.text] : [])];
  }

  hit(shapes, x, y) {
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    return shapes.find(({ path, bounds: b }) =>
      x >= b[0] && x <= b[2] && y >= b[1] && y <= b[3] && this.context.isPointInPath(path, x, y, "evenodd"));
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => { if (this.box.isConnected) this.paint(); });
  }

  pinAt(pin) {
    const { mercatorX, mercatorY } = window.clues;
    const half = this.box.clientWidth / 2;
    let [x, y] = this.toScreen(mercatorX(pin.lon), mercatorY(pin.lat));
    const size = this.view.size;
    while (x < half - size / 2) x += size;
    while (x > half + size / 2) x -= size;
    return [x, y];
  }
}
