// Messages to DOM nodes. Text of the bot only ever becomes text nodes: nothing here parses HTML.

import { say, timeOf } from "./words.js";

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (value !== undefined && value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const TAGS = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};

function wrap(entity, text, children, onCommand) {
  if (entity.type in TAGS) return make(TAGS[entity.type], {}, ...children);
  if (entity.type === "bot_command") {
    return make("button", { class: "command", type: "button", on: { click: () => onCommand(text) } }, ...children);
  }
  if (entity.type === "spoiler") {
    const reveal = (event) => event.currentTarget.classList.add("shown");
    return make("span", { class: "spoiler", tabindex: "0", role: "button", on: { click: reveal, keydown: reveal } }, ...children);
  }
  const address = entity.type === "text_link" ? entity.url : entity.type === "url" ? text : null;
  if (address && /^https?:\/\//i.test(address)) {
    return make("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...children);
  }
  return make("span", { class: entity.type }, ...children);
}

// Entities are sorted and nested; their offsets are UTF-16 units, which is what JavaScript strings count.
export function formatted(text, entities, onCommand, start = 0, end = text.length) {
  const nodes = [];
  let at = start;
  for (let index = 0; index < entities.length; index += 1) {
    const entity = entities[index];
    if (entity.offset < at) continue;
    const stop = Math.min(entity.offset + entity.length, end);
    const inside = entities.slice(index + 1).filter((other) => other.offset + other.length <= stop);
    if (entity.offset > at) nodes.push(document.createTextNode(text.slice(at, entity.offset)));
    const children = formatted(text, inside, onCommand, entity.offset, stop);
    nodes.push(wrap(entity, text.slice(entity.offset, stop), children, onCommand));
    at = stop;
  }
  if (at < end) nodes.push(document.createTextNode(text.slice(at, end)));
  return nodes;
}

const size = (bytes) => (bytes < 1024 ? `${bytes} o` : bytes < 1048576 ? `${Math.round(bytes / 1024)} Ko` : `${(bytes / 1048576).toFixed(1)} Mo`);
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

const bars = (seed) => make("span", { class: "wave", "aria-hidden": "true" },
  ...Array.from({ length: 28 }, (_, index) => make("i", { class: `h${(seed * 5 + index * index * 3 + ((index * (seed + 4)) % 7)) % 6}` })));

const MEDIA = {
  voice: (voice, message) => make("div", { class: "card voice" }, make("span", { class: "disc", "aria-hidden": "true" }, "▶"),
    bars(message.message_id), make("span", { class: "small" }, `${say("voice")} · ${clock(voice.duration)}`)),
  video_note: (note) => make("div", { class: "card note" }, make("span", { class: "disc", "aria-hidden": "true" }, "▶"),
    make("span", { class: "small" }, `${say("video_note")} · ${clock(note.duration)}`)),
  photo: () => make("div", { class: "card picture", role: "img", "aria-label": say("photo") }, make("span", { "aria-hidden": "true" })),
  sticker: (sticker) => make("div", { class: "sticker", role: "img", "aria-label": `${say("sticker")} ${sticker.emoji}` }, sticker.emoji),
  document: (file) => make("a", { class: "card file", "data-testid": "document", href: `/simulator/files/${file.file_id}`,
    download: file.file_name, "aria-label": say("download", { name: file.file_name }) },
    make("span", { class: "disc", "aria-hidden": "true" }, "↓"),
    make("span", { class: "stack" }, make("strong", {}, file.file_name), make("span", { class: "small" }, size(file.file_size)))),
  location: (place) => make("div", { class: "card map", role: "img", "aria-label": say("location") },
    make("span", { class: "pin", "aria-hidden": "true" }), make("span", { class: "small" }, `${place.latitude.toFixed(4)}, ${place.longitude.toFixed(4)}`)),
  contact: (person) => make("div", { class: "card file" }, make("span", { class: "disc", "aria-hidden": "true" }, person.first_name[0]),
    make("span", { class: "stack" }, make("strong", {}, person.first_name), make("span", { class: "small" }, person.phone_number))),
  poll: (poll) => make("div", { class: "card poll" }, make("strong", {}, poll.question),
    make("ul", {}, ...poll.options.map((option) => make("li", {}, option.text)))),
};

export const kindOf = (message) => Object.keys(MEDIA).find((kind) => kind in message);

export function summary(message) {
  if (!message) return say("noMessage");
  const said = message.text ?? message.caption ?? say(kindOf(message) ?? "unknown");
  return (message.from.is_bot ? "" : say("you")) + said.replace(/\s+/g, " ");
}

function keyboard(message, actions) {
  const rows = message.reply_markup?.inline_keyboard ?? [];
  if (!rows.length) return null;
  return make("div", { class: "keyboard", "data-testid": "keyboard" }, ...rows.map((row, y) => make("div", { class: "row" },
    ...row.map((button, x) => button.url && /^https?:\/\//i.test(button.url)
      ? make("a", { class: "key", href: button.url, target: "_blank", rel: "noopener noreferrer", "aria-label": say("opensLink", { text: button.text }) }, button.text)
      : make("button", { class: "key", type: "button", "data-testid": "inline-button", "data-row": y, "data-column": x,
        on: { click: (event) => actions.press(message, y, x, event.currentTarget) } }, button.text)))));
}

export function bubble(message, actions) {
  const mine = !message.from.is_bot;
  const kind = kindOf(message);
  const text = message.text ?? message.caption;
  const quoted = message.reply_to_message;
  return make("article", { class: `message ${mine ? "mine" : "theirs"}`, "data-testid": "message",
    "data-message-id": message.message_id, "data-from": mine ? "me" : "bot", "data-kind": kind ?? "text" },
    make("div", { class: kind === "sticker" ? "bare" : "bubble" },
      quoted ? make("div", { class: "quote" }, summary(quoted)) : null,
      kind ? MEDIA[kind](message[kind], message) : null,
      text ? make("div", { class: "text", "data-testid": "message-text", dir: "auto" },
        ...formatted(text, message.entities ?? message.caption_entities ?? [], actions.command)) : null,
      make("footer", {},
        mine && message.text ? make("button", { class: "pencil", type: "button", "data-testid": "edit-message",
          "aria-label": say("edit"), title: say("edit"), on: { click: () => actions.edit(message) } }, "✎") : null,
        mine && message.edit_date ? make("span", { "data-testid": "edited" }, say("edited")) : null,
        make("time", { datetime: new Date(message.date * 1000).toISOString() }, timeOf(message.date)))),
    keyboard(message, actions));
}
