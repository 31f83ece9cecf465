// Starts GOV.UK's components. Its address holds a version, so the page says it.
const address = document.querySelector('meta[name="govuk-frontend"]').content;
const { initAll } = await import(address);
initAll();
