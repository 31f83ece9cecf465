// Before the session ends: asks whether to stay signed in, and saves what was typed. Each page says how long it has.
const { sessionSeconds, sessionWarning } = document.body.dataset;
const ENDS = "waymark-session-ends"; // shared by the tabs of this browser: a time, and nothing about a person
const MAX_WAIT = 3000; // milliseconds
const dialogue = document.getElementById("session-dialogue");
const timer = dialogue.querySelector("[role=timer]");
const announced = dialogue.querySelector("[aria-live]");
const token = document.querySelector("input[name=csrf_token]").value;

const read = (form) => new URLSearchParams(new FormData(form));
const written = (form) => {
  const typed = read(form);
  typed.delete("draft_version");
  return typed.toString();
};
// A draft is saved where it is kept; other text, where unsent text is.
const forms = [...document.querySelectorAll("form")].filter((form) => form.querySelector("input[name=unsent]") || "autosave" in form.dataset);
const stored = new Map(forms.map((form) => [form, written(form)]));
let sending = null;

// A form that nobody changed since it was shown or last saved is left alone, and so is the one being sent.
const changed = () => forms.filter((form) => form !== sending && written(form) !== stored.get(form));

function save() {
  const saving = changed().map((form) => {
    stored.set(form, written(form));
    return "autosave" in form.dataset ? saveDraft(form) : post(`/${location.pathname.split("/")[1]}/unsent`, read(form).toString());
  });
  return Promise.allSettled(saving);
}

function post(address, body = "") {
  const headers = { "Content-Type": "application/x-www-form-urlencoded", "X-CSRF-Token": token };
  return fetch(address, { method: "POST", keepalive: true, headers, body });
}

async function saveDraft(form) {
  const answer = await post(form.action, `${read(form)}&act=autosave`);
  if (answer.ok) form.elements.draft_version.value = (await answer.json()).version;
}

function renew(seconds) {
  localStorage.setItem(ENDS, String(Date.now() + seconds * 1000));
}

function left() {
  return Math.round((Number(localStorage.getItem(ENDS)) - Date.now()) / 1000);
}

function say(seconds) {
  const minutes = Math.round(seconds / 60);
  const { seconds: under, minute, minutes: many } = timer.dataset;
  const text = seconds < 60 ? under : minutes === 1 ? minute : many.replace("%{count}", minutes);
  if (timer.textContent === text) return;
  timer.textContent = text;
  announced.textContent = text;
}

async function stay() {
  const answer = await post("/accounts/sessions/renewal");
  if (!answer.ok) return leave();
  renew((await answer.json()).seconds);
  dialogue.close();
}

function leave() {
  save();
  sending = true;
  location.replace(`/accounts/sign-in?next=${encodeURIComponent(location.pathname)}&ended=inactive`);
}

function look() {
  const seconds = left();
  if (seconds <= 5) save();
  if (seconds < 0) {
    clearInterval(looking);
    leave();
  } else if (seconds <= Number(sessionWarning)) {
    if (!dialogue.open) dialogue.showModal();
    say(seconds);
  } else if (dialogue.open) {
    dialogue.close();
  }
}

document.addEventListener("submit", (event) => {
  sending = event.target;
  save();
});
// A link waits until what was typed is saved, so that the next page can offer it.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[href]");
  const here = link && new URL(link.href).pathname === location.pathname;
  if (!link || here || link.target || event.button || event.ctrlKey || event.metaKey || event.shiftKey || !changed().length) return;
  event.preventDefault();
  await Promise.race([save(), new Promise((done) => setTimeout(done, MAX_WAIT))]);
  location.assign(link.href);
});
document.addEventListener("visibilitychange", () => document.hidden && save());
addEventListener("pagehide", save);
addEventListener("pageshow", () => (sending = null));
dialogue.querySelector("[data-stay]").addEventListener("click", stay);
dialogue.addEventListener("cancel", (event) => {
  event.preventDefault();
  stay();
});
renew(Number(sessionSeconds));
const looking = setInterval(look, 1000);
