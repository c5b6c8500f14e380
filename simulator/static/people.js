// The list of people, and the dialog that adds one.

import { make, summary } from "./dom.js";
import { language, say, timeOf } from "./words.js";

const $ = (id) => document.getElementById(id);

function note(chat) {
  if (chat.deactivated) return say("deactivated");
  return chat.bot_status === "kicked" ? say("blocked") : summary(chat.last_message);
}

function item(chat, current, choose) {
  const last = chat.last_message;
  return make("li", {}, make("button", { type: "button", "data-testid": "person-item", "data-chat-id": chat.id,
    "aria-current": chat.id === current ? "true" : null, on: { click: () => choose(chat.id) } },
    make("span", { class: `avatar c${chat.id % 6}`, "aria-hidden": "true" }, [...chat.first_name][0].toUpperCase()),
    make("span", { class: "stack" },
      make("span", { class: "line" }, make("strong", {}, chat.first_name), last ? make("time", {}, timeOf(last.date)) : null),
      make("span", { class: "line small" }, make("span", { class: "preview" }, note(chat)), make("span", { class: "tag" }, chat.language_code)))));
}

export function drawPeople(all, current, choose) {
  const chats = all.filter((chat) => chat.kind === "private");
  chats.sort((one, other) => (other.last_message?.date ?? 0) - (one.last_message?.date ?? 0) || other.id - one.id);
  const focused = document.activeElement?.dataset?.chatId;
  $("people-list").replaceChildren(...chats.map((chat) => item(chat, current, choose)));
  if (focused) $("people-list").querySelector(`[data-chat-id="${focused}"]`)?.focus();
  $("nobody").hidden = chats.length > 0;
}

export function askPerson() {
  $("person-name").value = "";
  $("person-language").value = language;
  $("person-dialog").returnValue = "";
  $("person-dialog").showModal();
}

export function onPerson(add) {
  $("add-person").addEventListener("click", askPerson);
  $("person-dialog").addEventListener("close", () => {
    const name = $("person-name").value.trim();
    if ($("person-dialog").returnValue === "save" && name) add({ first_name: name, language_code: $("person-language").value });
  });
}
