// The evidence ledger: one row a cue, with its bits as a step of a waterfall, a switch, a strength.

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const ledger = (parentElement.cluesLedger ??= new Ledger(parentElement));
  Object.assign(ledger, { data, set: setStateValue, trigger: setTriggerValue });
  ledger.draw();
}

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children.filter((child) => child !== null));
  return element;
}

const LEAST = 2;  // bits that the bars' width stands for

const send = (name, detail) => window.dispatchEvent(new CustomEvent(name, { detail }));

const signed = (bits) => {
  const text = Math.abs(bits).toFixed(1);
  return text === "0.0" ? text : (bits > 0 ? "+" : "\u2212") + text;
};

class Ledger {
  constructor(root) {
    this.box = make("div", "ledger");
    root.append(this.box);
    this.open = new Set();
    this.unfolded = false;
    const on = (name, act) => window.addEventListener(name, (event) => {
      if (this.box.isConnected) act(event.detail);
    });
    on("clues-hot", (id) => {
      for (const item of this.box.querySelectorAll(".item")) item.classList.toggle("hot", item.dataset.cue === id);
    });
    on("clues-open", (id) => {
      this.open.add(id);
      this.unfolded ||= this.data.rows.findIndex((row) => row.id === id) >= this.data.shown;
      this.draw();
      this.box.querySelector(`[data-cue="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "center", behavior: "smooth" });
    });
    on("clues-crops", () => this.draw());
  }

  draw() {
    const { data } = this, probe = document.createElement("canvas").getContext("2d");
    probe.fillStyle = getComputedStyle(this.box).getPropertyValue("--st-background-color").trim() || "#fff";
    this.box.classList.toggle("dark", parseInt(probe.fillStyle.slice(3, 5), 16) < 128);
    const focused = this.box.getRootNode().activeElement?.dataset?.focus;
    const rest = data.rows.slice(data.shown);
    this.scale([data.prior, ...data.rows.map((row) => row.bits ?? 0)]);
    this.box.replaceChildren(this.head(), this.plain("Before any cue", data.before, data.prior));
    for (const row of data.rows.slice(0, data.shown)) this.box.append(this.item(row));
    if (rest.length) this.box.append(this.fold(rest));
    if (this.unfolded) for (const row of rest) this.box.append(this.item(row));
    this.box.append(this.plain("Together", data.verdict, data.total, true));
    if (focused) this.box.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    send("clues-pinned", [...this.open]);
    send("clues-off", data.rows.filter((row) => row.bits === null).map((row) => row.id));
  }

  scale(steps) {
    let at = 0, low = 0, high = 0;
    for (const step of steps) { at += step; low = Math.min(low, at); high = Math.max(high, at); }
    const room = Math.max(LEAST - (high - low), 0) / 2;  // so that little does not look like much
    low -= room;
    high += room;
    const width = high - low;
    this.share = (bits) => (100 * (bits - low)) / width;
    this.box.style.setProperty("--zero", `${this.share(0)}%`);
    this.at = 0;
  }

  bar(bits, total = false) {
    const from = total ? 0 : this.at, to = total ? bits : this.at + bits;
    if (!total) this.at = to;
    const fill = make("i", total ? "total" : bits >= 0 ? "for" : "against");
    fill.style.left = `${this.share(Math.min(from, to))}%`;
    fill.style.width = `${this.share(Math.max(from, to)) - this.share(Math.min(from, to))}%`;
    if (Math.abs(bits) < 0.02) fill.hidden = true;
    return make("div", "bar", fill);
  }

  head() {
    const sides = make("div", "sides", make("span", "b", `\u2190 ${this.data.b}`), make("span", "a", `${this.data.a} \u2192`));
    return make("div", "head", make("span"), make("span", "", "Cue"), sides, make("span", "bits", "bits"), make("span"));
  }

  plain(title, detail, bits, total = false) {
    const name = make("div", "title plain", title, make("small", "", detail));
    const row = make("div", "row", make("span"), name, this.bar(bits, total), make("span", "bits", signed(bits)), make("span"));
    return make("div", `item${total ? " sum" : ""}`, row);
  }

  // All that says little, in one row that opens.
  fold(rest) {
    const bits = rest.reduce((sum, row) => sum + (row.bits ?? 0), 0), open = this.unfolded;
    const name = make("button", "title", make("span", "", `${rest.length} more cue${rest.length > 1 ? "s" : ""}`),
      make("small", "", open ? "hide them" : "each says little; open to see them"));
    name.dataset.focus = "fold";
    name.setAttribute("aria-expanded", open);
    const chevron = make("span", "chevron", "\u203a");
    name.onclick = chevron.onclick = () => { this.unfolded = !open; this.draw(); };
    const bar = open ? make("div", "bar") : this.bar(bits);
    const row = make("div", "row", make("span"), name, bar, make("span", "bits", open ? "" : signed(bits)), chevron);
    return make("div", `item more-cues${open ? " open" : ""}`, row);
  }

  item(row) {
    const { data } = this, off = row.bits === null;
    const name = make("button", "title", make("span", "", row.title), make("small", "", row.note));
    name.title = `${row.title}\n${row.note}`;
    name.dataset.focus = `title-${row.id}`;
    name.setAttribute("aria-expanded", this.open.has(row.id));
    const chevron = make("span", "chevron", "\u203a");
    const line = make("div", "row", this.control(row), name, this.bar(row.bits ?? 0),
      make("span", "bits", off ? row.status : signed(row.bits)), chevron);
    const item = make("div", `item${off ? " off" : ""}${this.open.has(row.id) ? " open" : ""}`, line);
    item.dataset.cue = row.id;
    const turn = () => {
      if (!this.open.delete(row.id)) this.open.add(row.id);
      this.draw();
    };
    name.onclick = chevron.onclick = turn;
    item.onpointerenter = () => send("clues-hot", row.id);
    item.onpointerleave = () => send("clues-hot", null);
    if (this.open.has(row.id)) item.append(this.more(row, data));
    return item;
  }

  control(row) {
    if (row.person) {
      const drop = make("button", "drop", "\u00d7");
      drop.title = `Remove '${row.title}'`;
      drop.setAttribute("aria-label", drop.title);
      drop.onclick = () => this.trigger("removed", row.id);
      return drop;
    }
    const input = make("input");
    input.type = "checkbox";
    input.checked = row.strength > 0;
    input.dataset.focus = `switch-${row.id}`;
    input.setAttribute("role", "switch");
    input.setAttribute("aria-label", `Count '${row.title}'`);
    input.onchange = () => this.change(row.id, input.checked ? 1 : 0);
    return input;
  }

  change(id, strength) {
    const row = this.data.rows.find((one) => one.id === id);
    row.strength = strength;
    this.set("strengths", Object.fromEntries(this.data.rows.filter((one) => !one.person).map((one) => [one.id, one.strength])));
  }

  more(row) {
    const text = make("div");
    for (const clue of row.clues) {
      text.append(make("p", "", clue.says));
      const side = make("div", "side", clue.where ? `${clue.where} \u00b7 ` : "");
      if (clue.but) side.append(`But: ${clue.but} \u00b7 `);
      const edit = make("a", "", make("code", "", clue.place));
      Object.assign(edit, { href: `knowledge?edit-clue=${clue.id}`, target: "_blank", title: "Open this clue in the editor" });
      edit.onclick = (event) => {  // here, the photo stays at hand; with Ctrl, in a tab of its own
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        this.trigger("edited", clue.id);
      };
      side.append(edit);
      for (const source of clue.sources) {
        side.append(" \u00b7 ");
        const link = make(source.url ? "a" : "span", "", source.text);
        if (source.url) Object.assign(link, { href: source.url, target: "_blank", rel: "noopener noreferrer" });
        side.append(link);
      }
      text.append(side);
    }
    if (!row.clues.length) text.append(make("div", "side", row.aside));
    const more = make("div", "more", text);
    const crop = window.clues?.crops?.[row.id];
    if (crop) {
      const image = make("img");
      image.src = crop;
      image.alt = `The part of the photo that says: ${row.title}`;
      more.append(image);
    }
    if (!row.person) more.append(this.slider(row));
    return more;
  }

  slider(row) {
    const input = make("input"), value = make("output", "", `\u00d7 ${row.strength.toFixed(1)}`);
    Object.assign(input, { type: "range", min: 0, max: 2, step: 0.1, value: row.strength });
    input.dataset.focus = `strength-${row.id}`;
    input.setAttribute("aria-label", `Strength of '${row.title}'`);
    input.oninput = () => { value.textContent = `\u00d7 ${Number(input.value).toFixed(1)}`; };
    input.onchange = () => this.change(row.id, Number(input.value));
    return make("label", "", "Strength", input, value);
  }
}
