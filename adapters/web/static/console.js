// The staff console keeps itself up to date: the server says "changed", the page fetches its two parts again.
// The parts are rendered and escaped by the server.

const $ = (id) => document.getElementById(id);
const panes = document.querySelector(".panes"), list = $("list"), conversation = $("conversation"), answer = $("answer");
const replies = $("replies");
const STEP_MS = 400, LOOK_MS = 30_000;

function uuid() { // crypto.randomUUID is missing on plain http
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

// --- what is shown ---------------------------------------------------------------------------------------------------

const shown = new Map(); // part → its last markup, so that what did not change is left alone

async function refresh(part) {
  const response = await fetch(part.dataset.src, { headers: { Accept: "text/html" } });
  if ([401, 403, 409].includes(response.status)) return location.reload(); // 409: it stands elsewhere now
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const markup = await response.text();
  if (shown.get(part) === markup) return;
  shown.set(part, markup);
  const open = new Map([...part.querySelectorAll("details")].map((details, place) => [place, details.open]));
  const from = part.querySelector(".lines")?.scrollTop ?? 0;
  part.innerHTML = markup;
  [...part.querySelectorAll("details")].forEach((details, place) => { details.open = open.get(place) ?? details.open; });
  finish();
  const now = part.querySelector(".lines");
  if (now) now.scrollTop = from;
}

const spoken = () => document.querySelector(".lines");
const atEnd = (lines) => !lines || lines.scrollHeight - lines.scrollTop - lines.clientHeight < 80;

function showEnd() {
  const lines = spoken();
  if (lines) lines.scrollTop = lines.scrollHeight;
}

function finish() { // what the server cannot know: the reader's clock, and which entry is open
  for (const item of list.querySelectorAll("li[data-id]")) {
    const current = item.dataset.id === list.dataset.current;
    item.classList.toggle("current", current);
    if (current) item.firstElementChild.setAttribute("aria-current", "true");
  }
  const waiting = Number(list.querySelector("[data-waiting]").dataset.waiting);
  document.title = document.title.replace(/^(\(\d+\) )?/, waiting ? `(${waiting}) ` : "");
  for (const time of document.querySelectorAll("time[data-at]")) {
    time.textContent = new Date(time.dateTime).toLocaleString([], { dateStyle: "short", timeStyle: "short" });
  }
  ages();
}

function ages() {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto", style: "short" });
  for (const time of document.querySelectorAll("time[data-since]")) {
    const minutes = Math.round((Date.now() - new Date(time.dateTime)) / 60_000);
    if (minutes < 1) time.textContent = panes.dataset.now;
    else if (minutes < 90) time.textContent = words.format(-minutes, "minute");
    else if (minutes < 36 * 60) time.textContent = words.format(-Math.round(minutes / 60), "hour");
    else time.textContent = words.format(-Math.round(minutes / 60 / 24), "day");
    time.title = new Date(time.dateTime).toLocaleString();
  }
}

// --- news ------------------------------------------------------------------------------------------------------------

let due = false, busy = false;

async function look() { // one fetch at a time, and not more often than a person can read
  if (busy) { due = true; return; }
  busy = true;
  due = false;
  const following = atEnd(spoken());
  try {
    await Promise.all([list, conversation, replies].filter(Boolean).map(refresh));
    if (following) showEnd(); // once all parts have their new heights
    $("offline").hidden = true;
  } catch { $("offline").hidden = false; }
  setTimeout(() => { busy = false; if (due) look(); }, STEP_MS);
}

const news = new EventSource("/staff/events");
news.addEventListener("changed", look);
news.addEventListener("error", () => {
  $("offline").hidden = false;
  if (news.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 3_000); // refused: perhaps signed out
});
news.addEventListener("open", () => { $("offline").hidden = true; });
setInterval(look, LOOK_MS);
setInterval(ages, 20_000);

// --- acts ------------------------------------------------------------------------------------------------------------

async function act(fields, at = panes.querySelector(".case").dataset.act) { // `at`: of which handoff, else of the open one
  const body = new URLSearchParams({ csrf: panes.dataset.csrf, ...fields });
  const problem = $("problem");
  try {
    const response = await fetch(at, { method: "POST", body });
    if (response.status === 401) return location.reload();
    if (!response.ok) throw new Error(await response.text());
    problem.hidden = true;
    look();
    return true;
  } catch (error) {
    problem.textContent = panes.dataset.problem.replace("%s", () => error.message);
    problem.hidden = false;
    return false;
  }
}

conversation?.addEventListener("click", async ({ target }) => {
  const button = target.closest("button[data-do]");
  if (!button) return;
  // the same press keeps its id, however often it is tried: it counts once
  button.dataset.source ??= uuid();
  button.disabled = true;
  const { do: done, text = "", source, at } = button.dataset;
  const value = "input" in button.dataset ? button.previousElementSibling.value.trim() : button.dataset.value ?? "";
  if (!await act({ act: done, value, text, source }, at)) button.disabled = false;
  else button.closest(".menu")?.removeAttribute("open");
});

answer?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = answer.elements.text, way = event.submitter.value, said = field.value.trim();
  const buttons = answer.querySelectorAll("button");
  if (!said || event.submitter.disabled) return;
  if (answer.dataset.said !== way + said) Object.assign(answer.dataset, { said: way + said, source: uuid() });
  for (const button of buttons) button.disabled = true;
  if (await act({ text: said, act: way, source: answer.dataset.source })) {
    delete answer.dataset.said;
    field.value = "";
  }
  for (const button of buttons) button.disabled = false;
  field.focus();
});
replies?.addEventListener("click", async ({ target }) => { // the suggestion as it stands; the same press counts once
  const button = target.closest("button[data-send]");
  if (!button || button.disabled) return;
  button.dataset.source ??= uuid();
  button.disabled = true;
  if (!await act({ text: button.dataset.send, answers: button.dataset.answers, source: button.dataset.source })) button.disabled = false;
});
replies?.addEventListener("click", ({ target }) => { // put where the cursor is, to be edited: nothing is sent
  const button = target.closest("button[data-fill]"), field = answer.elements.text;
  if (!button) return;
  button.closest("details")?.removeAttribute("open");
  field.setRangeText(button.dataset.fill, field.selectionStart, field.selectionEnd, "end");
  field.focus();
});
answer?.elements.text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  answer.requestSubmit(answer.querySelector("button"));
});

showEnd();
finish();
