"use strict";
{
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const texts = data.texts;
  const tests = [...document.querySelectorAll(".test")];
  const names = tests.map((test) => test.querySelector(".id").textContent);
  const search = byId("search");
  const FIRST_STEPS = 200;

  const counted = (number, thing) =>
    `${number.toLocaleString("en")} ${thing}${number === 1 ? "" : "s"}`;

  // Text goes in as text, whatever it looks like.
  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  // A step is the place of its call, or that with how often, and after how many seconds.
  const stepOf = (step) => {
    const [place, times, seconds] = Array.isArray(step) ? step : [step, 1, 0];
    const [phase, operation, error, retried, keys, source, principal, region] = data.calls[place];
    return { times, seconds, phase, operation, error, retried, keys, source, principal, region };
  };

  // The timeline of a test

  const inWords = (seconds) => {
    const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
    const parts = [];
    for (const [unit, length] of units) {
      const number = Math.floor(seconds / length);
      seconds -= number * length;
      if (number) parts.push(`${number} ${unit}`);
    }
    return parts.slice(0, 2).join(" ");
  };

  const runs = (codes) => {
    const counts = new Map();
    for (const code of codes) counts.set(texts[code], (counts.get(texts[code]) || 0) + 1);
    return [...counts].map(([code, count]) => (count > 1 ? `${code} ${count}×` : code)).join(", ");
  };

  const drawnStep = (step, number, before) => {
    const item = element("li");
    const phase = data.phases[step.phase];
    const when = [`${number}.`];
    if (phase !== "call") when.push(`in ${phase}`);
    if (step.seconds) when.push(`after ${inWords(step.seconds)}`);
    item.append(element("span", "when", when.join(" ")));
    const times = step.times > 1 ? ` ${step.times.toLocaleString("en")}×` : "";
    item.append(element("span", "operation", texts[step.operation] + times));
    const keys = element("span", "on");
    for (const [name, state] of step.keys) {
      keys.append(element("span", "", `${texts[name]} `), element("span", `state ${texts[state]}`, texts[state]), " ");
    }
    item.append(keys);
    const outcome = element("span", "end");
    if (step.error < 0) outcome.append("answered");
    else outcome.append(element("span", "refused-with", texts[step.error]));
    if (step.retried.length) outcome.append(element("span", "retried-after", `, after ${runs(step.retried)}`));
    item.append(outcome, element("span", "source", texts[step.source]));
    if (step.error >= 0) item.className = "refused";
    else if (step.retried.length) item.className = "retried";
    // Who called and where is said where it changes.
    if (!before || before.principal !== step.principal || before.region !== step.region) {
      item.append(element("span", "caller", `by ${texts[step.principal]} in ${texts[step.region]}`));
    }
    return item;
  };

  const draw = (test) => {
    if (test.querySelector(".timeline")) return;
    const steps = data.steps[Number(test.dataset.test)].map(stepOf);
    const list = element("ol", "timeline");
    const drawUpTo = (end) => {
      const fragment = document.createDocumentFragment();
      for (let at = list.childElementCount; at < end; at += 1) {
        fragment.append(drawnStep(steps[at], at + 1, steps[at - 1]));
      }
      list.append(fragment);
    };
    drawUpTo(Math.min(FIRST_STEPS, steps.length));
    test.append(list);
    if (steps.length > FIRST_STEPS) {
      const more = element("button", "more", `Show all ${steps.length.toLocaleString("en")} steps`);
      more.type = "button";
      more.addEventListener("click", () => {
        drawUpTo(steps.length);
        more.remove();
      });
      test.append(more);
    }
  };
  for (const test of tests) test.addEventListener("toggle", () => test.open && draw(test));

  // The search

  let haystacks = null;
  const haystackOf = (place) => {
    const words = new Set([names[place], tests[place].querySelector(".outcome").textContent]);
    for (const call of new Set(data.steps[place].map((step) => (Array.isArray(step) ? step[0] : step)))) {
      const { operation, error, retried, keys, source, principal, region } = stepOf(call);
      for (const text of [operation, source, principal, region, ...retried, ...keys.flat()]) words.add(texts[text]);
      if (error >= 0) words.add(texts[error]);
    }
    return [...words].join("\n").toLowerCase();
  };

  const find = () => {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (wanted.length && !haystacks) haystacks = tests.map((_, place) => haystackOf(place));
    let found = 0;
    tests.forEach((test, place) => {
      test.hidden = !wanted.every((word) => haystacks[place].includes(word));
      found += test.hidden ? 0 : 1;
    });
    byId("nothing").hidden = found > 0 || !tests.length;
    byId("found").textContent = wanted.length
      ? `${found.toLocaleString("en")} of ${counted(tests.length, "test")}`
      : counted(tests.length, "test");
    return wanted.length > 0;
  };

  // What is searched for is part of the address, so that it is there after a reload.
  const remember = () => history.replaceState(null, "", `#search=${encodeURIComponent(search.value)}`);
  const recall = () => {
    const given = /^#search=(.*)$/.exec(location.hash);
    if (!given) return;
    try {
      search.value = decodeURIComponent(given[1]);
    } catch {
      search.value = given[1];
    }
  };

  const showTests = () => {
    const section = byId("tests");
    if (section.getBoundingClientRect().top > window.innerHeight / 2) section.scrollIntoView();
  };
  const searchFor = (text) => {
    search.value = text;
    remember();
    find();
  };
  search.addEventListener("input", () => {
    remember();
    if (find()) showTests();
  });
  byId("search-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const first = shown()[0];
    if (first) goTo(first);
  });
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    if (search.value) searchFor("");
    else search.blur();
  });
  window.addEventListener("hashchange", () => {
    recall();
    find();
  });

  // Going about

  const shown = () => tests.filter((test) => !test.hidden);
  const goTo = (test) => {
    const head = test.querySelector("summary");
    head.focus({ preventScroll: true });
    head.scrollIntoView({ block: "center" });
  };
  const goBy = (distance) => {
    const among = shown();
    const here = among.indexOf(document.activeElement.closest(".test"));
    const next = among[here < 0 ? (distance > 0 ? 0 : among.length - 1) : here + distance];
    if (next) goTo(next);
  };
  const goToSection = (id) => {
    const section = byId(id);
    section.scrollIntoView();
    const first = { matrix: () => cells.find((cell) => cell.tabIndex === 0), tests: () => null, keys: () => section.querySelector("button") }[id]();
    (first || section).focus({ preventScroll: true });
  };
  for (const link of document.querySelectorAll("nav a")) {
    link.addEventListener("click", (event) => {
      event.preventDefault(); // the address is for the search
      goToSection(link.hash.slice(1));
    });
  }

  // The matrix: one of its cells is in the order of Tab, the arrow keys go to the others.
  const cells = [...document.querySelectorAll(".matrix button")];
  const grid = [...document.querySelectorAll(".matrix tr")].map((row) => [...row.cells].map((cell) => cell.querySelector("button")));
  const focusCell = (cell) => {
    for (const each of cells) each.tabIndex = each === cell ? 0 : -1;
    cell.focus();
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  cells.forEach((cell, place) => {
    cell.tabIndex = place ? -1 : 0;
    cell.addEventListener("focus", () => {
      for (const each of cells) each.tabIndex = each === cell ? 0 : -1;
    });
  });
  const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const moveInMatrix = (event) => {
    const step = STEPS[event.key];
    const cell = event.target.closest("button");
    if (!step || !cell || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    let row = grid.findIndex((buttons) => buttons.includes(cell));
    let column = grid[row].indexOf(cell);
    do {
      row += step[0];
      column += step[1];
    } while (grid[row] && column >= 0 && column < grid[row].length && !grid[row][column]);
    const next = grid[row] && grid[row][column];
    if (next) focusCell(next);
  };
  const goToMissing = () => {
    const missing = cells.filter((cell) => "missing" in cell.dataset);
    const here = missing.indexOf(document.activeElement);
    const next = missing[(here + 1) % missing.length];
    if (next) focusCell(next);
  };

  // The tests behind a cell or a key

  const behind = byId("behind");
  const listTests = (places) => {
    const list = byId("behind-tests");
    list.replaceChildren(
      ...places.map((place) => {
        const item = element("li");
        const button = element("button", "", names[place]);
        button.type = "button";
        button.addEventListener("click", () => {
          behind.close();
          if (tests[place].hidden) searchFor("");
          tests[place].open = true;
          goTo(tests[place]);
        });
        item.append(button);
        return item;
      }),
    );
  };
  const showBehind = (title, what, which, places, ready) => {
    byId("behind-title").textContent = title;
    byId("behind-what").textContent = what;
    byId("behind-which").textContent = which;
    byId("behind-ready").hidden = !ready;
    byId("copied").textContent = "";
    if (ready) {
      byId("behind-place").textContent = `To provoke it, ${ready.place}:`;
      byId("behind-text").textContent = ready.text;
    }
    listTests(places);
    behind.showModal();
    behind.scrollTop = 0;
  };
  const openCell = (operation, failure) => {
    const of = data.cells[operation];
    const ready = data.ready[operation];
    if (!failure) {
      const what = ready.all
        ? "The test to paste provokes all failures of the operation that no test has provoked."
        : "Tests have provoked all failures of the operation.";
      showBehind(operation, what, `Called by ${counted(of[""].length, "test")}`, of[""], ready.all);
    } else if (of[failure]) {
      showBehind(`${operation}: ${failure}`, "Provoked.", `By ${counted(of[failure].length, "test")}`, of[failure], null);
    } else {
      const one = { place: ready.one.place, text: ready.one.text.replace(ready.failure, () => failure) };
      showBehind(`${operation}: ${failure}`, "Not provoked.", `${counted(of[""].length, "test")} that reach ${operation}`.replace("1 test that reach", "1 test that reaches"), of[""], one);
    }
  };
  for (const cell of cells) {
    cell.addEventListener("click", () => openCell(cell.dataset.operation, cell.dataset.failure));
  }
  for (const button of document.querySelectorAll("[data-key]")) {
    button.addEventListener("click", () => {
      const places = data.keys[Number(button.dataset.key)];
      showBehind(button.dataset.name, "", `Used by ${counted(places.length, "test")}`, places, null);
    });
  }

  const copy = async () => {
    const code = byId("behind-text");
    try {
      await navigator.clipboard.writeText(code.textContent);
      byId("copied").textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(code);
      byId("copied").textContent = "It is selected.";
    }
  };
  byId("copy").addEventListener("click", copy);

  // Dialogs and shortcuts

  const help = byId("help");
  byId("help-button").addEventListener("click", () => help.showModal());
  for (const dialog of [behind, help]) {
    dialog.querySelector(".close").addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  }

  const SHORTCUTS = {
    "/": () => {
      search.focus();
      search.select();
    },
    "?": () => help.showModal(),
    m: () => goToSection("matrix"),
    t: () => goToSection("tests"),
    k: () => goToSection("keys"),
    n: () => goBy(1),
    p: () => goBy(-1),
    u: goToMissing,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (document.querySelector("dialog[open]")) {
      if (event.key === "c" && behind.open && !byId("behind-ready").hidden) copy();
      return;
    }
    if (event.target.closest("input")) return;
    if (event.target.closest(".matrix")) moveInMatrix(event);
    const shortcut = Object.hasOwn(SHORTCUTS, event.key) ? SHORTCUTS[event.key] : null;
    if (!shortcut) return;
    event.preventDefault();
    shortcut();
  });

  recall();
  if (find()) showTests();
}
