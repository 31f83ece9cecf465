// Starts GOV.UK's components. Its address holds a version, so the page says it.
const address = document.querySelector('meta[name="govuk-frontend"]').content;
const { initAll } = await import(address);
initAll();

// A notice that another service decides on: it stays hidden unless that service says that something waits.
for (const notice of document.querySelectorAll("[data-shown-if]")) {
  const answer = await fetch(notice.dataset.shownIf);
  notice.hidden = !(answer.ok && (await answer.json()).waiting);
}
