"use strict";
// A bar above the first table of developments that filters all of them. It is made here, so that without script it is
// not there; texts of the document are only ever set as text.
(() => {
  const WORDS = {
    en: {
      bar: "Filter", every: "all", case: "Case", party: "Party", words: "Words", since: "From", until: "To",
      mark: "Highlight disputed rows", clear: "Show all", colon: ": ", between: "; ",
      count: (shown, all) => (shown === all ? `${all} rows` : `${shown} of ${all} rows shown`),
      doubt: (n) => `, ${n} of them only because a date is uncertain or not stated`,
      marked: (n) => `, ${n} disputed`,
    },
    zh: {
      bar: "筛选", every: "全部", case: "案件", party: "当事人", words: "词语", since: "自", until: "至",
      mark: "突出显示有争议的行", clear: "显示全部", colon: "：", between: "；",
      count: (shown, all) => (shown === all ? `共 ${all} 行` : `显示 ${shown} 行，共 ${all} 行`),
      doubt: (n) => `，其中 ${n} 行仅因日期不确定或未载明而显示`,
      marked: (n) => `，${n} 行有争议`,
    },
  };
  // Not every browser takes for a table what a narrow screen lays out as blocks, unless its roles are spelt out; in the
  // file they would be faults (ARIA in HTML, section 4).
  const ROLES = { table: "table", thead: "rowgroup", tbody: "rowgroup", tr: "row", th: "columnheader", td: "cell" };
  for (const [tag, role] of Object.entries(ROLES)) {
    for (const element of document.querySelectorAll(tag)) element.setAttribute("role", role);
  }

  const said = WORDS[document.documentElement.lang.slice(0, 2)] || WORDS.en;
  const folded = (text) => text.normalize("NFKC").toLowerCase();

  const make = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };

  // What a row can be found by. Where a bound is missing the row can lie anywhere on that side.
  const read = (row) => ({
    row,
    case: row.dataset.case || "",
    parties: JSON.parse(row.dataset.parties || "[]"),
    earliest: row.dataset.earliest || "",
    latest: row.dataset.latest || "\uffff",
    isDisputed: row.classList.contains("status-disputed"),
    text: folded([...row.cells, ...notesOf(row)].map((each) => each.textContent).join(" ")),
  });
  const notesOf = (row) =>
    [...row.querySelectorAll('[role="doc-noteref"]')].map((call) => document.querySelector(call.getAttribute("href")));

  const choice = (name, values) => {
    const options = [...new Set(values.filter(Boolean))].sort((a, b) => a.localeCompare(b));
    const field = make("select", { name, autocomplete: "off" }, make("option", { value: "" }, said.every));
    field.append(...options.map((each) => make("option", { value: each }, each)));
    return options.length ? field : null;
  };

  const matches = (entry, asked) =>
    (!asked.case || entry.case === asked.case) &&
    (!asked.party || entry.parties.includes(asked.party)) &&
    folded(asked.words || "").split(/\s+/).every((word) => entry.text.includes(word)) &&
    (!asked.since || entry.latest >= asked.since) &&
    (!asked.until || entry.earliest <= asked.until);

  const isCertain = (entry, asked) =>
    (!asked.since || entry.earliest >= asked.since) && (!asked.until || entry.latest <= asked.until);

  const addBar = (tables) => {
    const entries = tables.flatMap((table) => [...table.tBodies[0].rows]).map(read);
    const fields = [
      choice("case", entries.map((each) => each.case)),
      choice("party", entries.flatMap((each) => each.parties)),
      make("input", { name: "words", type: "search", autocomplete: "off" }),
      make("input", { name: "since", type: "date", autocomplete: "off" }),
      make("input", { name: "until", type: "date", autocomplete: "off" }),
    ].filter(Boolean);
    const mark = make("input", { name: "mark", type: "checkbox", autocomplete: "off" });
    const clear = make("button", { type: "button" }, said.clear);
    const count = make("output");
    const told = make("p", { className: "told" });
    const bar = make(
      "div",
      { className: "filter", role: "search", ariaLabel: said.bar + said.colon + tables[0].getAttribute("aria-label") },
      ...fields.map((field) => make("label", {}, said[field.name], field)),
      make("label", { className: "check" }, mark, said.mark), clear, count, told,
    );

    const apply = () => {
      const asked = Object.fromEntries(fields.map((field) => [field.name, field.value.trim()]));
      const shown = entries.filter((entry) => {
        entry.row.hidden = !matches(entry, asked);
        return !entry.row.hidden;
      });
      const doubtful = shown.filter((entry) => !isCertain(entry, asked)).length;
      const disputed = shown.filter((entry) => entry.isDisputed).length;
      for (const table of tables) table.classList.toggle("highlight", mark.checked);
      count.textContent =
        said.count(shown.length, entries.length) + (doubtful ? said.doubt(doubtful) : "") +
        (mark.checked ? said.marked(disputed) : "");
      const active = fields.filter((field) => asked[field.name]);
      bar.classList.toggle("filtered", active.length > 0);
      told.textContent = active.map((field) => said[field.name] + said.colon + asked[field.name]).join(said.between);
    };
    const reset = () => {
      for (const field of fields) field.value = "";
      apply();
    };

    bar.addEventListener("input", apply);
    clear.addEventListener("click", reset);
    // A link back from a note must not lead to a row that is filtered away.
    document.addEventListener("click", (event) => {
      const link = event.target.closest('a[href^="#"]');
      const goal = link && document.getElementById(link.getAttribute("href").slice(1));
      if (goal && goal.closest("tr[hidden]")) reset();
    });
    tables[0].before(bar);
    apply();
  };

  const tables = [...document.querySelectorAll("table.developments")];
  if (tables.some((table) => table.tBodies[0].rows.length)) addBar(tables);
})();
