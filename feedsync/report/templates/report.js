"use strict";
(() => {
  // A row: [kind, product, variant, title, field, before, after, verdict, note]. Texts reach the page as text, never as HTML.
  const rows = JSON.parse(document.getElementById("data").textContent);
  const words = JSON.parse(document.getElementById("words").textContent);
  const element = (id) => document.getElementById(id);
  const body = element("rows"), frame = element("window"), heads = [...document.querySelectorAll("th[aria-sort]")];
  const PRINTED = 2000, MORE = 8, WORDS = 120, SHOWN = 200;
  let found = rows, texts = null, column = null, downwards = false, timer = 0, shownFrom = -1, height = 74, printing = false;

  for (const verdict of new Set(rows.map((row) => row[7]))) element("verdict").append(new Option(verdict, verdict));

  const text = (row) => row.filter((part) => part !== null).join("\n").toLowerCase();
  const amount = (value) => { const number = parseFloat(value); return Number.isNaN(number) ? null : number; };

  function select() {
    const find = element("find").value.trim().toLowerCase(), kind = element("kind").value, verdict = element("verdict").value;
    if (find && !texts) texts = new Map(rows.map((row) => [row, text(row)]));
    found = rows.filter((row) => (!kind || row[0] === kind) && (!verdict || row[7] === verdict) && (!find || texts.get(row).includes(find)));
    if (column !== null) {
      const sign = downwards ? -1 : 1;
      const keyed = found.map((row) => [amount(row[column]), row[column] ?? "", row]);
      keyed.sort((a, b) => sign * (a[0] !== null && b[0] !== null ? a[0] - b[0] : a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0));
      found = keyed.map((key) => key[2]);
    }
    element("shown").textContent = `${found.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")} changes`;
    element("table").setAttribute("aria-rowcount", String(found.length + 1));
    frame.scrollTop = 0;
    show(true);
  }

  // The words that only one side has: the longest common run of words is what stays.
  function compare(before, after) {
    const a = before.split(/(\s+)/), b = after.split(/(\s+)/);
    if (a.length > WORDS || b.length > WORDS) return [a.map((w) => [w, false]), b.map((w) => [w, false])];
    const longest = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
    for (let i = a.length - 1; i >= 0; i--) for (let j = b.length - 1; j >= 0; j--)
      longest[i][j] = a[i] === b[j] ? longest[i + 1][j + 1] + 1 : Math.max(longest[i + 1][j], longest[i][j + 1]);
    const left = [], right = [];
    let i = 0, j = 0;
    while (i < a.length || j < b.length) {
      if (i < a.length && j < b.length && a[i] === b[j]) { left.push([a[i++], false]); right.push([b[j++], false]); }
      else if (j >= b.length || (i < a.length && longest[i + 1][j] >= longest[i][j + 1])) left.push([a[i++], true]);
      else right.push([b[j++], true]);
    }
    return [left, right];
  }

  function cell(row, ...parts) {
    const td = document.createElement("td"), div = document.createElement("div");
    div.dir = "auto";
    div.append(...parts);
    td.append(div);
    row.append(td);
  }

  function side(tag, pairs) {
    const whole = document.createElement(tag);
    for (const [word, changed] of pairs) {
      if (!changed) { whole.append(word); continue; }
      const mark = document.createElement("mark");
      mark.textContent = word;
      whole.append(mark);
    }
    return whole;
  }

  function pictures(list) {
    return (list ?? "").split(", ").filter((address) => /^https?:\/\//.test(address)).map((address) => {
      const picture = document.createElement("img");
      picture.loading = "lazy"; picture.alt = address; picture.src = address;
      return picture;
    });
  }

  function line(row, number) {
    const [kind, product, variant, title, field, before, after, verdict, note] = row;
    const tr = document.createElement("tr");
    tr.className = "row";
    tr.setAttribute("aria-rowindex", String(number + 2));
    cell(tr, words[kind] ?? kind);
    const id = document.createElement("small");
    id.textContent = variant ?? product;
    cell(tr, title ?? "", " ", id);
    cell(tr, field ?? "");
    if (field === "images" && element("pictures").checked) { cell(tr, ...pictures(before)); cell(tr, ...pictures(after)); }
    else {
      const both = before !== null && after !== null ? compare(before, after) : [[[before ?? "", false]], [[after ?? "", false]]];
      cell(tr, side("del", both[0]));
      cell(tr, side("ins", both[1]));
    }
    cell(tr, verdict + (note ? ` (${note})` : ""));
    return tr;
  }

  function space(count) {
    const tr = document.createElement("tr"), td = document.createElement("td");
    tr.className = "space"; tr.setAttribute("aria-hidden", "true");
    td.colSpan = 6; td.height = count * height;
    tr.append(td);
    return tr;
  }

  function show(anew) {
    const from = Math.max(0, Math.floor(frame.scrollTop / height) - MORE);
    const to = Math.min(found.length, from + Math.min(SHOWN, Math.ceil(frame.clientHeight / height)) + 2 * MORE);
    if (printing || (!anew && Math.abs(from - shownFrom) < MORE / 2)) return;
    shownFrom = from;
    const lines = found.slice(from, to).map((row, number) => line(row, from + number));
    body.replaceChildren(...(from ? [space(from)] : []), ...lines, ...(to < found.length ? [space(found.length - to)] : []));
    height = lines[0]?.getBoundingClientRect().height || height;
  }

  frame.addEventListener("scroll", () => requestAnimationFrame(() => show(false)));
  addEventListener("resize", () => show(true));
  element("find").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(select, 150); });
  for (const id of ["kind", "verdict", "pictures"]) element(id).addEventListener("change", select);
  for (const head of heads) head.firstElementChild.addEventListener("click", (event) => {
    const chosen = Number(event.currentTarget.dataset.column);
    downwards = column === chosen && !downwards;
    column = chosen;
    for (const other of heads) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", downwards ? "descending" : "ascending");
    select();
  });
  addEventListener("beforeprint", () => { printing = true; body.replaceChildren(...found.slice(0, PRINTED).map(line)); });
  addEventListener("afterprint", () => { printing = false; show(true); });
  select();
  document.documentElement.dataset.ready = "yes";
})();
