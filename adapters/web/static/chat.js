// The shopper's chat. What was said comes from the server's transcript; what was not yet taken is kept here, in
// localStorage, and sent again until it is. Text reaches the page by textContent alone.

const TEXTS = {
  en: {
    connecting: "Connecting…", online: "Assistant, with people on call", offline: "Offline. Reconnecting…",
    write: "Write a message", send: "Send", attach: "Attach a photo or PDF", log: "Conversation", switch: "中文，切换到中文", other: "中文",
    typing: "A reply is being written", bot: "Assistant", staff: "our team", person: "Our team", user: "You",
    sending: "Sending…", sent: "Sent", uploading: "Uploading…", failed: "Not sent", refused: "Could not be sent", retry: "Try again",
    photo: "Photo", document: "Document", file: "File", today: "Today", yesterday: "Yesterday", choices: "Choose an answer",
    slow: "That was a lot at once. Your message goes out in a moment.", too_large: "This file is larger than 5 MB. Please choose a smaller one.",
    type: "Please choose a photo or a PDF.", upload_slow: "That was a lot at once. Please try the file again in a minute.",
  },
  zh: {
    connecting: "正在连接…", online: "智能客服，随时可转人工", offline: "连接中断，正在重连…",
    write: "请输入消息", send: "发送", attach: "添加图片或 PDF", log: "对话", switch: "English, switch to English", other: "English",
    typing: "正在输入回复", bot: "智能客服", staff: "人工客服", person: "人工客服", user: "我",
    sending: "发送中…", sent: "已发送", uploading: "上传中…", failed: "未发送", refused: "无法发送", retry: "重试",
    photo: "图片", document: "文档", file: "文件", today: "今天", yesterday: "昨天", choices: "请选择",
    slow: "消息发送太快了，稍后会自动发出。", too_large: "文件超过 5 MB，请换一个小一点的。",
    type: "请选择图片或 PDF 文件。", upload_slow: "操作太频繁了，请一分钟后再上传。",
  },
};
const LANGUAGE = "shophand.language", PENDING = "shophand.pending.";
const ACK_MS = 10_000, QUIET_MS = 45_000, FORGET_MS = 10 * 60_000, LONGEST_WAIT_MS = 30_000, STEADY_MS = 5_000, TYPING_DELAY_MS = 350;
const JUNK = [1008, 1009], ELSEWHERE = 4001; // close codes: the server will not read this; another browser has the chat
const $ = (id) => document.getElementById(id);
const log = $("log"), scroll = $("scroll"), composer = $("composer"), input = $("text"), notice = $("notice");
const limits = { chars: Number(document.body.dataset.textChars), bytes: Number(document.body.dataset.fileBytes) };
const names = JSON.parse(document.body.dataset.names); // the shop's, by language

// --- storage: one key per message, so that two tabs never overwrite each other ---------------------------------------

const store = {
  read(key) { try { return localStorage.getItem(key); } catch { return null; } },
  write(key, value) { try { localStorage.setItem(key, value); } catch { /* no storage: the page's memory must do */ } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* as above */ } },
  keys() { try { return Object.keys(localStorage); } catch { return []; } },
};

function keep(message) {
  const { id, type, text, value, file, kind, name, at, order, acked } = message;
  store.write(PENDING + id, JSON.stringify({ id, type, text, value, file, kind, name, at, order, acked }));
}

function kept() {
  const messages = [];
  for (const key of store.keys().filter((key) => key.startsWith(PENDING))) {
    try {
      const message = JSON.parse(store.read(key));
      // taken long ago and never seen in the transcript: nothing to wait for
      if (message.acked && Date.now() - message.at > FORGET_MS) store.drop(key);
      else messages.push(message);
    } catch { store.drop(key); }
  }
  return messages.sort((one, other) => one.at - other.at || one.order - other.order);
}

