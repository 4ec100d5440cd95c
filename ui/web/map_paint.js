// How the map is painted: land, shades, sea, borders, names, lines, pins. Follows map.js.

Object.assign(CluesMap.prototype, {
  paint() {
    const { canvas, context: c, box } = this;
    const w = box.clientWidth, h = box.clientHeight, ratio = window.devicePixelRatio || 1;
    if (!w || !h || !window.clues?.borders) return;
    if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(h * ratio)) {
      canvas.width = Math.round(w * ratio);
      canvas.height = Math.round(h * ratio);
    }
    const style = getComputedStyle(box);
    this.colour = (name) => style.getPropertyValue(name).trim();
    this.bound(this.view);
    if (!this.cells) this.cells = this.decodeCells();
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.fillStyle = this.colour("--m-sea");
    c.fillRect(0, 0, w, h);
    if (this.data.tiles) this.paintTiles();
    for (const turn of this.turns()) {
      const [x0, y0] = this.toScreen(turn, 0), s = this.view.size * ratio;
      c.setTransform(s, 0, 0, s, x0 * ratio, y0 * ratio);
      this.window = [(0 - x0) / this.view.size, (0 - y0) / this.view.size,
        (w - x0) / this.view.size, (h - y0) / this.view.size];
      this.paintWorld();
    }
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.paintNames();
    this.paintLines();
    for (const pin of this.pins) this.paintPin(pin);
    this.paintOverview(ratio);
    this.canvas.dataset.view = [this.view.x, this.view.y, this.view.size].map((v) => v.toFixed(5)).join(" ");
  },

  // Which copies of the world show; one alone if it does not fill the width.
  turns() {
    const half = this.box.clientWidth / 2 / this.view.size;
    if (half >= 0.5) return [0];
    const first = Math.floor(this.view.x - half), last = Math.floor(this.view.x + half);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  },

  decodeCells() {
    if (!this.data.cells) return [];
    const { classes, texts } = this.data.cells;
    return window.clues.decodeShapes(this.data.cells).map((shape, i) => ({
      ...shape, level: classes[i], text: texts[i],
    }));
  },

  visible(shapes) {
    const v = this.window;
    return shapes.filter(({ bounds: b }) => b[2] > v[0] && b[0] < v[2] && b[3] > v[1] && b[1] < v[3]);
  },

  paintWorld() {
    const { context: c } = this, { sea, countries, subdivisions } = window.clues.borders;
    const pixel = 1 / this.view.size;
    c.lineJoin = "round";
    if (!this.tiled) {
      c.fillStyle = this.colour("--m-land");
      c.fillRect(0, -0.5, 1, 2);
    }
    this.paintFills(countries, subdivisions);
    if (this.cells.length) this.paintCells(pixel);
    if (!this.tiled) {
      c.fillStyle = this.colour("--m-sea");
      c.fill(sea, "evenodd");
    }
    if (this.view.size > 3500) {
      c.strokeStyle = this.colour("--m-inner");
      c.lineWidth = 0.7 * pixel;
      for (const { path } of this.visible(subdivisions)) c.stroke(path);
    }
    c.strokeStyle = this.colour("--m-line");
    c.lineWidth = (this.view.size > 2500 ? 1.3 : 0.7) * pixel;
    for (const { path } of this.visible(countries)) c.stroke(path);
  },

  paintFills(countries, subdivisions) {
    const { context: c, fills } = this;
    for (const shapes of [countries, subdivisions]) {
      for (const { path, code } of this.visible(shapes)) {
        const level = fills[code]?.level;
        if (level === undefined) continue;
        c.fillStyle = this.colour(`--m-p${level}`);
        c.fill(path, "evenodd");
      }
    }
  },

  // Outlines lie below the fills of their own area, so that only their outer half shows.
  paintCells(pixel) {
    const { context: c } = this, shown = this.visible(this.cells);
    c.globalAlpha = this.tiled ? 0.55 : 1;
    const near = this.view.size > 2500;  // far off, thick outlines would hide what they enclose
    for (const [limit, width] of [[4, 0], [3, near ? 2.4 : 0.8], [1, near ? 3.2 : 1.6]]) {
      const inside = shown.filter((cell) => cell.level <= limit);
      if (width) {
        c.strokeStyle = this.colour("--m-edge");
        c.lineWidth = width * pixel;
        for (const { path } of inside) c.stroke(path);
      }
      for (const { path, level } of inside) {
        c.fillStyle = c.strokeStyle = this.colour(`--m-p${level}`);
        c.lineWidth = 0.6 * pixel;
        c.fill(path);
        c.stroke(path);
      }
    }
    c.globalAlpha = 1;
  },

  paintNames() {
    const { context: c } = this, { countries, subdivisions } = window.clues.borders;
    const taken = [];
    const size = this.view.size;
    c.textAlign = "center";
    c.textBaseline = "middle";
    c.lineJoin = "round";
    c.strokeStyle = this.colour("--m-halo");
    c.fillStyle = this.colour("--m-text");
    const put = (shapes, font, room, most) => {
      c.font = font;
      c.lineWidth = 3;
      const wide = (s) => s.wide * size;
      for (const shape of shapes.filter((s) => wide(s) > room).sort((a, b) => wide(b) - wide(a)).slice(0, most)) {
        const [x, y] = this.pinAt({ lon: (shape.label[0] - 0.5) * 360, lat: latOf(shape.label[1]) });
        const half = c.measureText(shape.name).width / 2 + 4;
        if (half * 2 > wide(shape) * 1.25 || x < half || x > this.box.clientWidth - half) continue;
        if (y < 12 || y > this.box.clientHeight - 12) continue;
        if (taken.some((t) => Math.abs(t[0] - x) < t[2] + half && Math.abs(t[1] - y) < 16)) continue;
        taken.push([x, y, half]);
        c.strokeText(shape.name, x, y);
        c.fillText(shape.name, x, y);
      }
    };
    for (const pin of this.pins) taken.push([...this.pinAt(pin), 14]);
    if (this.tiled) return;
    const family = "system-ui, sans-serif";
    put(countries, `600 ${size > 5000 ? 13.5 : 11.5}px ${family}`, 34, 60);
    if (size > 9000) {
      c.globalAlpha = 0.85;
      const [x0, y0] = this.toWorld(0, 0), [x1, y1] = this.toWorld(this.box.clientWidth, this.box.clientHeight);
      const inside = subdivisions.filter(({ label: l }) => l[0] > x0 && l[0] < x1 && l[1] > y0 && l[1] < y1);
      put(inside, `400 11px ${family}`, 44, 40);
      c.globalAlpha = 1;
    }
  },

  paintLines() {
    const { context: c } = this;
    for (const { from, to, colour } of this.data.lines ?? []) {
      const a = this.pinAt(from), b = this.pinAt(to);
      c.setLineDash([5, 5]);
      c.lineWidth = 2;
      c.strokeStyle = colour;
      c.beginPath();
      c.moveTo(...a);
      c.lineTo(...b);
      c.stroke();
      c.setLineDash([]);
    }
  },

  paintPin(pin) {
    const { context: c } = this, [x, y] = this.pinAt(pin), radius = pin.small ? 4.5 : 7;
    const wide = pin.small ? 1.5 : 2.5;
    c.fillStyle = pin.colour;
    c.lineWidth = wide + 2;
    c.strokeStyle = "#0009";
    this.trace(pin.shape, x, y, radius);
    c.stroke();
    c.lineWidth = wide;
    c.strokeStyle = "#fff";
    c.stroke();
    c.fill();
  },

  // Shapes differ as well as colours, so that no reader has to tell them by colour alone.
  trace(shape, x, y, radius) {
    const c = this.context;
    c.beginPath();
    if (shape === "square") c.rect(x - radius * 0.85, y - radius * 0.85, radius * 1.7, radius * 1.7);
    else if (shape === "diamond") {
      const r = radius * 1.25;
      c.moveTo(x, y - r);
      for (const [dx, dy] of [[r, 0], [0, r], [-r, 0]]) c.lineTo(x + dx, y + dy);
      c.closePath();
    } else c.arc(x, y, radius, 0, 2 * Math.PI);
  },

  // The whole world in a corner: where else it may be, and which part is shown.
  paintOverview(ratio) {
    const { context: c, view, box } = this, w = box.clientWidth, h = box.clientHeight;
    const wide = Math.round(Math.min(150, 0.32 * w)), high = Math.round(SMALL.high * wide), edge = 10;
    this.overview = this.data.overview && view.size > 1.8 * w ? { edge, wide, high } : null;
    if (!this.overview) return;
    this.small ??= this.paintSmall(wide, high, ratio);
    c.save();
    c.beginPath();
    c.roundRect(edge, edge, wide, high, 6);
    c.fillStyle = this.colour("--m-sea");
    c.shadowColor = "#0006";
    c.shadowBlur = 5;
    c.fill();
    c.shadowColor = "transparent";
    c.clip();
    c.drawImage(this.small, edge, edge, wide, high);
    c.strokeStyle = this.colour("--m-text");
    c.lineWidth = 1.5;
    const side = Math.max((w / view.size) * wide, 7), tall = Math.max((h / view.size) * wide, 7);
    c.strokeRect(edge + view.x * wide - side / 2, edge + (view.y - SMALL.top) * wide - tall / 2, side, tall);
    c.restore();
  },

  paintSmall(wide, high, ratio) {
    const canvas = Object.assign(document.createElement("canvas"), { width: wide * ratio, height: high * ratio });
    const c = canvas.getContext("2d"), scale = wide * ratio, side = 2.2 / wide;
    c.setTransform(scale, 0, 0, scale, 0, -SMALL.top * scale);
    c.fillStyle = this.colour("--m-land");
    c.fillRect(0, -0.5, 1, 2);
    c.fillStyle = this.colour("--m-sea");
    c.fill(window.clues.borders.sea, "evenodd");
    for (const { bounds: b, level } of [...this.cells].sort((p, q) => q.level - p.level)) {
      if (level > 3) continue;
      c.fillStyle = this.colour(`--m-p${level}`);
      const [x, y] = [(b[0] + b[2]) / 2, (b[1] + b[3]) / 2];
      c.fillRect(((x % 1) + 1) % 1 - side / 2, y - side / 2, side, side);
    }
    return canvas;
  },

  // The place in the world that a point of the overview stands for.
  inOverview(px, py) {
    if (!this.overview) return null;
    const { edge, wide, high } = this.overview, x = px - edge, y = py - edge;
    return x >= 0 && y >= 0 && x <= wide && y <= high ? [x / wide, y / wide + SMALL.top] : null;
  },

  paintTiles() {
    const { context: c } = this, size = this.view.size;
    const zoom = Math.max(0, Math.min(17, Math.round(Math.log2(size / 256))));
    const count = 2 ** zoom, side = size / count, [x0, y0] = this.toScreen(0, 0);
    for (let ty = Math.max(0, Math.floor(-y0 / side)); ty < count && y0 + ty * side < this.box.clientHeight; ty++) {
      for (let tx = Math.floor(-x0 / side); x0 + tx * side < this.box.clientWidth; tx++) {
        const image = this.tile(zoom, ((tx % count) + count) % count, ty);
        if (image.complete && image.naturalWidth) c.drawImage(image, x0 + tx * side, y0 + ty * side, side + 0.5, side + 0.5);
      }
    }
  },

  tile(z, x, y) {
    const address = this.data.tiles.replace("{z}", z).replace("{x}", x).replace("{y}", y);
    let image = this.tiles.get(address);
    if (!image) {
      image = new Image();
      image.onload = () => { this.tilesCame = true; this.credit(); this.draw(); };
      image.onerror = () => this.tiles.delete(address);  // asked for again when the view changes
      image.src = address;
      this.tiles.set(address, image);
    }
    return image;
  },
});

const SMALL = { top: 0.2, high: 0.5 };  // the part of the Mercator square that is inhabited

function latOf(y) {
  return (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
}
