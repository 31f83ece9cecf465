// Starts GOV.UK's components. Its address holds a version, so the page says it.
const address = document.querySelector('meta[name="govuk-frontend"]').content;
const { initAll } = await import(address);
initAll();

// Keeps a claim alive while its holder works on this page: sends the form, and shows a notice when it is refused.
for (const form of document.querySelectorAll("[data-keep-alive]")) {
  let atWork = false;
  for (const sign of ["input", "keydown", "pointerdown", "scroll"]) {
    document.addEventListener(sign, () => { atWork = true; }, { passive: true });
  }
  const timer = setInterval(async () => {
    if (!atWork || !document.hasFocus()) {
      return;
    }
    atWork = false;
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (answer.status === 409) {
      clearInterval(timer);
      document.querySelector("[data-keep-alive-ended]").hidden = false;
    }
  }, form.dataset.keepAlive * 1000);
}

// A notice that another service decides on: it stays hidden unless that service says that something waits.
for (const notice of document.querySelectorAll("[data-shown-if]")) {
  const answer = await fetch(notice.dataset.shownIf);
  notice.hidden = !(answer.ok && (await answer.json()).waiting);
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// Closed details are printed too, also by a browser that does not know ::details-content of the style sheet.
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  for (const details of folded) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of folded) details.open = false;
});