function uuid() { // crypto.randomUUID is missing on plain http, where a small shop may well try this out
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

// --- language --------------------------------------------------------------------------------------------------------

const browserLanguage = navigator.languages.find((tag) => /^(en|zh)\b/i.test(tag)) ?? "en";
let language = TEXTS[store.read(LANGUAGE)] ? store.read(LANGUAGE) : browserLanguage.slice(0, 2).toLowerCase();

// the browser's own tag says more ("zh-TW") as long as it fits what was chosen
const languageTag = () => (browserLanguage.toLowerCase().startsWith(language) ? browserLanguage : language === "zh" ? "zh-CN" : "en");
const say = (name) => TEXTS[language][name] ?? name;

function translate(root) {
  for (const node of root.querySelectorAll("[data-text]")) node.textContent = say(node.dataset.text);
  for (const node of root.querySelectorAll("[data-label]")) node.setAttribute("aria-label", say(node.dataset.label));
  for (const node of root.querySelectorAll("[data-hint]")) node.placeholder = say(node.dataset.hint);
  for (const node of root.querySelectorAll("[data-at]")) node.textContent = clock(node.dataset.at);
  for (const node of root.querySelectorAll("[data-day]")) node.textContent = day(node.dataset.day);
}

function speak(name) {
  language = name;
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = $("shop").textContent = names[language] || names.en || Object.values(names)[0];
  $("mark").textContent = [...document.title][0].toUpperCase();
  $("language").textContent = say("other");
  translate(document);
}

const clock = (at) => new Date(at).toLocaleTimeString(languageTag(), { hour: "2-digit", minute: "2-digit" });

function day(at) {
  const then = new Date(at), today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (then.toDateString() === today.toDateString()) return say("today");
  if (then.toDateString() === yesterday.toDateString()) return say("yesterday");
  return then.toLocaleDateString(languageTag(), { year: "numeric", month: "long", day: "numeric" });
}

// --- drawing ---------------------------------------------------------------------------------------------------------

function make(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

function phrase(tag, className, name) {
  const node = make(tag, className, say(name));
  node.dataset.text = name;
  return node;
}

function fill(node, text) { // text, with its http(s) addresses as links
  for (const part of text.split(/(https?:\/\/[^\s<>"'，。！？；：、）】》”’]+)/)) {
    const [, address, rest] = part.match(/^(https?:\/\/.*?)([.,!?;:)\]]*)$/) ?? [null, "", part];
    if (address && parses(address)) {
      const link = make("a", "", address);
      link.href = address;
      link.target = "_blank";
      link.rel = "noopener noreferrer";
      node.append(link, rest);
    } else node.append(part);
  }
  return node;
}

function parses(address) {
  try { return Boolean(new URL(address)); } catch { return false; }
}

function drawCard({ title, rows, picture }) {
  const card = make("section", "card"), list = make("dl");
  if (picture) card.append(drawPicture(picture));
  if (title) card.append(make("h3", "", title));
  for (const [label, value] of rows) {
    const row = make("div");
    if (label) row.append(make("dt", "", label));
    row.append(fill(make("dd"), value));
    list.append(row);
  }
  if (rows.length) card.append(list);
  return card;
}

function drawPicture({ url, alt }) { // one that does not come leaves no hole
  const image = make("img", "picture");
  image.alt = alt;
  image.loading = "lazy";
  image.decoding = "async";
  image.referrerPolicy = "no-referrer";
  image.addEventListener("error", () => image.remove());
  image.src = url;
  return image;
}

function drawFile({ kind, name, preview }) {
  const box = make("p", "file");
  if (preview) {
    const image = make("img");
    image.src = preview;
    image.alt = name;
    box.append(image);
  } else box.append($("attach").firstElementChild.cloneNode(true), name ? make("span", "", name) : phrase("span", "", kind));
  return box;
}

function drawLine({ who, text, at, author = "", cards = [], file = null }) {
  const item = make("li", who), bubble = make("div", "bubble"), foot = make("p", "foot"), time = make("time", "", clock(at));
  const speaker = author && who === "staff" ? make("span", "", `${author} · `) : null;
  const said = make("p", "speaker");
  if (speaker) said.append(speaker);
  said.append(phrase("span", "", who === "staff" ? (speaker ? "staff" : "person") : who));
  if (text) bubble.append(fill(make("p", "words"), text));
  if (file) bubble.append(drawFile(file));
  bubble.append(...cards.map(drawCard));
  time.dateTime = new Date(at).toISOString();
  time.dataset.at = at;
  foot.append(time);
  item.append(said, bubble, foot);
  return item;
}

let offered = null; // the newest buttons: only these can be pressed

function drawButtons(item, buttons) {
  retire();
  const group = make("div", "choices");
  group.setAttribute("role", "group");
  group.dataset.label = "choices";
  group.setAttribute("aria-label", say("choices"));
  for (const { label, value } of buttons) {
    const button = make("button", "", label);
    button.type = "button";
    button.addEventListener("click", () => {
      retire(label);
      send({ type: "button", text: label, value });
    });
    group.append(button);
  }
  item.querySelector(".foot").before(group);
  offered = { group, answered: false };
}

function retire(label = null) {
  for (const button of offered?.group.children ?? []) {
    button.disabled = true;
    if (button.textContent === label) button.classList.add("chosen");
  }
  offered = null;
}

// The newest line stays in view, whatever grows (lines, pictures, the keyboard), until the reader scrolls up.
let following = true;
const growth = new ResizeObserver(() => { if (following) scroll.scrollTop = scroll.scrollHeight; });
[scroll, log, $("typing")].forEach((node) => growth.observe(node));
scroll.addEventListener("scroll", () => {
  following = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 60;
});

// --- the transcript --------------------------------------------------------------------------------------------------

const pending = new Map(); // id → a message of ours that is not in the transcript yet, with its `item`
let last = 0, lastWho = "", lastDay = "";

const firstPending = () => pending.values().next().value?.item ?? null;

function addLine(line) {
  if (line.id <= last) return;
  last = line.id;
  const mine = pending.get(line.source);
  const before = mine && mine.item === firstPending() ? mine.item : firstPending();
  if (new Date(line.at).toDateString() !== lastDay) {
    lastDay = new Date(line.at).toDateString();
    const mark = make("li", "day", day(line.at));
    mark.dataset.day = line.at;
    log.insertBefore(mark, before);
    lastWho = "";
  }
  const speaker = line.who + line.author;
  const item = mine ? settle(mine, before) : drawn(line, before);
  item.classList.toggle("first", speaker !== lastWho);
  item.querySelector(".speaker").hidden = speaker === lastWho && line.who !== "user";
  lastWho = speaker;
  follow(line, item);
}

function drawn(line, before) {
  const bare = /^\[(photo|document)\]$/.exec(line.text); // a file without a caption
  const file = line.files ? { kind: bare?.[1] ?? "file", name: "" } : null;
  const item = drawLine({ ...line, text: file && bare ? "" : line.text, file });
  log.insertBefore(item, before);
  return item;
}

function settle(message, before) { // a message of ours now stands in the transcript
  pending.delete(message.id);
  store.drop(PENDING + message.id);
  mark(message, "sent");
  if (message.item !== before) log.insertBefore(message.item, before);
  return message.item;
}

function follow(line, item) { // what a line does to the buttons on offer
  if (line.who === "user") {
    if (offered && [...offered.group.children].some((button) => button.textContent === line.text)) retire(line.text);
    else if (offered) offered.answered = true;
  } else {
    composing(false);
    if (line.buttons.length) drawButtons(item, line.buttons);
    else if (offered?.answered) retire();
  }
}

// --- messages of ours ------------------------------------------------------------------------------------------------

let order = 0;

function send(message) {
  Object.assign(message, { id: uuid(), at: Date.now(), order: order++ });
  keep(message);
  show(message);
  flush();
}

function show(message) {
  const file = message.type === "file" ? { kind: message.kind, name: message.name, preview: message.preview } : null;
  message.item = drawLine({ who: "user", text: message.text, at: message.at, file });
  message.item.classList.add("first");
  message.item.querySelector(".foot").append(make("span", "state"));
  pending.set(message.id, message);
  mark(message, message.acked ? "sent" : message.upload ? "uploading" : "sending");
  log.append(message.item);
  following = true;
  scroll.scrollTop = scroll.scrollHeight;
}

function mark(message, state, again = null) {
  const shown = message.item.querySelector(".state");
  message.item.classList.remove("sending", "uploading", "failed");
  message.item.classList.add(state === "refused" ? "failed" : state);
  shown.dataset.text = state;
  shown.textContent = say(state);
  message.item.querySelector(".foot button")?.remove();
  if (again) {
    const button = phrase("button", "quiet", "retry");
    button.type = "button";
    button.addEventListener("click", again);
    shown.after(button);
  }
}

function acknowledge(id) {
  const message = pending.get(id);
  if (!message) return;
  message.acked = true;
  message.flown = attempts = 0;
  keep(message);
  mark(message, "sent");
}

function refuse(id) {
  const message = pending.get(id);
  if (!message) return;
  pending.delete(id);
  store.drop(PENDING + id);
  mark(message, "refused");
}

// --- files -----------------------------------------------------------------------------------------------------------

function attach(file) {
  if (file.size > limits.bytes) return tell("too_large");
  if (!/^image\/|^application\/pdf$/.test(file.type)) return tell("type");
  const picture = /^image\/(jpeg|png|gif|webp)$/.test(file.type);
  const message = {
    type: "file", id: uuid(), at: Date.now(), order: order++, text: "", upload: file, name: file.name,
    kind: file.type === "application/pdf" ? "document" : "photo", preview: picture ? URL.createObjectURL(file) : "",
  };
  show(message);
  upload(message);
}

async function upload(message) {
  mark(message, "uploading");
  const headers = { "Content-Type": "application/octet-stream", "X-File-Name": encodeURIComponent(message.name) };
  let answer = { error: "failed" };
  try {
    const response = await fetch("/chat/upload", { method: "POST", body: message.upload, headers });
    answer = response.status < 500 ? await response.json() : answer;
  } catch { /* no connection: he may try again */ }
  if (answer.file) {
    Object.assign(message, { file: answer.file, kind: answer.kind, upload: null });
    keep(message);
    mark(message, "sending");
    return flush();
  }
  if (answer.error === "too_large" || answer.error === "type") {
    tell(answer.error);
    return refuse(message.id);
  }
  if (answer.error === "slow") tell("upload_slow");
  mark(message, "failed", () => upload(message));
}

// --- the socket ------------------------------------------------------------------------------------------------------

let socket = null, ready = false, attempts = 0, opened = 0, heard = 0, paused = 0, retry = null;

function connect() {
  clearTimeout(retry);
  if (socket && socket.readyState <= WebSocket.OPEN) return;
  const mine = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/chat/ws`);
  socket = mine;
  opened = heard = Date.now();
  mine.addEventListener("open", () => mine.send(JSON.stringify({ type: "hello", after: last, language: languageTag() })));
  mine.addEventListener("message", ({ data }) => mine === socket && hear(JSON.parse(data)));
  mine.addEventListener("close", ({ code }) => mine === socket && lost(code));
}

function lost(code = 0) {
  socket = null;
  ready = false;
  if (code === ELSEWHERE) return location.reload();
  if (JUNK.includes(code)) { // what was under way will never be taken: not again and again
    [...pending.values()].filter((message) => message.flown && !message.acked).forEach(({ id }) => refuse(id));
  }
  if (Date.now() - opened > STEADY_MS) attempts = 0;
  composing(false);
  if (attempts > 0 || last > 0) status("offline");
  // each waits a different while, so that a restarted server is not stormed
  const wait = Math.min(LONGEST_WAIT_MS, 500 * 2 ** attempts) * (0.5 + Math.random() / 2);
  attempts += 1;
  clearTimeout(retry);
  retry = setTimeout(connect, wait);
}

function drop() { // a connection that only looks open
  const old = socket;
  lost();
  old.close();
}

function hear(frame) {
  heard = Date.now();
  if (!ready) {
    ready = true;
    status("online");
    for (const message of pending.values()) message.flown = 0;
  }
  frame.lines?.forEach(addLine);
  if (frame.composing !== undefined) composing(frame.composing);
  if (frame.ack) acknowledge(frame.ack);
  if (frame.refused) refuse(frame.refused);
  if (frame.slow) slow(frame.seconds);
  flush();
}

function slow(seconds) {
  tell("slow");
  paused = Date.now() + seconds * 1000;
  for (const message of pending.values()) message.flown = 0;
  setTimeout(flush, seconds * 1000 + 50);
}

function flush() {
  if (!ready || Date.now() < paused) return;
  for (const message of pending.values()) {
    if (message.acked || message.flown || (message.type === "file" && !message.file)) continue;
    const { id, type, text, value, file } = message;
    message.flown = Date.now();
    socket.send(JSON.stringify({ id, type, text, value, file, language: languageTag() }));
  }
}

setInterval(() => {
  if (!socket) return;
  const stale = [...pending.values()].some((message) => message.flown && !message.acked && Date.now() - message.flown > ACK_MS);
  if (stale || Date.now() - heard > QUIET_MS) drop();
}, 5_000);

for (const [target, name] of [[window, "online"], [window, "pageshow"], [document, "visibilitychange"]]) {
  target.addEventListener(name, () => !document.hidden && !socket && connect());
}

// --- the rest of the page --------------------------------------------------------------------------------------------

let typing = null, telling = null;

function composing(yes) {
  clearTimeout(typing);
  if (!yes) $("typing").hidden = true;
  else typing = setTimeout(() => { $("typing").hidden = false; }, TYPING_DELAY_MS); // an answer at once needs no dots
}

function status(name) {
  $("status").dataset.state = name === "online" ? "on" : "off";
  const words = $("status").querySelector("[data-text]");
  if (words.dataset.text === name) return;
  words.dataset.text = name;
  words.textContent = say(name);
}

function tell(name) {
  clearTimeout(telling);
  notice.dataset.text = name;
  notice.textContent = say(name);
  notice.hidden = false;
  telling = setTimeout(() => { notice.hidden = true; }, 8_000);
}

function grow() {
  $("send").disabled = !input.value.trim();
  input.style.height = "auto";
  input.style.height = `${input.scrollHeight + 2}px`;
}

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = input.value.trim().slice(0, limits.chars);
  if (!text) return;
  input.value = "";
  grow();
  send({ type: "text", text });
});
input.addEventListener("input", grow);
input.addEventListener("keydown", (event) => {
  // Enter that ends a Chinese or Japanese composition is not meant to send
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  composer.requestSubmit();
});
input.addEventListener("paste", (event) => {
  if (!event.clipboardData.files.length) return;
  event.preventDefault();
  [...event.clipboardData.files].forEach(attach);
});
$("attach").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", () => {
  [...$("file").files].forEach(attach);
  $("file").value = "";
});
$("language").addEventListener("click", () => {
  const other = language === "en" ? "zh" : "en";
  store.write(LANGUAGE, other);
  speak(other);
});

speak(language);
kept().forEach(show);
connect();
if (matchMedia("(pointer: fine)").matches) input.focus();
