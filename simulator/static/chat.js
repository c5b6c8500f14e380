// The chat page: a phone for each simulated person, fed by server-sent events.

import { bubble, make } from "./dom.js";
import { menu } from "./menus.js";
import * as notices from "./notices.js";
import * as people from "./people.js";
import { dayOf, language, say, translatePage } from "./words.js";

const $ = (id) => document.getElementById(id);

const state = { bot: {}, chats: new Map(), current: null, messages: new Map(), seq: 0, editing: null, skew: 0 };
const invitation = new URLSearchParams(location.search).get("start") ?? "";

async function ask(method, path, body) {
  const response = await fetch(`/simulator${path}`, { method, headers: { "Content-Type": "application/json" }, body: body && JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

async function act(action, body = {}) {
  try {
    return await ask("POST", `/people/${state.current}/${action}`, body);
  } catch (error) {
    notices.toast(say("failed", { reason: error.message }));
    return null;
  }
}

// ---- people -----------------------------------------------------------------------------------------------------

const drawPeople = () => people.drawPeople([...state.chats.values()], state.current, choose);

async function choose(id) {
  state.current = id;
  stopEditing();
  history.replaceState(null, "", `${location.pathname}${location.search}#${id}`);
  const chat = await ask("GET", `/chats/${id}/messages`);
  state.messages = new Map(chat.messages.map((message) => [message.message_id, message]));
  $("app").dataset.view = "chat";
  drawPeople();
  drawLog();
  drawBottom();
  toEnd();
  if (matchMedia("(hover: hover)").matches) $("text").focus();
}

$("back").addEventListener("click", () => { $("app").dataset.view = "list"; });
people.onPerson(async (wish) => {
  const person = await ask("POST", "/people", wish);
  await load();
  await choose(person.id);
});

// ---- conversation -----------------------------------------------------------------------------------------------

const actions = {
  press: async (message, row, column, key) => {
    const pressed = await act("press", { message_id: message.message_id, row, column });
    if (pressed && key.isConnected) key.classList.add("waiting");
  },
  command: (text) => act("text", { text }),
  edit: (message) => {
    const stick = nearEnd();
    state.editing = message;
    $("editing").hidden = false;
    if (stick) toEnd();
    $("text").value = message.text;
    $("text").focus();
    grow();
  },
};

const nearEnd = () => $("scroll").scrollHeight - $("scroll").scrollTop - $("scroll").clientHeight < 120;
const toEnd = () => { $("scroll").scrollTop = $("scroll").scrollHeight; };
const now = () => Date.now() / 1000 + state.skew;

function introduction() {
  const texts = state.bot.description ?? {};
  const person = state.chats.get(state.current);
  const words = texts[person?.language_code] ?? texts[""] ?? say("empty");
  return make("section", { class: "intro", "data-testid": "introduction" }, make("h3", {}, say("what")), make("p", {}, words));
}

function drawLog() {
  const nodes = [];
  let day = "";
  let before = null;
  for (const message of state.messages.values()) {
    const today = dayOf(message.date, now());
    if (today !== day) nodes.push(make("p", { class: "day" }, today));
    const node = bubble(message, actions);
    if (today === day && before?.from.id === message.from.id) node.classList.add("follows");
    nodes.push(node);
    [day, before] = [today, message];
  }
  $("log").replaceChildren(...(nodes.length ? nodes : [state.current ? introduction() : make("p", { class: "day" }, say("choose"))]));
  toEnd();
}

function drawMessage(message) {
  const shown = $("log").querySelector(`[data-message-id="${message.message_id}"]`);
  if (!shown) return drawLog();
  const node = bubble(message, actions);
  node.classList.toggle("follows", shown.classList.contains("follows"));
  const focused = shown.contains(document.activeElement);
  shown.replaceWith(node);
  if (focused) node.querySelector("button.key")?.focus();
  return undefined;
}

function drawBottom() {
  const chat = state.chats.get(state.current);
  const status = chat?.bot_status;
  $("start").hidden = !chat || (status === "member" && !invitationPending());
  $("composer").hidden = status !== "member";
  $("start").textContent = status === "kicked" ? say("unblock") : invitation ? say("startWith", { code: invitation }) : say("start");
  $("menu").hidden = !chat;
}

const invitationPending = () => invitation && ![...state.messages.values()].some((message) => message.text === `/start ${invitation}`);

$("start").addEventListener("click", async () => {
  const blocked = state.chats.get(state.current).bot_status === "kicked";
  await (blocked ? act("unblock") : act("start", { payload: invitation }));
});

function grow() {
  const box = $("text");
  const stick = nearEnd();
  const style = getComputedStyle(box);
  box.rows = 1;
  const height = box.scrollHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
  box.rows = Math.min(6, Math.max(1, Math.round(height / parseFloat(style.lineHeight))));
  if (stick) toEnd();
}

function stopEditing() {
  state.editing = null;
  $("editing").hidden = true;
  $("text").value = "";
  grow();
}

async function send() {
  const text = $("text").value;
  if (!text.trim()) return;
  const { editing } = state;
  stopEditing();
  const done = await (editing ? act("edit", { message_id: editing.message_id, text }) : act("text", { text }));
  if (!done) $("text").value = text;
}

function editLast() {
  const own = [...state.messages.values()].filter((message) => !message.from.is_bot && message.text);
  if (own.length) actions.edit(own[own.length - 1]);
}

$("composer").addEventListener("submit", (event) => { event.preventDefault(); send(); });
$("cancel-edit").addEventListener("click", stopEditing);
$("text").addEventListener("input", grow);
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
  if (event.key === "ArrowUp" && !$("text").value) { event.preventDefault(); editLast(); }
  if (event.key === "Escape" && state.editing) stopEditing();
});

const KINDS = ["photo", "document", "voice", "video_note", "location", "sticker", "contact", "poll"];
menu($("attach"), $("attach-menu"), () => KINDS.map((kind) => ({ label: say(kind), testid: "attach-item", data: kind, run: () => act(kind) })));
menu($("commands"), $("commands-menu"), async () => (await ask("GET", `/chats/${state.current}/commands`)).map(({ command, description }) => (
  { label: `/${command}`, detail: description, testid: "command-item", data: command, run: () => act("text", { text: `/${command}` }) })), say("noCommand"));
menu($("menu"), $("chat-menu"), () => {
  const action = state.chats.get(state.current).bot_status === "kicked" ? "unblock" : "block";
  return [{ label: say(action), testid: "block-button", data: action, run: () => act(action) }];
});

// ---- what happens -----------------------------------------------------------------------------------------------

function answered(event) {
  for (const key of $("log").querySelectorAll(`[data-message-id="${event.message_id}"] .waiting`)) key.classList.remove("waiting");
  if (!event.text || event.person !== state.current) return;
  (event.show_alert ? notices.alertBox : notices.toast)(event.text);
}

function keep(event) {
  const stick = nearEnd();
  state.messages.set(event.message.message_id, event.message);
  drawMessage(event.message);
  if (event.kind === "message" && event.message.from.is_bot) notices.idle();
  drawBottom();
  if (stick) toEnd();
}

const HAPPENINGS = {
  message: keep,
  edited: keep,
  deleted: (event) => { state.messages.delete(event.message_id); drawLog(); },
  typing: () => notices.typing(),
  status: () => { drawBottom(); drawLog(); },
  answered,
};

async function happen(event) {
  state.seq = event.seq;
  const chat = state.chats.get(event.chat_id);
  if (event.kind === "person" || (!chat && event.chat_id > 0)) await load();
  if (chat && event.message && event.kind === "message") chat.last_message = event.message;
  if (chat && event.kind === "status") chat.bot_status = event.bot_status;
  if (event.chat_id === state.current) HAPPENINGS[event.kind]?.(event);
  drawPeople();
}

async function load() {
  const fresh = await ask("GET", "/state");
  state.bot = fresh.bot;
  state.skew = fresh.now - Date.now() / 1000;
  state.seq = fresh.seq;
  state.chats = new Map(fresh.chats.map((chat) => [chat.id, chat]));
  $("bot-name").textContent = fresh.bot.name?.[language] ?? fresh.bot.first_name;
  $("bot-avatar").textContent = $("bot-name").textContent[0].toUpperCase();
  drawPeople();
  drawBottom();
}

function follow() {
  const stream = new EventSource(`/simulator/stream?after=${state.seq}`);
  let lost = false;
  stream.onmessage = (event) => happen(JSON.parse(event.data));
  stream.onerror = () => { lost = true; notices.lost(); };
  stream.onopen = async () => {
    notices.idle();
    if (!lost) return;
    lost = false; // the simulator may have been restarted: look again at everything
    await load();
    if (state.current) await choose(state.current);
  };
}

translatePage();
await load();
drawLog();
follow();
const wanted = Number(location.hash.slice(1));
const wide = matchMedia("(min-width: 48rem)").matches;
if (state.chats.has(wanted)) await choose(wanted);
else if (!state.chats.size) people.askPerson();  // one chats at once
else if (wide || invitation) await choose([...state.chats.keys()].at(-1));
document.body.dataset.ready = "true";
